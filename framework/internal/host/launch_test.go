package host

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/assaylab/assay/framework/internal/failure"
)

// A good plugin shakes hands and answers, however it is spoken to.
func TestLaunch(t *testing.T) {
	l := newTestLauncher(t)
	manifest := func(transport Transport) *Manifest {
		return &Manifest{File: write(t, filepath.Join(t.TempDir(), ManifestName), ""), Transport: transport}
	}
	for name, c := range map[string]struct {
		toy      string
		mtls     bool
		manifest *Manifest
		want     Transport
	}{
		"socket":                       {"good", false, nil, TransportSocket},
		"tls":                          {"good", true, nil, TransportTLS},
		"tls where it can not":         {"plain", true, nil, TransportSocket},
		"tls by the manifest":          {"good", false, manifest(TransportTLS), TransportTLS},
		"socket by the manifest":       {"good", true, manifest(TransportSocket), TransportSocket},
		"auto, and the host wants not": {"good", false, manifest(TransportAuto), TransportSocket},
	} {
		t.Run(name, func(t *testing.T) {
			l.MTLS = c.mtls
			p := toyPlugin(t, c.toy)
			p.Manifest = c.manifest
			d, transport, err := l.Look(t.Context(), p)
			if err != nil {
				t.Fatal(text(err))
			}
			if d.Name != "toy" || len(d.Schema) != 1 {
				t.Errorf("it describes itself as %+v", d)
			}
			if transport != c.want {
				t.Errorf("spoken to over %s, want %s", transport, c.want)
			}
		})
	}
	t.Run("tls required of one that cannot", func(t *testing.T) {
		p := toyPlugin(t, "plain")
		p.Manifest = manifest(TransportTLS)
		_, err := l.Describe(t.Context(), p)
		wantFailure(t, err, failure.Handshake, "answered without TLS", "transport: auto")
	})
	t.Run("a certificate that nobody asked for", func(t *testing.T) {
		l.MTLS = false
		_, err := l.Describe(t.Context(), toyPlugin(t, "says", "1|1|unix|/nowhere|grpc|"+strings.Repeat("A", 60)))
		wantFailure(t, err, failure.Handshake)
	})
}

// What does not shake hands fails soon, with the reason and what to do.
func TestNoHandshake(t *testing.T) {
	l := newTestLauncher(t)
	l.StartTimeout = 5 * time.Second
	hello := func(line string) Plugin { return toyPlugin(t, "says", line) }
	for name, c := range map[string]struct {
		plugin Plugin
		kind   failure.Kind
		words  []string
	}{
		"crash":            {toyPlugin(t, "crash", "cannot open shop"), failure.Crash, []string{"exit status 3", "| cannot open shop", "by hand"}},
		"prints":           {hello("hello world"), failure.Handshake, []string{`"hello world"`, "no handshake", "standard error"}},
		"endless line":     {toyPlugin(t, "babble"), failure.Handshake, []string{"no handshake"}},
		"core version":     {hello("2|1|unix|/nowhere|grpc|"), failure.Handshake, []string{"core protocol 2"}},
		"protocol version": {hello("1|7|unix|/nowhere|grpc|"), failure.Handshake, []string{"speaks version 7", "host speaks 1"}},
		"escapes":          {hello("1|\x1b[2J|unix|/nowhere|grpc|"), failure.Handshake, []string{`speaks version \u001b[2J of`}},
		"net/rpc":          {hello("1|1|unix|/nowhere|netrpc|"), failure.Handshake, []string{"does not offer grpc"}},
		"nobody there":     {hello("1|1|unix|/nowhere/at/all|grpc|"), failure.Handshake, []string{"could not be reached", "no such file"}},
		"no numbers":       {hello("a|b|c|d|e|f"), failure.Handshake, []string{"no handshake"}},
		"cookie": {Plugin{Name: "cookie", Path: "/bin/sh", Args: []string{"-c", `test "$ASSAY_PLUGIN" = other || { echo "This binary is a plugin." >&2; exit 1; }`}},
			failure.Crash, []string{"exit status 1", "| This binary is a plugin."}},
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			_, err := l.Describe(t.Context(), c.plugin)
			wantFailure(t, err, c.kind, c.words...)
			if took := time.Since(began); took > 4*time.Second {
				t.Errorf("it took %v to say so", took)
			}
		})
	}
}

