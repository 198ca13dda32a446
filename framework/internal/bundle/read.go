package bundle

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/zstd"

	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/internal/regular"
)

// What a bundle may hold at most: it may be made to fill a disk. 100,000 trials with
// their cases have a tenth of it.
const (
	maxUnpacked = 4 << 30
	maxManifest = 64 << 20
	maxMembers  = 100_000
	maxWindow   = 128 << 20 // memory of the decoder
)

// Bundle is one that was unpacked.
type Bundle struct {
	Manifest
	Dir string // where its members are
}

// Open unpacks the bundle in file into the empty folder dir, and holds every member
// against the manifest. Whatever is not a plain file with a plain name is refused,
// and so is whatever the manifest does not name.
func Open(file, dir string) (*Bundle, error) {
	f, _, err := regular.Open(file)
	if err != nil {
		return nil, problem.Usage(err, "name a file that \"assay bundle\" has written")
	}
	defer f.Close()
	b := &Bundle{Dir: dir}
	if err := b.unpack(f); err != nil {
		return nil, problem.Usage(fmt.Errorf("%s: %w", file, err), "nothing of it was used: get the file again from where it came")
	}
	return b, nil
}

func (b *Bundle) unpack(from io.Reader) error {
	z, err := zstd.NewReader(from, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxUnpacked), zstd.WithDecoderMaxWindow(maxWindow))
	if err != nil {
		return err
	}
	defer z.Close()
	root, err := os.OpenRoot(b.Dir) // through which no name leads out of the folder
	if err != nil {
		return err
	}
	defer root.Close()
	all := &limited{from: z, left: maxUnpacked}
	t := tar.NewReader(all)
	head, err := t.Next()
	if err != nil || head.Name != manifestName || head.Typeflag != tar.TypeReg || head.Size > maxManifest {
		return notBundle(err)
	}
	if err := b.manifest(t); err != nil {
		return err
	}
	for _, want := range b.Members {
		head, err := t.Next()
		if errors.Is(err, io.EOF) {
			return fmt.Errorf("%s is missing", want.Path)
		}
		if err != nil {
			return err
		}
		switch {
		case head.Typeflag != tar.TypeReg:
			return fmt.Errorf("%q is no plain file", head.Name)
		case head.Name != want.Path:
			return fmt.Errorf("it holds %q where its manifest has %q", head.Name, want.Path)
		case head.Size != want.Size:
			return fmt.Errorf("%s has %d bytes, not %d", want.Path, head.Size, want.Size)
		}
		if err := put(root, want, t); err != nil {
			return err
		}
	}
	if head, err := t.Next(); err == nil {
		return fmt.Errorf("it holds %q, which its manifest does not name", head.Name)
	} else if !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}

func notBundle(err error) error {
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("it is no bundle: %w", err)
	}
	return fmt.Errorf("it is no bundle: it does not begin with a %s", manifestName)
}

// manifest reads and checks the first member.
func (b *Bundle) manifest(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return notBundle(err)
	}
	if err := json.NewDecoder(bytes.NewReader(text)).Decode(&b.Manifest); err != nil {
		return notBundle(err)
	}
	switch {
	case b.Format != Format:
		return notBundle(nil)
	case b.Manifest.Version != Version:
		return fmt.Errorf("it is of version %d; this assay reads version %d", b.Manifest.Version, Version)
	case len(b.Members) > maxMembers:
		return fmt.Errorf("it has %d members; %d are allowed", len(b.Members), maxMembers)
	case !plain(b.File) || !plain(b.Sweep) || strings.Contains(b.Sweep, "/"):
		return fmt.Errorf("its sweep has the name %q and lies at %q", b.Sweep, b.File)
	}
	var size int64
	last := ""
	for _, m := range b.Members {
		if !plain(m.Path) {
			return fmt.Errorf("a member's name leads elsewhere: %q", m.Path)
		}
		if m.Path <= last {
			return fmt.Errorf("its members are out of order at %q", m.Path)
		}
		if last = m.Path; m.Size < 0 || m.Size > maxUnpacked-size {
			return fmt.Errorf("it unpacks to more than %d GiB", maxUnpacked>>30)
		}
		size += m.Size
	}
	for _, d := range b.Datasets {
		for _, p := range d.Files {
			if !plain(p) {
				return fmt.Errorf("dataset %q has a file elsewhere: %q", d.ID, p)
			}
		}
	}
	return nil
}

// plain reports whether a path stays in its folder, on every system, and is written in
// the one way that there is to write it.
func plain(name string) bool {
	return name != "" && name != "." && path.Clean(name) == name && filepath.IsLocal(filepath.FromSlash(name)) &&
		!strings.ContainsAny(name, "\\:\x00") && len(name) < 1024
}

func put(root *os.Root, m Member, from io.Reader) error {
	if dir := path.Dir(m.Path); dir != "." {
		if err := root.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	f, err := root.OpenFile(m.Path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	h := sha256.New()
	_, err = io.Copy(io.MultiWriter(f, h), from)
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	if sum := hex.EncodeToString(h.Sum(nil)); sum != m.SHA256 {
		return fmt.Errorf("%s is damaged: its SHA-256 is %s, not %s", m.Path, sum, m.SHA256)
	}
	return nil
}

// limited ends what unpacks to more than it may.
type limited struct {
	from io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, fmt.Errorf("it unpacks to more than %d GiB", maxUnpacked>>30)
	}
	n, err := l.from.Read(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	return n, err
}
