package data

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/assaylab/assay/framework/internal/regular"
)

// About is what is known of a dataset beside its numbers. It lies in about.json
// beside dataset.json and is no part of the digest: two recipes may give equal
// numbers and call them by other names.
type About struct {
	Format     string                    `json:"format"`     // "assay-about"
	Version    int                       `json:"version"`    // 1
	Recordings map[string]AboutRecording `json:"recordings"` // by role
}

// AboutRecording is what is known of one recording.
type AboutRecording struct {
	Subject string                 `json:"subject,omitempty"` // whose recording it is
	Session string                 `json:"session,omitempty"` // of which day or sitting
	Targets map[string]AboutTarget `json:"targets,omitempty"` // by name
	Sources []AboutSource          `json:"sources,omitempty"` // what it was made of
	Notes   []Note                 `json:"notes,omitempty"`   // how a file was read
}

// AboutTarget is what is known of a class target.
type AboutTarget struct {
	Labels []string  `json:"labels,omitempty"` // name of each class, 0 .. C-1: the values in the file
	Angles []float64 `json:"angles,omitempty"` // direction that each class stands for, in radians
}

// AboutSource names something that a recording was made of.
type AboutSource struct {
	Name   string `json:"name"` // of a file, without its folder; or generate/NAME
	SHA256 string `json:"sha256,omitempty"`
}

// Note is a sentence on how a file was read. A question is one where the reader
// had to guess, and the guess could be wrong.
type Note struct {
	Text     string `json:"text"`
	Question bool   `json:"question,omitempty"`
}

const (
	aboutName    = "about.json"
	aboutFormat  = "assay-about"
	aboutVersion = 1
)

// ReadAbout reads what is known of the dataset in a folder: nothing where there
// is no about.json. Who else may write to the folder may have written the file.
func ReadAbout(dir string) (About, error) {
	path := filepath.Join(dir, aboutName)
	text, err := regular.ReadFile(path, maxManifest)
	if errors.Is(err, fs.ErrNotExist) {
		return About{}, nil
	}
	if err != nil {
		return About{}, err
	}
	var a About
	if err := json.Unmarshal(text, &a); err != nil { // keys of later versions are no mistake
		return About{}, fmt.Errorf("%s: %w", path, err)
	}
	if a.Format != aboutFormat || a.Version < 1 {
		return About{}, fmt.Errorf("%s: format %q version %d, but this program reads %q version %d", path, a.Format, a.Version, aboutFormat, aboutVersion)
	}
	return a, nil
}

// PutAbout writes about.json beside the dataset with that digest. It is there
// whole or not at all; where several recipes give one dataset it is that of the
// last.
func (c *Cache) PutAbout(digest string, a About) error {
	a.Format, a.Version = aboutFormat, aboutVersion
	text, err := json.MarshalIndent(a, "", " ")
	if err != nil {
		return fmt.Errorf("about.json: %w", err)
	}
	path := filepath.Join(c.Dir(digest), aboutName)
	if old, err := regular.ReadFile(path, maxManifest); err == nil && string(old) == string(text) {
		return nil
	}
	tmp, err := os.MkdirTemp(c.datasets(), "tmp-")
	if err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	defer os.RemoveAll(tmp)
	from := filepath.Join(tmp, aboutName)
	if err := writeFile(from, func(w io.Writer) error { _, err := w.Write(text); return err }); err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	if err := os.Rename(from, path); err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	return nil
}
