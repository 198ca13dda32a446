// Package host starts plugins and looks after them: it finds the executable,
// launches it as a subprocess, speaks to it, watches its limits, and turns
// whatever goes wrong into a [failure.Failure] with a reason and a hint. It treats the
// methods inside its own binary and third parties' executables alike.
package host

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"sync"
)

// Plugin is an executable that serves one method.
type Plugin struct {
	Name   string   // as a sweep calls it
	Path   string   // of the executable
	Args   []string // "serve NAME" for a built-in method
	Origin string   // "built-in", "configuration", "ASSAY_PLUGIN_PATH", "beside assay", "path"
}

var digests sync.Map // path -> digest; an executable does not change under a running host

// Digest is the SHA-256 of the executable. It is provenance, not identity.
func (p Plugin) Digest() (string, error) {
	if d, ok := digests.Load(p.Path); ok {
		return d.(string), nil
	}
	f, err := os.Open(p.Path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	d := "sha256:" + hex.EncodeToString(h.Sum(nil))
	digests.Store(p.Path, d)
	return d, nil
}
