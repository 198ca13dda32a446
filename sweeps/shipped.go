// Package sweeps carries the sweeps that need neither recordings nor plugins of
// anybody's, so that "assay run quickstart" works wherever the binary is.
package sweeps

import (
	"embed"
	"io/fs"
	"strings"
)

//go:embed quickstart.yaml search-ablation.yaml
var files embed.FS

// Names lists what Text knows.
func Names() (out []string) {
	list, err := fs.Glob(files, "*.yaml")
	if err != nil {
		panic("sweeps: " + err.Error()) // of the pattern
	}
	for _, f := range list {
		out = append(out, strings.TrimSuffix(f, ".yaml"))
	}
	return out
}

// Text is a sweep file by its name; nil where there is none.
func Text(name string) []byte {
	text, err := files.ReadFile(name + ".yaml")
	if err != nil {
		return nil
	}
	return text
}
