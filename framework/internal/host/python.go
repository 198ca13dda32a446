package host

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/assaylab/assay/framework/internal/failure"
)

// interpreter finds the program behind python: in a manifest: of a virtual
// environment (its folder, or a path into it), or an interpreter by path or name.
func (m *Manifest) interpreter() (string, *failure.Failure) {
	missing := func(reason, hint string) (string, *failure.Failure) {
		return m.Python, &failure.Failure{Kind: failure.Launch, Plugin: m.File, Reason: reason, Hint: hint}
	}
	path := m.Python
	if !filepath.IsAbs(path) {
		path = filepath.Join(m.Dir(), path)
	}
	info, err := os.Stat(path)
	if err != nil && !strings.ContainsAny(m.Python, `/\`) {
		if found, err := exec.LookPath(m.Python); err == nil {
			found, err = filepath.Abs(found)
			if err == nil {
				return found, nil
			}
		}
		return missing(fmt.Sprintf("python: there is neither a virtual environment %s nor an interpreter %s on the PATH", path, m.Python), m.makeVenv(path))
	}
	if err != nil {
		return missing(fmt.Sprintf("python: there is no virtual environment or interpreter %s", path), m.makeVenv(path))
	}
	if !info.IsDir() {
		return path, nil
	}
	program := filepath.Join(path, "bin", "python")
	if runtime.GOOS == "windows" {
		program = filepath.Join(path, "Scripts", "python.exe")
	}
	if _, err := os.Stat(program); err != nil {
		if _, err := os.Lstat(program); err == nil {
			target, _ := os.Readlink(program)
			return missing(fmt.Sprintf("python: %s points to %s, which is gone", program, target), "the interpreter it was made with was removed: make it anew: "+m.makeVenv(path))
		}
		return missing(fmt.Sprintf("python: the folder %s is no virtual environment: it has no bin/python", path), m.makeVenv(path))
	}
	return program, nil
}

func (m *Manifest) makeVenv(path string) string {
	return fmt.Sprintf("python3 -m venv %s && %s", path, strings.Join(m.install(filepath.Join(path, "bin", "python"), ""), " && "))
}

// install are the commands that give an interpreter what the plugin imports.
func (m *Manifest) install(interpreter, module string) []string {
	pip := interpreter + " -m pip install "
	exists := func(name string) bool {
		_, err := os.Stat(filepath.Join(m.Dir(), name))
		return err == nil
	}
	sdk := pip + filepath.Join("CLONE", "plugins", "python") // of a clone of assay
	if exists(filepath.Join("sdk", "pyproject.toml")) {
		sdk = pip + filepath.Join(m.Dir(), "sdk")
	}
	var rest []string
	switch {
	case exists("requirements.txt"):
		// From the folder: paths in the file are relative to where pip runs.
		rest = []string{"cd " + m.Dir(), pip + "-r requirements.txt"}
	case exists("pyproject.toml"):
		rest = []string{pip + m.Dir()}
	}
	top, _, _ := strings.Cut(module, ".")
	switch {
	case top == "assay_plugin":
		return []string{sdk}
	case top == "" && exists("requirements.txt"):
		return rest
	case top == "":
		return append([]string{sdk}, rest...)
	case len(rest) > 0:
		return rest
	}
	return []string{pip + distribution(module)}
}

// distribution is the name on PyPI of a module whose own name differs.
func distribution(module string) string {
	for prefix, name := range map[string]string{"sklearn": "scikit-learn", "skimage": "scikit-image", "PIL": "pillow", "yaml": "PyYAML",
		"cv2": "opencv-python", "grpc": "grpcio", "google.protobuf": "protobuf", "google": "protobuf"} {
		if module == prefix || strings.HasPrefix(module, prefix+".") {
			return name
		}
	}
	top, _, _ := strings.Cut(module, ".")
	return top
}

var missingModule = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:ModuleNotFoundError|ImportError): No module named '?([A-Za-z0-9_.]+)'?|^\S*: Error while finding module specification for '([A-Za-z0-9_.]+)'|: No module named ([A-Za-z0-9_.]+)$`)
})

// explainImport finds the module that a Python plugin lacks in its last words,
// and says what to run.
func (p *Process) explainImport(f *failure.Failure) {
	if p.plugin.Manifest == nil || p.plugin.Manifest.Python == "" {
		return
	}
	for _, line := range slices.Backward(p.tail.Last(200)) {
		found := missingModule().FindStringSubmatch(strings.TrimSpace(line))
		if found == nil {
			continue
		}
		module := found[1] + found[2] + found[3]
		f.Reason += fmt.Sprintf(": %s has no module %s", p.plugin.Path, module)
		f.Hint = "run: " + strings.Join(p.plugin.Manifest.install(p.plugin.Path, module), " && ")
		if slices.Contains(p.plugin.Args, module) { // python -m MODULE
			f.Hint = fmt.Sprintf("args names the module %s: it must lie in %s, or be installed: %s -m pip install %s", module, p.plugin.Manifest.Dir(), p.plugin.Path, p.plugin.Manifest.Dir())
		}
		return
	}
}
