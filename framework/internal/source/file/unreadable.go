package file

import (
	"fmt"
	"path/filepath"
	"strings"
)

// elsewhere says how files of other formats become ones that can be read.
var elsewhere = map[string]string{

	".xlsx": `save the sheet as .csv`,
	".xls":  `save the sheet as .csv`,
	".ods":  `save the sheet as .csv`,

	".pkl":    `a pickle is a program, and is not run: in Python: numpy.savez("day.npz", samples=..., trial=...)`,
	".pickle": `a pickle is a program, and is not run: in Python: numpy.savez("day.npz", samples=..., trial=...)`,
	".pt":     `in Python: numpy.savez("day.npz", samples=tensor.numpy(), trial=...)`,
	".zip":    `unpack it, and name one of its files`,
	".tar":    `unpack it, and name one of its files`,
	".json":   `in Python: numpy.savez("day.npz", samples=..., trial=...)`,
	".txt":    `name it .csv or .tsv if it is a table with a header row`,
	".dat":    `in Python: numpy.savez("day.npz", samples=numpy.fromfile(path, dtype=...).reshape(-1, channels))`,
	".bin":    `in Python: numpy.savez("day.npz", samples=numpy.fromfile(path, dtype=...).reshape(-1, channels))`,
}

// Readable reports whether files with that ending are read.
func Readable(path string) bool {
	_, err := formatOf(path)
	return err == nil
}

// Unreadable says that a file's ending is none that is read, and what to do.
func Unreadable(path string) (fact, hint string) {
	return fmt.Sprintf("%q is no %s file", path, Kinds()), elsewhere[strings.ToLower(filepath.Ext(path))]
}
