package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/assaylab/assay/framework/setting"
	"github.com/assaylab/assay/sweeps"
)

// shipped turns the name of a sweep that the binary carries into a file: it is written
// to the folder that one is in, to be read and changed, unless it is there already. A
// name that is a file is that file.
func (a *app) shipped(name string) (file string, err error) {
	if _, err := os.Stat(name); err == nil || strings.ContainsAny(name, `/\.`) {
		return name, nil
	}
	text := sweeps.Text(name)
	if text == nil {
		return "", usage(fmt.Errorf("there is no file %s, and assay brings no sweep of that name", name), setting.Suggest(name, sweeps.Names()))
	}
	file = name + ".yaml"
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		fmt.Fprintf(a.talk, "assay: %s is %s, which is here already\n", name, file)
		return file, nil
	}
	if err != nil {
		return "", fmt.Errorf("%s, which assay brings, cannot be written here: %w", file, err)
	}
	_, err = f.Write(text)
	if err := errors.Join(err, f.Close()); err != nil {
		return "", errors.Join(fmt.Errorf("%s: %w", file, err), os.Remove(file))
	}
	fmt.Fprintf(a.talk, "assay: wrote %s, to read and to change\n", file)
	return file, nil
}
