// Package build says which assay this is: a version that a release carries, and
// the commit that it was built from, as far as the Go tool has written them into
// the binary.
package build

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
)

// Version is what a build is called that carries no version of its own: from a
// working tree without version control, or by "go run".
const Version = "0.1.0-dev"

// module is where assay comes from.
const assay = "github.com/assaylab/assay"

// Build is the identity of a binary. It is provenance: no trial's identity
// depends on it.
type Build struct {
	Version string `json:"version,omitempty"` // of the module: v0.2.0, or one made of the commit; "" where Go knows none
	Commit  string `json:"commit,omitempty"`  // of the tree that it was built from
	Dirty   bool   `json:"dirty,omitempty"`   // the tree had changes that are not in the commit
	Within  string `json:"within,omitempty"`  // the module of a binary that brings methods of its own; the commit is that one's
	Go      string `json:"go,omitempty"`      // version of the compiler
}

// This is the build that runs.
var This = sync.OnceValue(func() Build {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return Build{Go: runtime.Version()}
	}
	return of(info)
})

// of reads what the Go tool wrote. "go install PATH@VERSION" gives a version and no
// commit, "go build" in a clone gives both, "go run" and a linked worktree neither.
func of(info *debug.BuildInfo) Build {
	b := Build{Go: info.GoVersion}
	if info.Main.Path == assay {
		b.Version = released(&info.Main)
	} else {
		b.Within = strings.TrimSpace(info.Main.Path + " " + released(&info.Main))
		for _, d := range info.Deps {
			if d.Path == assay {
				b.Version = released(d)
			}
		}
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Commit = s.Value
		case "vcs.modified":
			b.Dirty = s.Value == "true"
		}
	}
	return b
}

// released is the version of a module; "" of a folder on this machine, which may
// hold anything.
func released(m *debug.Module) string {
	if m.Replace != nil {
		m = m.Replace
	}
	if m.Version == "(devel)" {
		return ""
	}
	return m.Version
}

// Name is the version for people and scripts: "0.2.0" of a release, else what the
// next release will be called with the commit, "0.1.0-dev+428d4383abcd.dirty".
func (b Build) Name() string {
	bare, _, _ := strings.Cut(b.Version, "+")
	if bare != "" && !b.Dirty && strings.Count(bare, "-") < 2 { // versions made of a commit have two
		return strings.TrimPrefix(bare, "v")
	}
	name := Version
	if b.Commit != "" && b.Within == "" {
		name += "+" + b.Commit[:min(12, len(b.Commit))]
	} else if bare != "" {
		name += "+" + bare[strings.LastIndex(bare, "-")+1:]
	}
	if b.Dirty && b.Within == "" {
		name += ".dirty"
	}
	return name
}

// Details is all that is known, on one line.
func (b Build) Details() string {
	parts := []string{"module " + cmp.Or(b.Version, "version unknown")}
	if b.Within != "" {
		parts = append(parts, "within "+b.Within)
	}
	commit := "commit unknown (\"go run\", a linked worktree and a tree without version control leave none)"
	switch {
	case b.Commit != "":
		commit = "commit " + b.Commit
	case b.Version != "":
		commit = ""
	}
	if commit != "" {
		parts = append(parts, commit)
	}
	if b.Dirty {
		parts = append(parts, "with changes that are not in it")
	}
	return fmt.Sprintf("%s; %s %s/%s", strings.Join(parts, ", "), b.Go, runtime.GOOS, runtime.GOARCH)
}
