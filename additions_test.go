package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// mostTouched is how many files that are already there an addition may change.
const mostTouched = 4

// What docs/where.md says of additions is true: each patch in testdata/additions
// applies to the tree as it is, touches few files outside its own, builds, and
// passes the test that it brings.
func TestAdditions(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a copy of the tree")
	}
	files, err := exec.Command("git", "ls-files", "-z").Output()
	if err != nil {
		t.Skipf("needs a clone: %v", err)
	}
	patches, err := filepath.Glob("testdata/additions/*.patch")
	if err != nil || len(patches) == 0 {
		t.Fatalf("no patches: %v", err)
	}
	page, err := os.ReadFile("docs/where.md")
	if err != nil {
		t.Fatal(err)
	}
	tree := t.TempDir()
	copyTree(t, tree, strings.Split(strings.TrimSuffix(string(files), "\x00"), "\x00"))
	in := func(name string, args ...string) (string, error) {
		c := exec.Command(name, args...)
		c.Dir = tree
		c.Env = append(os.Environ(), "GIT_CEILING_DIRECTORIES="+filepath.Dir(tree), "GOWORK=off")
		out, err := c.CombinedOutput()
		return string(out), err
	}
	for _, patch := range patches {
		t.Run(strings.TrimSuffix(filepath.Base(patch), ".patch"), func(t *testing.T) {
			if !strings.Contains(string(page), filepath.ToSlash(patch)) {
				t.Errorf("docs/where.md does not name %s", patch)
			}
			text, err := os.ReadFile(patch)
			if err != nil {
				t.Fatal(err)
			}
			test := regexp.MustCompile(`(?m)^Test: (\S+) (\S+)$`).FindSubmatch(text)
			if test == nil {
				t.Fatal("the patch names no test: a line Test: PACKAGE NAME before the first diff")
			}
			touched := bytes.Count(text, []byte("\ndiff --git ")) - bytes.Count(text, []byte("\nnew file mode "))
			if touched > mostTouched {
				t.Errorf("it changes %d files that are there, more than %d", touched, mostTouched)
			}
			path, err := filepath.Abs(patch)
			if err != nil {
				t.Fatal(err)
			}
			if out, err := in("git", "apply", "-C1", path); err != nil { // one line of context: what stands beside it may change
				t.Fatalf("%v\n%s", err, out)
			}
			if out, err := in("go", "build", "./framework/..."); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			out, err := in("go", "test", "-count=1", "-v", "-run", "^"+string(test[2])+"$", string(test[1]))
			if err != nil || !strings.Contains(out, "--- PASS: "+string(test[2])) {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

// copyTree copies what Go and its tests need of the files.
func copyTree(t *testing.T, to string, files []string) {
	t.Helper()
	for _, f := range files {
		if strings.HasPrefix(f, "results/") || strings.HasPrefix(f, "bench/") {
			continue
		}
		text, err := os.ReadFile(f)
		if os.IsNotExist(err) {
			continue // taken out, but not yet committed
		}
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(to, f)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
