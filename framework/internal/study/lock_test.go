package study

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/assaylab/assay/framework/internal/host"
	"github.com/assaylab/assay/framework/internal/lockfile"
)

// A lock of version 1 pins every file of a Python plugin's folder, and is held
// against the plugin by that rule; one of version 2 pins the code, so that a plugin
// can lie in one folder with its sweep, its notes and the lock itself.
func TestPluginsAreHeldByTheRuleTheyWereLockedBy(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("there is no python3")
	}
	ctx := context.Background()
	// Each in a folder of its own: a plugin is read once in a process.
	plugin := func(files map[string]string) host.Plugin {
		t.Helper()
		dir := t.TempDir()
		for name, text := range map[string]string{
			"plugin.yaml": "version: 1\npython: " + python + "\nargs: [mine.py]\n",
			"mine.py":     "print(1)\n",
			"README.md":   "mine\n",
			"weights.bin": "0123",
		} {
			if is, ok := files[name]; ok {
				text = is
			}
			files[name] = text
		}
		for name, text := range files {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		p, err := (&host.Finder{}).Find(dir, ".")
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	pinned := func(p host.Plugin, counts string) lockfile.Plugin {
		t.Helper()
		out, err := pin(ctx, p, counts)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	first := plugin(map[string]string{})
	if newRule(first) != lockfile.Code || newRule(host.Plugin{}) != "" {
		t.Error("a Python plugin is locked by its code, an executable as it is")
	}
	all, code := pinned(first, ""), pinned(first, lockfile.Code)
	for name, c := range map[string]struct {
		files     map[string]string
		all, code string // what differs
	}{
		"the same":    {map[string]string{}, "", ""},
		"notes":       {map[string]string{"README.md": "yours\n"}, "README.md has other contents", ""},
		"lock, sweep": {map[string]string{"assay.lock": "version: 1\n", "sweep.yaml": "version: 2\nmethods:\ndatasets:\n"}, "assay.lock is new", ""},
		"code":        {map[string]string{"mine.py": "print(2)\n"}, "mine.py has other contents", "mine.py has other contents"},
		"weights":     {map[string]string{"weights.bin": "4567"}, "weights.bin has other contents", "weights.bin has other contents"},
		"a module":    {map[string]string{"more.py": "\n"}, "more.py is new", "more.py is new"},
	} {
		is := plugin(c.files)
		for _, x := range []struct {
			rule string
			was  lockfile.Plugin
			want string
		}{{"", all, c.all}, {lockfile.Code, code, c.code}} {
			got := strings.Join(x.was.Changes(pinned(is, x.rule)), "; ")
			if !strings.Contains(got, x.want) || (got == "") != (x.want == "") {
				t.Errorf("%s, by the rule %q: %q, want %q", name, x.rule, got, x.want)
			}
		}
	}
}
