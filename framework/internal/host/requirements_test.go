package host

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRequirement: a version, a place in the plugin's own folder, a place elsewhere, a
// commit; never a secret.
func TestRequirement(t *testing.T) {
	dir := t.TempDir()
	p := Plugin{Path: filepath.Join(dir, ".venv", "bin", "python"), Manifest: &Manifest{File: filepath.Join(dir, "plugin.yaml")}}
	for _, c := range []struct{ version, source, want string }{
		{"1.2", "", "a==1.2"},
		{"2.5.1+cpu", "", "a==2.5.1+cpu  # a local version: pip needs the index that it came from"},
		{"1.2", `{"url": "file://` + filepath.ToSlash(dir) + `/sdk", "dir_info": {}}`, "./sdk"},
		{"1.2", `{"url": "file://` + filepath.ToSlash(dir) + `/sdk", "dir_info": {"editable": true}}`, "-e ./sdk"},
		{"1.2", `{"url": "file:///opt/a", "dir_info": {"editable": true}}`, "-e /opt/a"},
		{"1.2", `{"url": "https://me:secret@example.org/a.git", "vcs_info": {"vcs": "git", "commit_id": "0123abc"}}`, "a @ git+https://example.org/a.git@0123abc"},
		{"1.2", `{"url": "https://example.org/a.whl", "archive_info": {}}`, "a @ https://example.org/a.whl"},
		{"1.2", `no JSON`, "a==1.2"},
	} {
		if got := p.requirement("a", c.version, c.source); got != c.want {
			t.Errorf("%s %s: %q, want %q", c.version, c.source, got, c.want)
		}
	}
}

// TestRebuild names the Python and the folder that there were.
func TestRebuild(t *testing.T) {
	dir := t.TempDir()
	p := Plugin{Path: filepath.Join(dir, "env", "bin", "python"), Manifest: &Manifest{File: filepath.Join(dir, "plugin.yaml")}}
	if got := p.Rebuild(Environment{Interpreter: "CPython 3.11.7"}); !strings.HasPrefix(got, "python3.11 -m venv .venv &&") {
		t.Error(got)
	}
	if err := os.MkdirAll(filepath.Join(dir, "env", "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "env", "pyvenv.cfg"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if got := p.Rebuild(Environment{Interpreter: "PyPy 3.10.1"}); got != "python3.10 -m venv env && env/bin/python -m pip install --no-deps -r requirements.lock" {
		t.Error(got)
	}
}
