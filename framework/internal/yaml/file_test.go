package yaml

import (
	"os"
	"os/user"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestPath(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("HOME", "/home/me")
	if err := os.WriteFile(filepath.Join(dir, "a$b"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	cases := map[string]string{ // written: path, or words of the error after "!"
		"x/y":         filepath.Join(dir, "x/y"),
		"./x":         filepath.Join(dir, "x"),
		"/x/../y":     "/x/../y",
		"~":           "/home/me",
		"~/x":         "/home/me/x",
		"./~":         filepath.Join(dir, "~"),
		"x/~":         filepath.Join(dir, "x/~"),
		"a$b":         filepath.Join(dir, "a$b"), // it is there
		"costs$":      filepath.Join(dir, "costs$"),
		"":            "!is empty",
		"$HOME/x":     "!has $HOME in it",
		"x/${DATA}/y": "!has ${DATA} in it",
		"~no-such/x":  "!there is no such user",
	}
	if u, err := user.Current(); err == nil && runtime.GOOS != "windows" {
		cases["~"+u.Username+"/x"] = filepath.Join(u.HomeDir, "x")
	}
	for written, want := range cases {
		got, hint, err := Path(written, dir)
		if words, bad := strings.CutPrefix(want, "!"); bad {
			if err == nil || !strings.Contains(err.Error(), words) || written != "" && hint == "" {
				t.Errorf("%q: got %q, %v (hint %q), want an error with %q", written, got, err, hint, words)
			}
		} else if err != nil || got != want {
			t.Errorf("%q: got %q, %v, want %q", written, got, err, want)
		}
	}
}

func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	large := filepath.Join(dir, "large")
	if err := os.WriteFile(large, make([]byte, 3*maxBytes), 0o644); err != nil {
		t.Fatal(err)
	}
	if text, err := ReadFile(large); err != nil || len(text) != maxBytes+1 {
		t.Errorf("%d bytes, %v", len(text), err)
	}
	for path, want := range map[string]string{filepath.Join(dir, "none"): "no such file or directory", dir: "it is a folder, not a file", os.DevNull: "it is a device, not a file"} {
		if _, err := ReadFile(path); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", path, err, want)
		}
	}
}
