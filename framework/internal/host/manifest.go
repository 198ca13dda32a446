package host

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/assaylab/assay/framework/internal/bytesize"
	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/internal/regular"
	"github.com/assaylab/assay/framework/internal/trial"
	paths "github.com/assaylab/assay/framework/internal/yaml"
	"github.com/assaylab/assay/framework/setting"
)

// ManifestName is the file that makes a folder a plugin.
const ManifestName = "plugin.yaml"

// maxManifest bounds a manifest, which is a dozen lines.
const maxManifest = 64 << 10

// Manifest is a plugin.yaml: how the plugin is started and what it needs. See
// docs/manifest.md. Paths in it are relative to its folder.
type Manifest struct {
	File      string            // absolute path of the plugin.yaml
	Command   string            // an executable; or
	Python    string            // a virtual environment or an interpreter
	Args      []string          // one that names a file in the folder becomes its path
	Env       map[string]string // stronger than what the host passes on
	Needs     Needs
	Transport Transport
	ByVersion bool // identity: version: edited files do not make its trials others
}

// Needs is what a trial must have at least.
type Needs struct {
	Threads int    // a trial gets as many, also where the sweep says fewer
	Memory  int64  // bytes; a sweep that allows less is refused
	Access  Access // asked for: the sweep grants it, or not
}

// Transport is how host and plugin speak to each other.
type Transport string

const (
	TransportAuto   Transport = "auto"   // TLS where the plugin can do it
	TransportTLS    Transport = "tls"    // mutual TLS, with keys made for each launch
	TransportSocket Transport = "socket" // a Unix socket in a private folder, without TLS
)

// Dir is the folder of the manifest.
func (m *Manifest) Dir() string { return filepath.Dir(m.File) }

// ReadManifest reads a plugin.yaml strictly. The error is a [problem.List] of all
// mistakes, or about the file itself.
func ReadManifest(file string) (*Manifest, error) {
	r := &manifestReader{file: file}
	text, err := regular.ReadFile(file, maxManifest)
	if _, large := errors.AsType[*regular.SizeError](err); large {
		return nil, r.only(fmt.Sprintf("the file is larger than %s", bytesize.Format(maxManifest)), "a manifest is a dozen lines; is this the right file?")
	}
	if err != nil {
		return nil, err
	}
	var root yaml.Node
	if err := yaml.Load(text, &root); err != nil && !strings.Contains(err.Error(), "no documents in stream") {
		return nil, r.syntax(err)
	}
	if len(root.Content) != 1 { // nothing, or comments
		return nil, r.only("the file is empty", manifestHint)
	}
	m := r.manifest(root.Content[0])
	if err := r.errs.Sorted(); err != nil {
		return nil, err
	}
	m.File, err = filepath.Abs(file)
	return m, err
}

const manifestHint = "the smallest manifest is two lines: version: 1, and command: PROGRAM or python: FOLDER (docs/manifest.md)"

// manifestReader collects what is wrong with a manifest.
type manifestReader struct {
	file string
	errs problem.List
}

// fail notes a mistake at a node.
func (r *manifestReader) fail(n *yaml.Node, fact, hint string) {
	p := problem.Problem{Place: problem.Place{File: r.file, Line: 1, Column: 1}, Fact: fact, Hint: hint, Usage: true}
	if n != nil && n.Line > 0 {
		p.Place.Line, p.Place.Column = n.Line, n.Column
	}
	r.errs = append(r.errs, p)
}

// only is the error of a file in which nothing else can be looked at.
func (r *manifestReader) only(fact, hint string) error {
	r.fail(nil, fact, hint)
	return r.errs.Sorted()
}

func (r *manifestReader) syntax(err error) error {
	out := problem.Problem{Place: problem.Place{File: r.file, Line: 1, Column: 1}, Fact: strings.TrimPrefix(err.Error(), "yaml: "), Usage: true}
	var one *yaml.LoadError
	if errors.As(err, &one) {
		out.Fact = one.Message
		if one.Mark.Line > 0 {
			out.Place.Line, out.Place.Column = one.Mark.Line, max(1, one.Mark.Column)
		}
	}
	return out
}

