package source

import (
	"fmt"
	"math"
	"path"
	"path/filepath"
	"slices"

	"github.com/assaylab/assay/framework/setting"
)

// check looks at the columns of a file with that ending.
func (c Columns) check(ext string) []Problem {
	var out []Problem
	add := func(path, fact, hint string) { out = append(out, Problem{Path: path, Fact: fact, Hint: hint}) }
	if !(c.BinSeconds >= 0) || math.IsInf(c.BinSeconds, 0) {
		add("bin_seconds", fmt.Sprintf("must be a duration in seconds, got %v", c.BinSeconds), "")
	}
	switch {
	case ext == ".csv" && len(c.Samples) == 0:
		add("samples", "is missing: a .csv file does not say which columns are samples", "[unit*] takes all columns that begin with unit")
	case ext == ".npz" && len(c.Samples) > 1:
		add("samples", "an .npz file has its samples in one array", "name one")
	case ext == ".npy" && (len(c.Samples) > 0 || c.Trial != "" || len(c.Classes) > 0 || len(c.Continuous) > 0):
		add("samples", "an .npy file holds the samples and nothing else", "put arrays together with numpy.savez")
	}
	for _, p := range c.Samples {
		if _, err := path.Match(p, ""); err != nil {
			add("samples", fmt.Sprintf("%q is no pattern", p), "")
		}
	}
	seen := map[string]bool{}
	for _, t := range slices.Concat(c.Classes, sortedKeys(c.Continuous)) {
		if seen[t] {
			add("classes", fmt.Sprintf("target %q is there twice", t), "")
		}
		seen[t] = true
	}
	for _, t := range sortedKeys(c.Continuous) {
		if n := len(c.Continuous[t]); n == 0 || ext == ".npz" && n > 1 {
			add("continuous."+t, fmt.Sprintf("names %d arrays or columns", n), "an .npz array may have several columns itself")
		}
	}
	return out
}

// suggestSource helps with a source that is neither a prefix nor a file.
func suggestSource(source string) string {
	var names []string
	for _, e := range catalogue {
		names = append(names, cataloguePrefix+e.Name)
	}
	for _, g := range generators {
		names = append(names, generatePrefix+g.Name)
	}
	base := path.Base(filepath.ToSlash(source))
	for _, n := range names {
		if path.Base(n) == base {
			return fmt.Sprintf("did you mean %q?", n)
		}
	}
	bare := make([]string, len(names))
	for i, n := range names {
		bare[i] = path.Base(n)
	}
	nearest := setting.Suggest(base, bare) // a misspelt name, whatever its prefix
	for i, n := range names {
		if nearest == fmt.Sprintf("did you mean %q?", bare[i]) {
			return fmt.Sprintf("did you mean %q?", n)
		}
	}
	return setting.Suggest(source, names)
}
