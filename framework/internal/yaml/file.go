package yaml

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"github.com/assaylab/assay/framework/internal/regular"
)

// ReadFile reads a file that [Read] may take. Opening a pipe or a device could
// wait for ever, or never end, so only regular files are read. The error is short:
// the caller names the file.
func ReadFile(path string) ([]byte, error) {
	f, _, err := regular.Open(path)
	if err != nil {
		return nil, short(err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxBytes+1))
	return text, short(err)
}

// short leaves out the path that the operating system's errors name.
func short(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	if e, ok := errors.AsType[*regular.KindError](err); ok {
		return errors.New("it" + strings.TrimPrefix(e.Error(), e.Path))
	}
	return err
}

// variable is how a shell writes one.
var variable = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\$(\{[A-Za-z_]\w*\}|[A-Za-z_]\w*)`) })

// Path is a path as a person writes it in a file, relative to the folder dir. A
// leading ~ is the home folder, as in a shell; nothing else of a shell is known,
// and a name that looks like a variable is refused rather than made a folder.
func Path(text, dir string) (path, hint string, err error) {
	if text == "" {
		return "", "", errors.New("is empty")
	}
	if path, err = Home(text); err != nil {
		return "", "write ./" + text + " if that is its name", err
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	if v := variable().FindString(text); v != "" {
		if _, err := os.Lstat(path); err != nil { // a file may be called so
			return "", "write ~ for the home folder, or the whole path", errors.New("has " + v + " in it, and variables are not filled in here")
		}
	}
	return path, "", nil
}

// Home puts the home folder in place of a leading ~, and that of a user in place
// of ~NAME.
func Home(path string) (string, error) {
	if !strings.HasPrefix(path, "~") {
		return path, nil
	}
	name, rest := path[1:], ""
	if i := strings.IndexFunc(path, func(r rune) bool { return r == '/' || r == filepath.Separator }); i > 0 {
		name, rest = path[1:i], path[i:]
	}
	if name == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", errors.New("begins with ~, and there is no home folder")
		}
		return filepath.Join(home, rest), nil
	}
	u, err := user.Lookup(name)
	if err != nil {
		return "", errors.New("begins with ~" + name + ", and there is no such user")
	}
	return filepath.Join(u.HomeDir, rest), nil
}
