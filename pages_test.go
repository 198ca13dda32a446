package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// follow does what a page says, in a folder of its own: its yaml blocks are written to
// the file that their first line names, its sh blocks run in the order of the page, and
// every line of a text block is one that something has printed. Text that begins with
// python3 -m venv is left to the reader: the environment has been made.
func follow(t *testing.T, page, dir string, env ...string) {
	t.Helper()
	if out, err := exec.Command("go", "build", "-o", filepath.Join(dir, "assay"), ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	// The folder's own assay stands before everything else on the path.
	env = append(append(os.Environ(), "ASSAY_CACHE="+filepath.Join(dir, "cache"), "PATH="+dir+":"+os.Getenv("PATH")), env...)
	said, shown := "", ""
	for _, block := range regexp.MustCompile("(?s)```(\\w+)\n(.*?)```").FindAllStringSubmatch(read(t, page), -1) {
		switch kind, text := block[1], block[2]; kind {
		case "yaml":
			name, _, _ := strings.Cut(strings.TrimPrefix(text, "# "), "\n")
			write(t, filepath.Join(dir, name), text)
		case "sh":
			cmd := exec.Command("sh", "-ec", text)
			cmd.Dir, cmd.Env = dir, env
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%s: %s: %v\n%s", page, text, err, out)
			}
			said += string(out)
		case "text":
			if !strings.HasPrefix(text, "python3 -m venv") {
				shown += text
			}
		}
	}
	for _, line := range strings.Split(strings.TrimSpace(shown), "\n") { // what a command prints may stand above it
		if !strings.Contains(said, strings.TrimSpace(line)) {
			t.Errorf("%s shows a line that nothing printed: %s", page, line)
		}
	}
	if t.Failed() {
		t.Logf("all that was printed:\n%s", said)
	}
}

// All answers of the cookbook are true.
func TestCookbook(t *testing.T) {
	if answers := regexp.MustCompile(`(?m)^## \d+\. `); len(answers.FindAllString(read(t, "docs/cookbook.md"), -1)) < 20 {
		t.Error("the cookbook has fewer than twenty answers")
	}
	follow(t, "docs/cookbook.md", t.TempDir())
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
