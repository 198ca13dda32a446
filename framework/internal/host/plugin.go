// Package host starts plugins and looks after them: it finds the executable or
// the manifest, launches it as a subprocess, speaks to it, watches its limits,
// and turns whatever goes wrong into a [failure.Failure] with a reason and a
// hint. It treats the methods inside its own binary and third parties' alike.
package host

import (
	"slices"

	"github.com/assaylab/assay/framework/internal/failure"
)

// Plugin is a program that serves one method.
type Plugin struct {
	Name     string           // as a sweep calls it
	Path     string           // of the executable: the interpreter of a Python plugin
	Args     []string         // "serve NAME" for a built-in method
	Origin   string           // "built-in", "configuration", "ASSAY_PLUGIN_PATH", "beside assay", "path"
	Manifest *Manifest        // nil: an executable without one
	Broken   *failure.Failure // why it was found but cannot be started; nil: nothing is known against it
}

// Where is the file by which people know the plugin: its manifest, or else the
// executable.
func (p Plugin) Where() string {
	if p.Manifest != nil {
		return p.Manifest.File
	}
	return p.Path
}

// Needs is what the plugin says it cannot do without.
func (p Plugin) Needs() Needs {
	if p.Manifest == nil {
		return Needs{}
	}
	return p.Manifest.Needs
}

// Same reports whether both start the same program in the same way.
func (p Plugin) Same(q Plugin) bool {
	return p.Path == q.Path && p.Where() == q.Where() && slices.Equal(p.Args, q.Args)
}
