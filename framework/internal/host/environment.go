package host

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// passed are the variables of the host that plugins see; everything else stays
// behind, so that a result does not depend on somebody's shell.
var passed = []string{"PATH", "HOME", "USER", "LANG", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "GOCOVERDIR", "SYSTEMROOT"}

// passedPython are passed to an executable without a manifest only, which may be
// a Python script that relies on the shell it is started from. A manifest names
// its own interpreter.
var passedPython = []string{"VIRTUAL_ENV", "PYTHONPATH", "CONDA_PREFIX"}

// threadVariables are how the usual numeric libraries learn their thread count.
var threadVariables = []string{"GOMAXPROCS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS",
	"NUMEXPR_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"}

// environment is what a plugin sees: the host's variables in the list above and those
// that were granted, its own places, threads, what Python needs, and what the manifest
// says, which is strongest.
func environment(p Plugin, threads int, granted, own []string) []string {
	env := map[string]string{}
	names := append(slices.Clone(passed), granted...)
	if p.Manifest == nil {
		names = append(names, passedPython...)
	}
	for _, kv := range os.Environ() {
		name, value, _ := strings.Cut(kv, "=")
		if slices.Contains(names, name) || strings.HasPrefix(name, "LC_") {
			env[name] = value
		}
	}
	for _, kv := range own {
		if name, value, _ := strings.Cut(kv, "="); !slices.Contains(granted, name) {
			env[name] = value
		}
	}
	if threads > 0 {
		for _, name := range threadVariables {
			env[name] = strconv.Itoa(threads)
		}
	}
	if m := p.Manifest; m != nil {
		if m.Python != "" {
			env["PYTHONPATH"] = m.Dir()
			env["PYTHONUNBUFFERED"] = "1" // last words must not be lost in a buffer
			env["PYTHONHASHSEED"] = "0"   // the order of sets is no source of randomness
			if venv := filepath.Dir(filepath.Dir(p.Path)); isVenv(venv) {
				env["VIRTUAL_ENV"] = venv
				env["PATH"] = filepath.Dir(p.Path) + string(filepath.ListSeparator) + env["PATH"]
			}
		}
		for name, value := range m.Env {
			env[name] = value
		}
	}
	var out []string
	for name, value := range env {
		out = append(out, name+"="+value)
	}
	slices.Sort(out)
	return out
}

func isVenv(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "pyvenv.cfg"))
	return err == nil
}
