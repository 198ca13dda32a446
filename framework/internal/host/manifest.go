package host

import (
	"errors"
	"fmt"
	"path/filepath"
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

// ReadManifest reads a plugin.yaml strictly. The error is a [problem.Problem], the
// first in the file, or about the file itself.
func ReadManifest(file string) (*Manifest, error) {
	r := &manifestReader{file: file}
	text, err := regular.ReadFile(file, maxManifest)
	if _, large := errors.AsType[*regular.SizeError](err); large {
		return nil, r.at(nil, fmt.Sprintf("the file is larger than %s", bytesize.Format(maxManifest)), "a manifest is a dozen lines; is this the right file?")
	}
	if err != nil {
		return nil, err
	}
	var root yaml.Node
	if err := yaml.Load(text, &root); err != nil && !strings.Contains(err.Error(), "no documents in stream") {
		return nil, r.syntax(err)
	}
	if len(root.Content) != 1 { // nothing, or comments
		return nil, r.at(nil, "the file is empty", manifestHint)
	}
	return r.manifest(root.Content[0])
}

const manifestHint = "the smallest manifest is two lines: version: 1, and command: PROGRAM or python: FOLDER (docs/manifest.md)"

type manifestReader struct{ file string }

func (r *manifestReader) at(n *yaml.Node, fact, hint string) error {
	p := problem.Problem{Place: problem.Place{File: r.file, Line: 1, Column: 1}, Fact: fact, Hint: hint, Usage: true}
	if n != nil && n.Line > 0 {
		p.Place.Line, p.Place.Column = n.Line, n.Column
	}
	return p
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

func (r *manifestReader) manifest(root *yaml.Node) (*Manifest, error) {
	file, err := filepath.Abs(r.file)
	if err != nil {
		return nil, err
	}
	m := &Manifest{File: file, Transport: TransportAuto}
	keys, err := r.keys(root, "the manifest", "version", "command", "python", "args", "env", "needs", "transport", "identity")
	if err != nil {
		return nil, err
	}
	if n := keys["version"]; n == nil {
		return nil, r.at(root, "the manifest has no version", "its first line is: version: 1")
	} else if n.Value != "1" {
		return nil, r.at(n, fmt.Sprintf("the manifest is of version %s", n.Value), "this assay reads version 1")
	}
	command, python := keys["command"], keys["python"]
	switch {
	case command == nil && python == nil:
		return nil, r.at(root, "the manifest names neither command nor python", "command: PROGRAM starts an executable, python: FOLDER the interpreter of a virtual environment")
	case command != nil && python != nil:
		return nil, r.at(python, "the manifest names both command and python", "keep one of them")
	}
	for into, n := range map[*string]*yaml.Node{&m.Command: command, &m.Python: python} {
		if n != nil {
			if *into, err = r.text(n, "command or python"); err != nil {
				return nil, err
			}
			if *into == "" {
				return nil, r.at(n, "the program to start is empty", "")
			}
		}
	}
	if m.Args, err = r.args(keys["args"]); err != nil {
		return nil, err
	}
	if m.Env, err = r.env(keys["env"]); err != nil {
		return nil, err
	}
	if m.Needs, err = r.needs(keys["needs"]); err != nil {
		return nil, err
	}
	if n := keys["transport"]; n != nil {
		m.Transport = Transport(n.Value)
		all := []string{string(TransportAuto), string(TransportTLS), string(TransportSocket)}
		if n.Kind != yaml.ScalarNode || m.Transport != TransportAuto && m.Transport != TransportTLS && m.Transport != TransportSocket {
			return nil, r.at(n, fmt.Sprintf("transport must be auto, tls or socket, got %q", n.Value), setting.Suggest(n.Value, all))
		}
	}
	if n := keys["identity"]; n != nil {
		if m.ByVersion = n.Value == "version"; n.Kind != yaml.ScalarNode || !m.ByVersion && n.Value != "code" {
			return nil, r.at(n, fmt.Sprintf("identity must be code or version, got %q", n.Value), setting.Suggest(n.Value, []string{"code", "version"}))
		}
	}
	return m, nil
}

// keys returns the values of a mapping by key and refuses unknown ones.
func (r *manifestReader) keys(n *yaml.Node, what string, known ...string) (map[string]*yaml.Node, error) {
	out := map[string]*yaml.Node{}
	if n.Kind != yaml.MappingNode {
		return nil, r.at(n, what+" must be a mapping, key: value", manifestHint)
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if known != nil && !contains(known, k.Value) {
			hint := setting.Suggest(k.Value, known)
			if hint == "" {
				hint = "known keys: " + strings.Join(known, ", ")
			}
			return nil, r.at(k, fmt.Sprintf("%s has no key %q", what, k.Value), hint)
		}
		if _, twice := out[k.Value]; twice {
			return nil, r.at(k, fmt.Sprintf("the key %q is there twice", k.Value), "keep one of them")
		}
		out[k.Value] = v
	}
	return out, nil
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}

func (r *manifestReader) text(n *yaml.Node, what string) (string, error) {
	if n.Kind != yaml.ScalarNode || n.ShortTag() == "!!null" {
		return "", r.at(n, what+" must be text", "")
	}
	return n.Value, nil
}

func (r *manifestReader) args(n *yaml.Node) ([]string, error) {
	if n == nil {
		return nil, nil
	}
	if n.Kind != yaml.SequenceNode {
		return nil, r.at(n, "args must be a list", "args: [plugin.py]")
	}
	var out []string
	for _, item := range n.Content {
		arg, err := r.text(item, "an argument")
		if err != nil {
			return nil, err
		}
		out = append(out, arg)
	}
	return out, nil
}

func (r *manifestReader) env(n *yaml.Node) (map[string]string, error) {
	if n == nil {
		return nil, nil
	}
	values, err := r.keys(n, "env")
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for name, v := range values {
		if err := trial.CheckVariable(name); err != nil {
			return nil, r.at(v, err.Error(), "names that begin with ASSAY_ or PLUGIN_ are taken")
		}
		if out[name], err = r.text(v, "env: "+name); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (r *manifestReader) needs(n *yaml.Node) (Needs, error) {
	var needs Needs
	if n == nil {
		return needs, nil
	}
	keys, err := r.keys(n, "needs", "threads", "memory", "network", "read", "write", "env")
	if err != nil {
		return needs, err
	}
	if v := keys["threads"]; v != nil {
		if err := v.Decode(&needs.Threads); err != nil || needs.Threads < 1 || needs.Threads > 4096 {
			return needs, r.at(v, fmt.Sprintf("needs: threads must be a whole number from 1 to 4096, got %s", v.Value), "")
		}
	}
	if v := keys["memory"]; v != nil {
		if needs.Memory, err = bytesize.Parse(v.Value); err != nil {
			return needs, r.at(v, "needs: memory: "+err.Error(), bytesize.Hint)
		}
	}
	needs.Access, err = r.access(keys)
	return needs, err
}

// access reads what a plugin asks for. Paths are relative to its folder.
func (r *manifestReader) access(keys map[string]*yaml.Node) (a Access, err error) {
	if v := keys["network"]; v != nil {
		if err := v.Decode(&a.Network); err != nil || v.ShortTag() != "!!bool" {
			return a, r.at(v, fmt.Sprintf("needs: network must be true or false, got %s", v.Value), "")
		}
	}
	for key, into := range map[string]*[]string{"read": &a.Read, "write": &a.Write, "env": &a.Env} {
		v := keys[key]
		if v == nil {
			continue
		}
		if v.Kind != yaml.SequenceNode {
			return a, r.at(v, fmt.Sprintf("needs: %s must be a list", key), "")
		}
		for _, item := range v.Content {
			text, err := r.text(item, "needs: "+key)
			if err != nil {
				return a, err
			}
			if key == "env" {
				err = trial.CheckVariable(text)
			} else {
				text, _, err = paths.Path(text, filepath.Dir(r.file))
			}
			if err != nil {
				return a, r.at(item, fmt.Sprintf("needs: %s: %v", key, err), "")
			}
			*into = append(*into, text)
		}
	}
	return a, nil
}
