package host

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/regular"
)

// An identity is what a plugin was when this process first looked at it: the
// stamps of its files, and their digests once somebody has asked for them. Digests
// take a while; that nothing has changed since is seen by the stamps.
type identity struct {
	mu       sync.Mutex
	stamps   map[string]stamp // by name; nil before the first look
	contents *Contents        // nil before they were read
}

// A stamp is another one after every change of a file: its bytes cannot change
// without its ctime, which nobody can set.
type stamp struct {
	device, inode  uint64
	size           int64
	mtime, changed int64 // nanoseconds
}

var identities sync.Map // how a plugin is started -> *identity

func (p Plugin) identity() *identity {
	key := p.Path
	if p.Manifest != nil { // arguments may be files
		key = strings.Join(append([]string{p.Manifest.File, p.Path}, p.Args...), "\x00")
	}
	id, _ := identities.LoadOrStore(key, new(identity))
	return id.(*identity)
}

// look returns the stamps of the plugin's files.
func look(p Plugin) (map[string]stamp, map[string]string, error) {
	files, err := p.files()
	if err != nil {
		return nil, nil, err
	}
	out := map[string]stamp{}
	var f *codeFilter
	if p.Manifest != nil {
		f = newFilter(p.Manifest.Dir())
	}
	for name, path := range files {
		if f != nil && !f.isCode(name) { // notes, and what the run itself writes there
			continue
		}
		info, err := os.Stat(path)
		if err != nil {
			return nil, nil, err
		}
		out[name] = stampOf(info)
	}
	return out, files, nil
}

func (id *identity) read(p Plugin) (Contents, error) {
	id.mu.Lock()
	defer id.mu.Unlock()
	if id.contents != nil {
		return *id.contents, nil
	}
	stamps, files, err := look(p)
	if err != nil {
		return Contents{}, err
	}
	if id.stamps == nil {
		id.stamps = stamps
	}
	c, err := hash(p, files)
	if err != nil {
		return Contents{}, err
	}
	if after, _, err := look(p); err != nil || !maps.Equal(after, id.stamps) {
		return Contents{}, fmt.Errorf("%s: its files have changed since this run began", p.Where())
	}
	id.contents = &c
	return c, nil
}

// Unchanged reports whether the plugin is what it was when this process first
// looked at it; if not, the failure says which file is another. A file that was
// written anew with the same bytes is the same.
func (p Plugin) Unchanged() *failure.Failure {
	id := p.identity()
	id.mu.Lock()
	defer id.mu.Unlock()
	stamps, files, err := look(p)
	switch {
	case err != nil && id.stamps == nil:
		return &failure.Failure{Kind: failure.Launch, Plugin: p.Where(), Reason: err.Error()}
	case id.stamps == nil:
		id.stamps = stamps
		return nil
	case err == nil && maps.Equal(stamps, id.stamps):
		return nil
	}
	fail := func(what string) *failure.Failure {
		return &failure.Failure{Kind: failure.Changed, Plugin: p.Where(), Reason: "the plugin was changed while the run went on: " + what,
			Hint: "leave a plugin alone while it runs; the next run takes it as it is then"}
	}
	if err != nil {
		return fail(err.Error())
	}
	if id.contents == nil { // its bytes were never read: nothing to hold against
		return fail(differing(id.stamps, stamps))
	}
	for name := range stamps {
		sum, err := hashFile(files[name])
		if err != nil {
			return fail(err.Error())
		}
		if before := id.contents.Files[name]; name != "" && sum != before || name == "" && "sha256:"+sum != id.contents.Digest {
			return fail(differing(id.stamps, stamps))
		}
	}
	if len(stamps) != len(id.stamps) {
		return fail(differing(id.stamps, stamps))
	}
	id.stamps = stamps
	return nil
}

// differing names the first file that is another, new or gone.
func differing(before, now map[string]stamp) string {
	all := maps.Clone(before)
	maps.Copy(all, now)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		b, was := before[name]
		n, is := now[name]
		if name == "" {
			name = "the executable"
		}
		switch {
		case !was:
			return name + " is new"
		case !is:
			return name + " is gone"
		case b != n:
			return name + " is another"
		}
	}
	return "something is another"
}

// hash reads the files.
func hash(p Plugin, files map[string]string) (Contents, error) {
	if p.Manifest == nil {
		sum, err := hashFile(p.Path)
		return Contents{Digest: "sha256:" + sum}, err
	}
	c := Contents{Files: map[string]string{}}
	for name, path := range files {
		var err error
		if c.Files[name], err = hashFile(path); err != nil {
			return c, err
		}
	}
	c.Digest = digestOf(c.Files)
	return c, nil
}

func hashFile(path string) (string, error) {
	f, _, err := regular.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
