package host

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/assaylab/assay/framework/internal/clean"
)

// Environment is what a Python plugin finds installed.
type Environment struct {
	Interpreter string            `yaml:"interpreter" json:"interpreter"` // "CPython 3.11.2"
	Packages    map[string]string `yaml:"packages" json:"packages"`       // name -> version

	sources map[string]string // name -> direct_url.json, of those that came from no index
}

// Digest is the SHA-256 over interpreter and packages.
func (e Environment) Digest() string {
	text, err := json.Marshal(e) // map keys are sorted by encoding/json
	if err != nil {
		panic("host: an environment is text: " + err.Error())
	}
	sum := sha256.Sum256(text)
	return "sha256:" + hex.EncodeToString(sum[:])
}

const listPackages = `import json, platform, sys
from importlib.metadata import distributions
found, sources = {}, {}
for d in distributions():
    name = d.metadata["Name"]
    if not name: continue
    name = name.lower().replace("_", "-")
    if name in found: continue
    found[name] = d.version
    source = d.read_text("direct_url.json")
    if source: sources[name] = source
json.dump({"interpreter": platform.python_implementation() + " " + platform.python_version(), "packages": found, "sources": sources}, sys.stdout)
`

var environments sync.Map // Where() -> Environment

// Environment asks the interpreter of a Python plugin for its version and its
// packages; ok is false for other plugins. It runs the interpreter, not the
// plugin.
func (p Plugin) Environment(ctx context.Context) (e Environment, ok bool, err error) {
	if p.Manifest == nil || p.Manifest.Python == "" || p.Broken != nil {
		return Environment{}, false, nil
	}
	if e, ok := environments.Load(p.Where()); ok {
		return e.(Environment), true, nil
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	cmd := exec.Command(p.Path, "-c", listPackages)
	cmd.Dir = os.TempDir()
	for _, kv := range environment(p, 0, nil, nil) { // the plugin's own folder is no package
		if !strings.HasPrefix(kv, "PYTHONPATH=") || p.Manifest.Env["PYTHONPATH"] != "" {
			cmd.Env = append(cmd.Env, kv)
		}
	}
	text, err := ask(ctx, cmd, p.box())
	if err == nil {
		var more struct {
			Sources map[string]string `json:"sources"`
		}
		err = errors.Join(json.Unmarshal(text, &e), json.Unmarshal(text, &more))
		e.sources = more.Sources
	}
	if err != nil {
		return e, true, fmt.Errorf("asking %s for its packages: %w", p.Path, err)
	}
	e = e.clean()
	environments.Store(p.Where(), e)
	return e, true, nil
}

// clean is the environment without what a terminal would act on or hide.
func (e Environment) clean() Environment {
	out := Environment{Interpreter: clean.Cut(e.Interpreter, 200), Packages: map[string]string{}, sources: e.sources}
	for name, version := range e.Packages {
		out.Packages[clean.Cut(name, 200)] = clean.Cut(version, 200)
	}
	return out
}

// ask runs a program of anybody's to its end, with all that it starts, and returns
// what it printed.
func ask(ctx context.Context, cmd *exec.Cmd, box *sandbox) ([]byte, error) {
	var out, complaints buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	cmd.WaitDelay = time.Second // whoever keeps the pipes open does not keep us
	m, before := newMark().of(1), lookAround()
	gone := make(chan struct{})
	defer close(gone)
	err := startProcess(cmd, nil, m, box, gone)
	if errors.Is(err, errNotConfined) {
		err = startProcess(cmd, nil, m, nil, nil)
	}
	if err != nil {
		return nil, err
	}
	defer newTree(cmd.Process.Pid, m, before).kill()
	stop := context.AfterFunc(ctx, func() { killGroup(cmd.Process.Pid) })
	err = wait(cmd)
	stop()
	switch {
	case ctx.Err() != nil:
		return nil, fmt.Errorf("no answer: %w", ctx.Err())
	case out.full || complaints.full:
		return nil, fmt.Errorf("the answer has more than %d bytes", maxAnswer)
	case err != nil:
		return nil, fmt.Errorf("%w: %s", err, clean.Cut(strings.TrimSpace(string(complaints.text)), maxReason))
	}
	return out.text, nil
}

// buffer keeps what is written to it, and takes no more than an answer may have:
// whoever writes on has a broken pipe.
type buffer struct {
	text []byte // no bytes.Buffer, which io.Copy would fill past Write
	full bool
}

func (b *buffer) Write(p []byte) (int, error) {
	if b.full = b.full || len(b.text)+len(p) > maxAnswer; b.full {
		return 0, io.ErrShortBuffer
	}
	b.text = append(b.text, p...)
	return len(p), nil
}
