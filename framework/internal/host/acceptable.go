package host

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// acceptable reports whether a folder may be read because something in the
// surroundings of a plugin names it: not the home folder, nor any folder around it.
func acceptable(dir string) bool {
	dir = filepath.Clean(dir)
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	home, err := os.UserHomeDir()
	if real, wrong := filepath.EvalSymlinks(home); wrong == nil {
		home = real
	}
	return dir != string(filepath.Separator) && (err != nil || home != dir && !strings.HasPrefix(home, dir+string(filepath.Separator)))
}

// codeDots are hidden folders in which people have interpreters and packages.
var codeDots = []string{".venv", ".local", ".pyenv", ".conda", ".pixi", ".cache", ".virtualenvs", ".asdf", ".mamba", ".micromamba", ".nix-profile"}

// looksLikeCode reports whether a path that a file of an environment names has Python
// code. Such files may have come with the plugin, and must not open a folder of keys.
func looksLikeCode(path string) bool {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	if !acceptable(path) {
		return false
	}
	for _, part := range strings.Split(path, string(filepath.Separator)) {
		if strings.HasPrefix(part, ".") && !slices.Contains(codeDots, part) {
			return false
		}
	}
	if ext := filepath.Ext(path); ext == ".py" || ext == ".so" || ext == ".zip" || ext == ".egg" {
		return true
	}
	for _, sign := range []string{"pyproject.toml", "setup.py", "setup.cfg", "*.py", "*.so", "*/__init__.py"} {
		if found, _ := filepath.Glob(filepath.Join(path, sign)); len(found) > 0 {
			return true
		}
	}
	return false
}

// installation is the tree that a program stands in, PREFIX/bin/NAME, where it has
// libraries beside it; "" for none.
func installation(program string) string {
	if real, err := filepath.EvalSymlinks(program); err == nil {
		program = real
	}
	prefix := filepath.Dir(filepath.Dir(program))
	if filepath.Base(filepath.Dir(program)) != "bin" || !acceptable(prefix) || filepath.Base(prefix) == ".local" {
		return ""
	}
	if info, err := os.Stat(filepath.Join(prefix, "lib")); err != nil || !info.IsDir() {
		return ""
	}
	return prefix
}

// libraries are the folders that LD_LIBRARY_PATH names: on clusters, those of modules.
func libraries() (out []string) {
	for _, dir := range filepath.SplitList(os.Getenv("LD_LIBRARY_PATH")) {
		if filepath.IsAbs(dir) && acceptable(dir) {
			out = append(out, dir)
		}
	}
	return out
}
