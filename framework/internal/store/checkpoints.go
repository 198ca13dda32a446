package store

import (
	"errors"
	"os"
	"path/filepath"
)

// DropCheckpoints removes those of a trial, of whatever build of its plugin: nobody
// goes on from them. What is gone already is no error.
func (s *Store) DropCheckpoints(short string) (err error) {
	of, err := filepath.Glob(filepath.Join(escapeGlob(s.Dir), CheckpointsDir, short+"-*"))
	for _, dir := range of {
		err = errors.Join(err, os.RemoveAll(dir))
	}
	return err
}