func (r *manifestReader) manifest(root *yaml.Node) *Manifest {
	m := &Manifest{Transport: TransportAuto}
	keys := r.keys(root, "the manifest", "version", "command", "python", "args", "env", "needs", "transport", "identity")
	if keys == nil {
		return m
	}
	misspelt := len(r.errs) > 0
	if n := keys["version"]; n == nil {
		r.fail(root, "the manifest has no version", "its first line is: version: 1")
	} else if n.Value != "1" {
		r.fail(n, fmt.Sprintf("the manifest is of version %s", n.Value), "this assay reads version 1")
		return m // what else it says may mean something there
	}
	command, python := keys["command"], keys["python"]
	switch {
	case command == nil && python == nil && misspelt: // one of them may be what was meant
	case command == nil && python == nil:
		r.fail(root, "the manifest names neither command nor python", "command: PROGRAM starts an executable, python: FOLDER the interpreter of a virtual environment")
	case command != nil && python != nil:
		r.fail(python, "the manifest names both command and python", "keep one of them")
	}
	for into, n := range map[*string]*yaml.Node{&m.Command: command, &m.Python: python} {
		if n != nil && r.text(n, "command or python", into) && *into == "" {
			r.fail(n, "the program to start is empty", "")
		}
	}
	m.Args, m.Env, m.Needs = r.args(keys["args"]), r.env(keys["env"]), r.needs(keys["needs"])
	if n := keys["transport"]; n != nil {
		m.Transport = Transport(n.Value)
		all := []string{string(TransportAuto), string(TransportTLS), string(TransportSocket)}
		if n.Kind != yaml.ScalarNode || !slices.Contains(all, n.Value) {
			r.fail(n, fmt.Sprintf("transport must be auto, tls or socket, got %q", n.Value), setting.Suggest(n.Value, all))
		}
	}
	if n := keys["identity"]; n != nil {
		if m.ByVersion = n.Value == "version"; n.Kind != yaml.ScalarNode || !m.ByVersion && n.Value != "code" {
			r.fail(n, fmt.Sprintf("identity must be code or version, got %q", n.Value), setting.Suggest(n.Value, []string{"code", "version"}))
		}
	}
	return m
}

// keys returns the values of a mapping by key, nil where it is none, and refuses
// unknown keys.
func (r *manifestReader) keys(n *yaml.Node, what string, known ...string) map[string]*yaml.Node {
	if n.Kind != yaml.MappingNode {
		r.fail(n, what+" must be a mapping, key: value", manifestHint)
		return nil
	}
	out := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if known != nil && !slices.Contains(known, k.Value) {
			hint := setting.Suggest(k.Value, known)
			if hint == "" {
				hint = "known keys: " + strings.Join(known, ", ")
			}
			r.fail(k, fmt.Sprintf("%s has no key %q", what, k.Value), hint)
			continue
		}
		if _, twice := out[k.Value]; twice {
			r.fail(k, fmt.Sprintf("the key %q is there twice", k.Value), "keep one of them")
			continue
		}
		out[k.Value] = v
	}
	return out
}

// text reads text and says whether there is some.
func (r *manifestReader) text(n *yaml.Node, what string, into *string) bool {
	if n.Kind != yaml.ScalarNode || n.ShortTag() == "!!null" {
		r.fail(n, what+" must be text", "")
		return false
	}
	*into = n.Value
	return true
}

func (r *manifestReader) args(n *yaml.Node) (out []string) {
	if n == nil {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		r.fail(n, "args must be a list", "args: [plugin.py]")
		return nil
	}
	for _, item := range n.Content {
		var arg string
		r.text(item, "an argument", &arg)
		out = append(out, arg)
	}
	return out
}

func (r *manifestReader) env(n *yaml.Node) map[string]string {
	if n == nil {
		return nil
	}
	out := map[string]string{}
	for name, v := range r.keys(n, "env") {
		if err := trial.CheckVariable(name); err != nil {
			r.fail(v, err.Error(), "names that begin with ASSAY_ or PLUGIN_ are taken")
		}
		var text string
		r.text(v, "env: "+name, &text)
		out[name] = text
	}
	return out
}

func (r *manifestReader) needs(n *yaml.Node) (needs Needs) {
	if n == nil {
		return needs
	}
	keys := r.keys(n, "needs", "threads", "memory", "network", "read", "write", "env")
	if v := keys["threads"]; v != nil {
		if err := v.Decode(&needs.Threads); err != nil || needs.Threads < 1 || needs.Threads > 4096 {
			r.fail(v, fmt.Sprintf("needs: threads must be a whole number from 1 to 4096, got %s", v.Value), "")
		}
	}
	if v := keys["memory"]; v != nil {
		var err error
		if needs.Memory, err = bytesize.Parse(v.Value); err != nil {
			r.fail(v, "needs: memory: "+err.Error(), bytesize.Hint)
		}
	}
	needs.Access = r.access(keys)
	return needs
}

// access reads what a plugin asks for. Paths are relative to its folder.
func (r *manifestReader) access(keys map[string]*yaml.Node) (a Access) {
	if v := keys["network"]; v != nil {
		if err := v.Decode(&a.Network); err != nil || v.ShortTag() != "!!bool" {
			r.fail(v, fmt.Sprintf("needs: network must be true or false, got %s", v.Value), "")
		}
	}
	for key, into := range map[string]*[]string{"read": &a.Read, "write": &a.Write, "env": &a.Env} {
		v := keys[key]
		if v == nil {
			continue
		}
		if v.Kind != yaml.SequenceNode {
			r.fail(v, fmt.Sprintf("needs: %s must be a list", key), "")
			continue
		}
		for _, item := range v.Content {
			var text string
			if !r.text(item, "needs: "+key, &text) {
				continue
			}
			var err error
			if key == "env" {
				err = trial.CheckVariable(text)
			} else {
				text, _, err = paths.Path(text, filepath.Dir(r.file))
			}
			if err != nil {
				r.fail(item, fmt.Sprintf("needs: %s: %v", key, err), "")
				continue
			}
			*into = append(*into, text)
		}
	}
	return a
}