// One that opens a socket and never answers fails within the time of a start.
func TestNoAnswer(t *testing.T) {
	t.Parallel()
	l := newTestLauncher(t)
	l.StartTimeout = 300 * time.Millisecond
	_, err := l.Launch(t.Context(), toyPlugin(t, "listens"), Options{})
	wantFailure(t, err, failure.Handshake, "did not answer at its socket within 300ms")
}

func TestSilence(t *testing.T) {
	t.Parallel()
	l := newTestLauncher(t)
	l.StartTimeout = 200 * time.Millisecond
	began := time.Now()
	_, err := l.Launch(t.Context(), toyPlugin(t, "silent"), Options{})
	wantFailure(t, err, failure.Handshake, "no handshake line within 200ms", "ASSAY_START_TIMEOUT")
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("it took %v to say so", took)
	}
}

// A start ends with its context, and says why.
func TestStartIsCancelled(t *testing.T) {
	t.Parallel()
	l := newTestLauncher(t)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	_, err := l.Launch(ctx, toyPlugin(t, "silent"), Options{})
	wantFailure(t, err, failure.Cancelled, "the run was stopped")

	ctx, cancel = context.WithTimeoutCause(t.Context(), 50*time.Millisecond, fmt.Errorf("%w: the trial took longer than 50ms", ErrTimeout))
	defer cancel()
	_, err = l.Launch(ctx, toyPlugin(t, "silent"), Options{})
	wantFailure(t, err, failure.Timeout, "longer than 50ms", "limits.timeout")
}

// What cannot be started says which file is to blame, and what to do.
func TestCannotStart(t *testing.T) {
	l := newTestLauncher(t)
	dir := t.TempDir()
	file := func(name, text string, mode os.FileMode) Plugin {
		path := write(t, filepath.Join(dir, name), text)
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		return Plugin{Name: name, Path: path}
	}
	built := Plugin{Path: filepath.Join(dir, "go", "program"), Manifest: &Manifest{File: filepath.Join(dir, "go", ManifestName)}}
	write(t, filepath.Join(dir, "go", "go.mod"), "module x\n")
	broken := &failure.Failure{Kind: failure.Launch, Reason: "known to be broken"}
	for name, c := range map[string]struct {
		plugin Plugin
		words  []string
	}{
		"missing":            {Plugin{Path: filepath.Join(dir, "none")}, []string{"there is no such file", "assay plugin list"}},
		"missing, not built": {built, []string{"there is no such file", "go build -C " + filepath.Join(dir, "go")}},
		"missing command":    {Plugin{Path: filepath.Join(dir, "none"), Manifest: &Manifest{File: filepath.Join(dir, ManifestName)}}, []string{"has the plugin been built?"}},
		"folder":             {Plugin{Path: dir}, []string{"is a folder"}},
		"mode":               {file("mode", "#!/bin/sh\n", 0o644), []string{"not executable", "chmod +x"}},
		"no format":          {file("garbage", "\x00\x01\x02\x03", 0o755), []string{"no program for this machine"}},
		"no interpreter":     {file("script", "#!/no/such/interpreter\n", 0o755), []string{"interpreter"}},
		"under a file":       {Plugin{Path: filepath.Join(dir, "mode", "x")}, []string{"not a directory"}},
		"broken":             {Plugin{Broken: broken}, []string{"known to be broken"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := l.Launch(t.Context(), c.plugin, Options{})
			wantFailure(t, err, failure.Launch, c.words...)
		})
	}
}

// A description that makes no sense is the plugin's fault, and it is ended.
func TestDescriptionIsChecked(t *testing.T) {
	l := newTestLauncher(t)
	_, err := l.Describe(t.Context(), toyPlugin(t, "named", "Not A Name"))
	wantFailure(t, err, failure.Invalid, "makes no sense", "Not A Name")
	_, err = l.Describe(t.Context(), toyPlugin(t, "dies", "panic"))
	wantFailure(t, err, failure.Crash, "during Describe", "the toy is broken")
}

// Failures of a start are failures, not errors of the launcher's own kind.
func TestFailureNamesThePlugin(t *testing.T) {
	l := newTestLauncher(t)
	_, err := l.Launch(t.Context(), toyPlugin(t, "crash"), Options{})
	var f *failure.Failure
	if !errors.As(err, &f) || f.Plugin != self(t) {
		t.Errorf("got %#v", err)
	}
}
