package runner

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/trial"
)

// keep moves what the sweep wants to keep out of the work folder, into KEPT/KEY. What it
// names (models, arrays, embeddings without a limit) is on disk before the trial is
// recorded, which says that it is kept. Embeddings within a limit are not waited for:
// they may go at any time, and count only if they have the digest of the record.
func (a *attempt) keep() error {
	if a.site.Kept == "" || a.req.Keep == (trial.Keep{}) {
		return nil
	}
	dir := filepath.Join(a.site.Kept, a.req.Key)
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, k := range []struct {
		wanted  bool
		in      string
		pattern string
	}{{a.req.Keep.Models, a.work, "model"}, {a.req.Keep.Embeddings, a.taken, "embedding-*.npy"}, {a.req.Keep.Arrays, a.work, "arrays-*"}} {
		if !k.wanted {
			continue
		}
		found, err := filepath.Glob(filepath.Join(k.in, k.pattern))
		if err != nil {
			return err
		}
		if len(found) == 0 && k.pattern == "model" {
			return a.proc.Complete(&failure.Failure{Kind: failure.Invalid, Reason: "the model's folder is gone: there is nothing to keep",
				Hint: "a plugin writes its model into the folder it is given, and leaves that folder there"})
		}
		for _, from := range found {
			if err := plain(from); err != nil {
				return a.proc.Complete(&failure.Failure{Kind: failure.Invalid, Reason: err.Error(), Hint: "models and arrays are regular files and folders"})
			}
			if err := os.Rename(from, filepath.Join(dir, filepath.Base(from))); err != nil {
				return err
			}
		}
	}
	if a.req.Keep.Embeddings && a.req.Keep.Pinned {
		if err := os.WriteFile(filepath.Join(dir, PinFile), nil, 0o644); err != nil {
			return err
		}
	}
	if a.req.Keep.Models || a.req.Keep.Arrays || a.req.Keep.Pinned {
		return secure(dir, a.site.Kept, filepath.Dir(a.site.Kept))
	}
	return nil
}

// syncFile is a variable so that a test sees what is synced.
var syncFile = (*os.File).Sync

// secure has everything under a folder written to disk, and the names that lead to it.
func secure(dir string, above ...string) error {
	sync := func(path string, must bool) error {
		mode := os.O_RDONLY
		if must && runtime.GOOS == "windows" { // which syncs only what may be written
			mode = os.O_RDWR
		}
		f, err := os.OpenFile(path, mode, 0)
		if err != nil {
			if must {
				return err
			}
			return nil
		}
		err = syncFile(f)
		if !must { // not every file system can sync a folder; the names are there all the same
			err = nil
		}
		return errors.Join(err, f.Close())
	}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return sync(path, !d.IsDir())
	})
	for _, path := range above {
		err = errors.Join(err, sync(path, false))
	}
	return err
}

// PinFile is in the folder of what is kept whatever room it takes.
const PinFile = "pinned"

// plain refuses links, pipes and devices in what a plugin has written: kept, they
// would be read later as if they were the plugin's own bytes.
func plain(root string) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if t := d.Type(); !t.IsRegular() && !t.IsDir() {
			name, relErr := filepath.Rel(filepath.Dir(root), path)
			if relErr != nil {
				name = d.Name()
			}
			return fmt.Errorf("%s is no regular file (%v)", name, t)
		}
		return nil
	})
}
