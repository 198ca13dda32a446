package source

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/regular"
	"github.com/gofrs/flock"
)

// MirrorVariable names a folder that is looked at before the network. It holds
// files under their [File.Path].
const MirrorVariable = "ASSAY_DATA_MIRROR"

// Fetcher brings the files of the catalogue. Every file that it returns has
// been hashed in the same call.
type Fetcher struct {
	Cache    *data.Cache // downloads lie in Cache.Root/downloads under their hash
	Mirror   string      // folder to look at first; "" means $ASSAY_DATA_MIRROR, which may be unset
	Progress func(name string, done, total int64)
}

// Fetch returns the path of a verified copy of the file: from the mirror, from
// an earlier download, or from the network.
func (f *Fetcher) Fetch(ctx context.Context, file File) (string, error) {
	mirror := f.Mirror
	if mirror == "" {
		mirror = os.Getenv(MirrorVariable)
	}
	if mirror != "" {
		path := filepath.Join(mirror, filepath.FromSlash(file.Path))
		err := file.verify(path)
		if err == nil {
			return path, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return "", &Error{
				Fact: fmt.Sprintf("%s in the mirror is not the published file", path),
				Hint: "replace the file, or unset " + MirrorVariable,
				Err:  err,
			}
		}
	}
	return f.download(ctx, file)
}

// download returns a verified file in the cache, and fetches it where it is
// missing or damaged. A lock keeps two processes from writing one file.
func (f *Fetcher) download(ctx context.Context, file File) (string, error) {
	dir := filepath.Join(f.Cache.Root, "downloads")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("cache: %w", err)
	}
	path := filepath.Join(dir, "sha256-"+file.SHA256)
	for _, ours := range []string{path + ".lock", path + ".part"} { // a pipe there would wait for ever
		if info, err := os.Lstat(ours); err == nil && !info.Mode().IsRegular() {
			return "", &Error{Fact: fmt.Sprintf("cache: %s is no regular file", ours), Hint: "remove it"}
		}
	}
	lock := flock.New(path + ".lock")
	if _, err := lock.TryLockContext(ctx, lockPoll); err != nil {
		return "", fmt.Errorf("cache: lock of %s: %w", file.Path, err)
	}
	defer lock.Close()

	if err := file.verify(path); err == nil {
		return path, nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		if err := os.Remove(path); err != nil { // damaged since: fetch anew
			return "", fmt.Errorf("cache: %w", err)
		}
	}
	var failures []error
	for _, url := range file.URLs {
		err := f.fromURL(ctx, file, url, path)
		if err == nil {
			return path, nil
		}
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		failures = append(failures, err)
	}
	return "", &Error{
		Fact: fmt.Sprintf("cannot get %s", file.Path),
		Hint: fmt.Sprintf("without network, put the file (SHA-256 %s%s) as %s into a folder and set %s to that folder; what has been downloaded is kept and resumed",
			file.SHA256, file.hashed(), file.Path, MirrorVariable),
		Err: errors.Join(failures...),
	}
}

// fromURL downloads into path.part, verifies, and renames. A part that was
// resumed and turns out wrong is thrown away and fetched once from the start.
func (f *Fetcher) fromURL(ctx context.Context, file File, url, path string) error {
	part := path + ".part"
	progress := func(done, total int64) {
		if f.Progress != nil {
			f.Progress(file.Path, done, total)
		}
	}
	for {
		resumed, err := download(ctx, url, part, file.limit(), progress)
		if err != nil {
			return err
		}
		err = file.verify(part)
		if err == nil {
			return os.Rename(part, path)
		}
		if err := os.Remove(part); err != nil {
			return err
		}
		if !resumed {
			return fmt.Errorf("%s: %w", url, err)
		}
	}
}

// limit is the most bytes that a download may have. Packed files may differ
// between publishers, but no packing is larger than the bytes it packs by more
// than a thousandth.
func (f File) limit() int64 {
	if f.Unpacked > 0 {
		return f.Unpacked + f.Unpacked/1000 + 1024
	}
	return f.Size
}

func (f File) hashed() string {
	if f.Unpacked > 0 {
		return " of the unpacked bytes"
	}
	return ""
}

// verify returns nil if the file is the published one, and an error that wraps
// fs.ErrNotExist if there is none.
func (f File) verify(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if f.Unpacked == 0 && info.Size() != f.Size {
		return fmt.Errorf("expected %d bytes, got %d", f.Size, info.Size())
	}
	sum, n, err := hashOf(path, f.Unpacked)
	if err != nil {
		return err
	}
	return f.compare(sum, n)
}

// maxPublished bounds the files of the catalogue, which are read whole.
const maxPublished = 1 << 30

// contents reads a file and verifies what it read: it may have changed since it was
// fetched.
func (f File) contents(path string) ([]byte, error) {
	b, err := regular.ReadFile(path, maxPublished)
	if err != nil {
		return nil, err
	}
	sum, n, err := hashFrom(bytes.NewReader(b), f.Unpacked)
	if err != nil {
		return nil, err
	}
	return b, f.compare(sum, n)
}

func (f File) compare(sum string, n int64) error {
	if f.Unpacked > 0 && n != f.Unpacked {
		return fmt.Errorf("expected %d unpacked bytes, got %s", f.Unpacked, atLeast(n, f.Unpacked))
	}
	if !strings.EqualFold(sum, f.SHA256) {
		return fmt.Errorf("expected SHA-256 %s%s, got %s", f.SHA256, f.hashed(), sum)
	}
	return nil
}

func atLeast(n, limit int64) string {
	if n > limit {
		return "more"
	}
	return fmt.Sprint(n)
}
