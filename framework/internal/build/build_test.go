package build

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"
)

func TestNames(t *testing.T) {
	const commit = "428d4383abcdef0123456789abcdef0123456789"
	for want, b := range map[string]Build{
		"0.2.0":                        {Version: "v0.2.0", Commit: commit},
		"0.2.0-rc.1":                   {Version: "v0.2.0-rc.1"},
		"0.1.0-dev":                    {},
		"0.1.0-dev+428d4383abcd":       {Version: "v0.0.0-20261130225919-428d4383abcd", Commit: commit},
		"0.1.0-dev+428d4383abcd.dirty": {Version: "v0.2.0+dirty", Commit: commit, Dirty: true},
		"0.1.0-dev+0123456789ab":       {Version: "v0.2.1-0.20261130225919-0123456789ab"},
		"0.3.0":                        {Version: "v0.3.0", Within: "example.org/mine", Commit: commit},
	} {
		if got := b.Name(); got != want {
			t.Errorf("%+v is called %q, want %q", b, got, want)
		}
	}
}

// A binary with methods of its own is built from another module: its commit says
// nothing of assay, whose version is that of the requirement.
func TestWithinAnotherModule(t *testing.T) {
	info := &debug.BuildInfo{GoVersion: "go1", Main: debug.Module{Path: "example.org/mine", Version: "(devel)"},
		Deps: []*debug.Module{{Path: "x.org/y", Version: "v9"}, {Path: assay, Version: "v0.3.0"}}}
	if d := cmp.Diff(Build{Version: "v0.3.0", Within: "example.org/mine", Go: "go1"}, of(info)); d != "" {
		t.Error(d)
	}
	info.Deps[1].Replace = &debug.Module{Path: "../clone"}
	if got := of(info); got.Version != "" || got.Name() != Version {
		t.Errorf("of a replaced module: %+v", got)
	}
}

// What the Go tool writes by each way of building: a small module of assay's name,
// with this package in it, in a repository and as a release.
func TestWaysOfBuilding(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("needs git")
	}
	dir := tree(t)
	run := func(args ...string) string {
		t.Helper()
		c := exec.Command(args[0], args[1:]...)
		c.Dir = dir
		c.Env = append(os.Environ(), "GOWORK=off", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null",
			"GOBIN="+dir+"/../bin", "GOPROXY=file://"+dir+"/../proxy", "GOSUMDB=off", "GOMODCACHE="+dir+"/../mod", "GOFLAGS=-modcacherw")
		text, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %v\n%s", args, err, text)
		}
		return strings.TrimSpace(string(text))
	}
	check := func(way, out string, want Build) {
		t.Helper()
		var got Build
		if err := json.Unmarshal([]byte(out), &got); err != nil {
			t.Fatalf("%s: %v in %s", way, err, out)
		}
		got.Go = ""
		if strings.HasPrefix(got.Version, "v0.0.0-") && strings.HasPrefix(want.Version, "v0.0.0-") {
			got.Version = want.Version // one made of time and commit
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", way, d)
		}
	}
	bin := filepath.Join(dir, "..", "out")
	build := func() string {
		run("go", "build", "-o", bin, ".")
		return run(bin)
	}
	check("go build without version control", build(), Build{})
	run("git", "init", "-q")
	run("git", "add", ".")
	run("git", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "first")
	commit := run("git", "rev-parse", "HEAD")
	check("go build", build(), Build{Version: "v0.0.0-made", Commit: commit})
	check("go run", run("go", "run", "."), Build{})
	run("git", "tag", "v0.2.0")
	check("go build of a tag", build(), Build{Version: "v0.2.0", Commit: commit})
	run("go", "install", ".")
	check("go install in a clone", run(filepath.Join(dir, "..", "bin", "assay")), Build{Version: "v0.2.0", Commit: commit})
	if err := os.WriteFile(filepath.Join(dir, "new.txt"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	check("go build of a changed tree", build(), Build{Version: "v0.2.0+dirty", Commit: commit, Dirty: true})
	release(t, dir, "v0.3.0")
	run("go", "install", assay+"@v0.3.0")
	check("go install of a release", run(filepath.Join(dir, "..", "bin", "assay")), Build{Version: "v0.3.0"})
	check("go run of a release", run("go", "run", assay+"@v0.3.0"), Build{Version: "v0.3.0"})
}

// release puts the module into a proxy of its own, beside it.
func release(t *testing.T, dir, version string) {
	t.Helper()
	to := filepath.Join(dir, "..", "proxy", assay, "@v")
	if err := os.MkdirAll(to, 0o755); err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	if err := zip.CreateFromDir(&packed, module.Version{Path: assay, Version: version}, dir); err != nil {
		t.Fatal(err)
	}
	mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{"list": []byte(version + "\n"), version + ".zip": packed.Bytes(), version + ".mod": mod, version + ".info": []byte(`{"Version":"` + version + `","Time":"2026-01-01T00:00:00Z"}`)} {
		if err := os.WriteFile(filepath.Join(to, name), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// tree makes a module of assay's name that prints its build.
func tree(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "assay")
	text, err := os.ReadFile("build.go")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"go.mod":         "module " + assay + "\n\ngo 1.26\n",
		"main.go":        "package main\n\nimport (\n\t\"encoding/json\"\n\t\"os\"\n\n\t\"" + assay + "/build\"\n)\n\nfunc main() { json.NewEncoder(os.Stdout).Encode(build.This()) }\n",
		"build/build.go": string(text),
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
