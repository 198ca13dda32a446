package host

import (
	"errors"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/assaylab/assay/framework/internal/problem"
)

func TestManifest(t *testing.T) {
	file := write(t, filepath.Join(t.TempDir(), ManifestName), `version: 1
python: .venv
args: [-m, mine]
env: {OMP_SCHEDULE: static, SEED: 3}
needs: {threads: 2, memory: 4GiB}
transport: socket
`)
	m, err := ReadManifest(file)
	if err != nil {
		t.Fatal(err)
	}
	want := &Manifest{File: file, Python: ".venv", Args: []string{"-m", "mine"}, Env: map[string]string{"OMP_SCHEDULE": "static", "SEED": "3"},
		Needs: Needs{Threads: 2, Memory: 4 << 30}, Transport: TransportSocket}
	if !reflect.DeepEqual(m, want) {
		t.Errorf("got\n%+v, want\n%+v", m, want)
	}
	if m.Dir() != filepath.Dir(file) {
		t.Errorf("its folder is %s", m.Dir())
	}
}

// Every mistake has a place, and what to write instead where that can be said.
func TestManifestMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"":                                              "1:1: the file is empty | the smallest manifest is two lines",
		"command: x\n":                                  "1:1: the manifest has no version | version: 1",
		"version: 2\n":                                  "1:10: the manifest is of version 2 | reads version 1",
		"version: 1\n":                                  "1:1: the manifest names neither command nor python | command: PROGRAM",
		"- a\n":                                         "1:1: the manifest must be a mapping | two lines",
		"a: [1\n":                                       "1:", // by the YAML parser
		"version: 1\ncommand: x\npython: y\n":           "3:9: the manifest names both command and python | keep one",
		"version: 1\ncommand: ''\n":                     "2:10: the program to start is empty",
		"version: 1\ncommand: [x]\n":                    "2:10: command or python must be text",
		"version: 1\ncommand: null\n":                   "2:10: command or python must be text",
		"version: 1\ncommand: x\ncommand: y\n":          `the key "command" is there twice`,
		"version: 1\ncomand: x\n":                       `2:1: the manifest has no key "comand" | did you mean "command"?`,
		"version: 1\ncommand: x\nzzzzzzzz: 1\n":         `3:1: the manifest has no key "zzzzzzzz" | known: version`,
		"version: 1\ncommand: x\nargs: [a, [b]]\n":      "3:11: an argument must be text",
		"version: 1\ncommand: x\nargs: {a: b}\n":        "3:7: args must be a list",
		"version: 1\ncommand: x\nenv: [a]\n":            "3:6: env must be a mapping",
		"version: 1\ncommand: x\nenv: {'A B': 1}\n":     `3:14: "A B" is no name of an environment variable`,
		"version: 1\ncommand: x\nenv: {ASSAY_X: 1}\n":   "the variable ASSAY_X belongs to the host",
		"version: 1\ncommand: x\nenv: {A: [1]}\n":       "env: A must be text",
		"version: 1\ncommand: x\nneeds: {cpus: 1}\n":    `needs has no key "cpus"`,
		"version: 1\ncommand: x\nneeds: {threads: 0}\n": "needs: threads must be a whole number from 1 to 4096, got 0",
		"version: 1\ncommand: x\nneeds: {memory: x}\n":  "needs: memory: ",
		"version: 1\ncommand: x\ntransport: tcp\n":      `3:12: transport must be auto, tls or socket, got "tcp"`,
		"#" + strings.Repeat("x", maxManifest):          "1:1: the file is larger than 64 KiB",
	} {
		file := write(t, filepath.Join(t.TempDir(), ManifestName), text)
		_, err := ReadManifest(file)
		mistake, ok := problem.Find(err)
		if !ok {
			t.Errorf("%q: got %v, want a mistake", text, err)
			continue
		}
		fact, hint, _ := strings.Cut(want, " | ")
		if !strings.Contains(err.Error(), fact) || !strings.HasPrefix(err.Error(), file+":") || !strings.Contains(mistake.Hint, hint) {
			t.Errorf("%.40q: got %v | %s, want %s", text, err, mistake.Hint, want)
		}
	}
	// All of them at once, in the order of the file.
	file := write(t, filepath.Join(t.TempDir(), ManifestName), "version: 1\nargs: x\ncomand: y\nneeds: {threads: 0, memory: z}\nenv: {ASSAY_X: [1]}\ntransport: tcp\n")
	_, err := ReadManifest(file)
	list, _ := errors.AsType[problem.List](err)
	var lines []int
	for _, p := range list {
		lines = append(lines, p.Place.Line)
	}
	if !slices.Equal(lines, []int{2, 3, 4, 4, 5, 5, 6}) {
		t.Errorf("%v: %v", lines, err)
	}
	p, err := at(file, "x", "")
	if err != nil || p.Broken == nil || p.Broken.Plugin != file+":2:7" || !strings.Contains(p.Broken.Reason, "; line 3: ") || !strings.Contains(p.Broken.Reason, `"command"`) || !strings.Contains(p.Broken.Reason, "; line 6: transport") {
		t.Errorf("%v, %v", p.Broken, err)
	}
	if _, err := ReadManifest(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a manifest that is not there is read")
	}
}
