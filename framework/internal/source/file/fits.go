package file

import (
	"fmt"

	"github.com/assaylab/assay/framework/internal/regular"
)

// lookFirst is the size in bytes from which on a file is looked at before it is hashed.
const lookFirst = 256 << 20

// Fits refuses a large file that would be refused anyway, by its size or by what
// stands at its front, before anybody spends half a minute on hashing it.
func Fits(path string, limit int64) error {
	f, err := formatOf(path)
	if err != nil || f.imported || f.folder {
		return nil // others say so, with advice
	}
	opened, info, err := regular.Open(path)
	if err != nil {
		return nil
	}
	opened.Close()
	switch {
	case info.Size() < lookFirst:
	case f.table && info.Size() > limit:
		return fmt.Errorf("%s has %d bytes; at most %d are read", path, info.Size(), limit)
	case !f.table:
		box, err := f.open(path, limit)
		if err != nil {
			return err
		}
		defer box.Close()
		if all := box.arrays(); f.alone && int64(all[0].size()) > limit/4 {
			return fmt.Errorf("%s: an array of %s values needs more than the %d bytes that are read", path, all[0].Size(), limit)
		}
	}
	return nil
}
