// Package lockfile reads and writes assay.lock: the digests of third-party
// plugins and of datasets as they were when somebody looked at them last.
package lockfile

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/internal/regular"
	"go.yaml.in/yaml/v4"
)

// Name is the lock's file name.
const Name = "assay.lock"

// Versions of the file. A file of version 1 pins every file of a Python plugin's
// folder; it is read and held against the plugin by that rule for as long as it is
// kept. Version 2 may have plugins of which only the code is pinned, so that a lock,
// a sweep or notes in a plugin's own folder do not make it another plugin. In version 3
// plugins may be granted something.
const (
	everyFile = 1
	codeOnly  = 2
	granting  = 3
)

// Code is what Plugin.Counts says where only the plugin's code is pinned.
const Code = "code"

// File is an assay.lock. Names of plugins that are paths, and of sweeps, are
// relative to its folder, with slashes.
type File struct {
	Version  int                          `yaml:"version"`
	Plugins  map[string]Plugin            `yaml:"plugins,omitempty"`  // as a sweep names it
	Datasets map[string]map[string]string `yaml:"datasets,omitempty"` // sweep file -> dataset -> digest

	path string
}

// Plugin is what is pinned of one plugin.
type Plugin struct {
	Method      string            `yaml:"method"`           // name and version that it gave itself
	Counts      string            `yaml:"counts,omitempty"` // which files are pinned: Code, or all where it is empty
	Digest      string            `yaml:"digest"`
	Files       map[string]string `yaml:"files,omitempty"`       // of one with a manifest: SHA-256 by path
	Interpreter string            `yaml:"interpreter,omitempty"` // of a Python plugin
	Packages    map[string]string `yaml:"packages,omitempty"`    // that it finds installed: versions by name
	Allow       *Allow            `yaml:"allow,omitempty"`       // what it is granted, as long as it is the one that is pinned
}

// Allow is what a plugin is granted of what its manifest asks for. Paths are relative
// to the lock's folder; ~ is the home folder of whoever runs.
type Allow struct {
	Network bool     `yaml:"network,omitempty"`
	Read    []string `yaml:"read,omitempty"`
	Write   []string `yaml:"write,omitempty"`
	Env     []string `yaml:"env,omitempty"`
}

const header = `# Written by "assay plugin lock". Keep it under version control: "assay run --locked"
# refuses plugins and datasets that differ from it.
`

// Find returns the lock that holds for a folder: in it or in the nearest folder
// above; nil where there is none. New ones are made in that folder.
func Find(dir string) (*File, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	for at := dir; ; at = filepath.Dir(at) {
		f, err := Read(filepath.Join(at, Name))
		if err == nil || !errors.Is(err, fs.ErrNotExist) {
			return f, err
		}
		if at == filepath.Dir(at) {
			return nil, nil
		}
	}
}

// New is an empty lock that Write puts into dir.
func New(dir string) (*File, error) {
	path, err := filepath.Abs(filepath.Join(dir, Name))
	return &File{Version: everyFile, path: path}, err
}

// maxBytes bounds a lock: a plugin with 10,000 files has a megabyte.
const maxBytes = 16 << 20

// Read reads a lock strictly.
func Read(path string) (*File, error) {
	text, err := regular.ReadFile(path, maxBytes)
	if err != nil {
		return nil, err
	}
	if len(strings.TrimSpace(string(text))) == 0 { // that of a results folder, which is locked while a host runs
		return nil, fmt.Errorf("%s is empty: %w", path, fs.ErrNotExist)
	}
	f := &File{path: path}
	if err := yaml.Load(text, f, yaml.WithKnownFields()); err != nil {
		return nil, at(path, strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if f.Version < everyFile || f.Version > granting {
		return nil, at(path, fmt.Sprintf("the lock is of version %d; this assay reads versions up to %d", f.Version, granting))
	}
	for name, p := range f.Plugins {
		if p.Counts != "" && (p.Counts != Code || f.Version < codeOnly) {
			return nil, at(path, fmt.Sprintf("plugin %s: counts: %s is not known to version %d", name, p.Counts, f.Version))
		}
		if p.Allow != nil && f.Version < granting {
			return nil, at(path, fmt.Sprintf("plugin %s: allow: version %d of the file grants nothing; write version: %d", name, f.Version, granting))
		}
	}
	return f, nil
}

func at(path, fact string) error {
	return problem.Problem{Place: problem.Place{File: path}, Fact: fact, Usage: true}
}

// Path is where the lock lies.
func (f *File) Path() string { return f.path }

// Relative is a path as the lock writes it.
func (f *File) Relative(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		if rel, err := filepath.Rel(filepath.Dir(f.path), abs); err == nil {
			path = rel
		}
	}
	return filepath.ToSlash(path)
}

// Portable is a path as Allow has it: relative where it lies in the lock's folder, else
// from the home folder if it lies there, else whole.
func (f *File) Portable(path string) string {
	if rel, err := filepath.Rel(filepath.Dir(f.path), path); err == nil && filepath.IsLocal(rel) {
		return filepath.ToSlash(rel)
	}
	if home, err := os.UserHomeDir(); err == nil {
		if rel, err := filepath.Rel(home, path); err == nil && filepath.IsLocal(rel) {
			return "~/" + filepath.ToSlash(rel)
		}
	}
	return filepath.ToSlash(path)
}

// Write puts the lock into its place, at once and whole. Its version is the lowest
// that says what it holds, so that an earlier assay reads what it can.
func (f *File) Write() error {
	f.Version = everyFile
	for _, p := range f.Plugins {
		if p.Counts != "" {
			f.Version = max(f.Version, codeOnly)
		}
		if p.Allow != nil {
			f.Version = granting
		}
	}
	body, err := yaml.Dump(f, yaml.WithIndent(2)) // keys of maps are sorted
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(f.path), "."+Name+"-")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // after the rename there is nothing under this name
	_, err = tmp.Write(append([]byte(header), body...))
	if err := errors.Join(err, tmp.Chmod(0o644), tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), f.path)
}

// Changes says what differs between the plugin that is pinned and the one that
// is there; nothing where they are equal.
func (p Plugin) Changes(is Plugin) []string {
	out := differ("file ", p.Files, is.Files, func(string, string) string { return "has other contents" })
	if p.Digest != is.Digest && len(out) == 0 {
		out = append(out, fmt.Sprintf("the executable has other contents: %s, was %s", short(is.Digest), short(p.Digest)))
	}
	if p.Interpreter != is.Interpreter {
		out = append(out, fmt.Sprintf("the interpreter is %s, was %s", is.Interpreter, p.Interpreter))
	}
	return append(out, differ("package ", p.Packages, is.Packages, func(was, now string) string { return "is version " + now + ", was " + was })...)
}

func differ(what string, was, is map[string]string, changed func(was, is string) string) []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(was)) {
		if now, ok := is[name]; !ok {
			out = append(out, what+name+" is gone")
		} else if now != was[name] {
			out = append(out, what+name+" "+changed(was[name], now))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(is)) {
		if _, ok := was[name]; !ok {
			out = append(out, what+name+" is new")
		}
	}
	return out
}

func short(digest string) string { return digest[:min(len("sha256:")+12, len(digest))] }
