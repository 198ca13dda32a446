package host

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"

	"github.com/assaylab/assay/framework/internal/regular"
)

// maxRead bounds the small files that say where Python has its parts.
const maxRead = 1 << 20

var rootsOf sync.Map // interpreter -> []string

// pythonRoots are the folders that an interpreter reads its program and packages from:
// its virtual or conda environment, the installation that this was made with (which uv
// and pyenv have in a user's home), what .pth files and editable installs name, and
// the packages of pip install --user.
func pythonRoots(interpreter string) []string {
	if r, ok := rootsOf.Load(interpreter); ok {
		return r.([]string)
	}
	r := &roots{seen: map[string]bool{}}
	r.interpreter(interpreter)
	if home, err := os.UserHomeDir(); err == nil {
		found, _ := filepath.Glob(filepath.Join(home, ".local", "lib", "python3*"))
		for _, dir := range found {
			r.add(dir)
		}
	}
	for i := 0; i < len(r.list); i++ { // packages may name further folders
		r.packages(r.list[i])
	}
	rootsOf.Store(interpreter, r.list)
	return r.list
}

type roots struct {
	list []string
	seen map[string]bool
}

func (r *roots) add(path string) {
	if abs, err := filepath.Abs(path); err == nil && !r.seen[abs] && abs != "/" {
		r.seen[abs] = true
		r.list = append(r.list, abs)
	}
}

// interpreter follows links one by one: each may lie in an installation of its own.
func (r *roots) interpreter(path string) {
	for range 20 {
		dir := filepath.Dir(path)
		prefix := filepath.Dir(dir)
		if base := filepath.Base(dir); base == "shims" { // pyenv: a script that looks for the version in its root
			r.add(prefix)
		} else if base == "bin" && prefix != "/usr" && acceptable(prefix) && filepath.Base(prefix) != ".local" {
			r.add(prefix)
		}
		r.add(path)
		r.base(prefix)
		to, err := os.Readlink(path)
		if err != nil {
			return
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(dir, to)
		}
		path = to
	}
}

// base is the installation behind a virtual environment.
func (r *roots) base(venv string) {
	text, err := regular.ReadFile(filepath.Join(venv, "pyvenv.cfg"), maxRead)
	if err != nil {
		return
	}
	for line := range strings.Lines(string(text)) {
		key, value, _ := strings.Cut(line, "=")
		switch strings.TrimSpace(key) {
		case "home":
			if home := strings.TrimSpace(value); home != "/usr/bin" && home != "/bin" && installation(filepath.Join(home, "python3")) != "" {
				r.add(filepath.Dir(home))
			}
		case "executable", "base-executable":
			if path := strings.TrimSpace(value); !r.seen[path] {
				r.interpreter(path)
			}
		}
	}
}

// quoted finds absolute paths in the modules that editable installs leave.
var quoted = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`['"](/[^'"\n]+)['"]`) })

// packages adds what the site-packages below a folder point at.
func (r *roots) packages(root string) {
	for _, pattern := range []string{"lib/python3*/site-packages", "lib/python3*/dist-packages", "site-packages", "local/lib/python3*/dist-packages"} {
		sites, _ := filepath.Glob(filepath.Join(root, pattern))
		for _, site := range sites {
			for _, pattern := range []string{"*.pth", "*.egg-link", "__editable__*.py"} {
				files, _ := filepath.Glob(filepath.Join(site, pattern))
				for _, file := range files {
					r.named(site, file)
				}
			}
		}
	}
}

func (r *roots) named(site, file string) {
	text, err := regular.ReadFile(file, maxRead)
	if err != nil {
		return
	}
	if strings.HasSuffix(file, ".py") {
		for _, m := range quoted().FindAllSubmatch(text, -1) {
			if looksLikeCode(string(m[1])) {
				r.add(string(m[1]))
			}
		}
		return
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || line == "." || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "import ") || strings.HasPrefix(line, "import\t") {
			continue
		}
		if !filepath.IsAbs(line) {
			line = filepath.Join(site, line)
		}
		if looksLikeCode(line) {
			r.add(line)
		}
	}
}

func isPython(program string) bool { return strings.HasPrefix(filepath.Base(program), "python") }

// scriptRoots are those of the program that the first line of a script names.
func scriptRoots(path string) []string {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, _, err := regular.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	line, _ := bufio.NewReaderSize(f, 512).ReadSlice('\n')
	words := strings.Fields(string(bytes.TrimPrefix(line, []byte("#!"))))
	if !bytes.HasPrefix(line, []byte("#!")) || len(words) == 0 {
		return nil
	}
	program := words[0]
	if filepath.Base(program) == "env" {
		for _, w := range words[1:] {
			if !strings.HasPrefix(w, "-") && !strings.Contains(w, "=") {
				if found, err := exec.LookPath(w); err == nil {
					program = found
				}
				break
			}
		}
	}
	if isPython(program) {
		return append(pythonRoots(program), program)
	}
	return []string{program}
}
