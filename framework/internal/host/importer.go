package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"github.com/assaylab/assay/framework/internal/clean"
	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/internal/scaffold"
	files "github.com/assaylab/assay/framework/internal/source/file"
	"github.com/assaylab/assay/framework/internal/wire"
)

// Importer reads files that need Python's libraries, in a process of its own for
// each. The SDK comes out of this binary, so that the interpreter needs no more than
// what PyPI has.
type Importer struct {
	Launcher func() (*Launcher, error) // makes one, which is closed with the file
	Python   string                    // a virtual environment or an interpreter; "": the active environment, else python3
	Scratch  string                    // folder for what is on its way
}

// needs are the packages that reading takes, as pip calls them.
const needs = "h5py grpcio protobuf"

// maxContents bounds what an importer says of a file.
const maxContents = 64 << 20

// Open starts an importer and lets it look into a file.
func (i *Importer) Open(ctx context.Context, path string) (files.Import, error) {
	python, err := i.interpreter()
	if err != nil {
		return nil, err
	}
	// The process has another working folder, and may read no more than the file's.
	if path, err = filepath.EvalSymlinks(path); err == nil {
		path, err = filepath.Abs(path)
	}
	if err != nil {
		return nil, err
	}
	scratch, err := filepath.Abs(i.Scratch)
	if err != nil {
		return nil, err
	}
	l, err := i.Launcher()
	if err != nil {
		return nil, err
	}
	o := &opened{launcher: l, path: path, scratch: scratch}
	if err := o.start(ctx, python); err != nil {
		o.Close()
		return nil, i.advise(python, path, err)
	}
	if err := o.inspect(ctx); err != nil {
		o.Close()
		return nil, i.advise(python, path, err)
	}
	return o, nil
}

// interpreter is what the configuration says, else that of the active environment,
// else python3.
func (i *Importer) interpreter() (string, error) {
	named, from := i.Python, "importers"
	for _, name := range []string{"VIRTUAL_ENV", "CONDA_PREFIX"} {
		if named == "" {
			named, from = os.Getenv(name), name
		}
	}
	if named == "" {
		for _, name := range []string{"python3", "python"} {
			if path, err := exec.LookPath(name); err == nil {
				return filepath.Abs(path)
			}
		}
		return "", problem.Usage(problem.Problem{Fact: "there is no python3, with which HDF5, NWB and MATLAB 7.3 are read",
			Hint: "install Python, or name an interpreter in assay.yaml: importers: PATH"}, "")
	}
	info, err := os.Stat(named)
	if errors.Is(err, fs.ErrNotExist) && !strings.ContainsAny(named, `/\`) {
		if path, err := exec.LookPath(named); err == nil {
			return filepath.Abs(path)
		}
	}
	if err != nil {
		return "", problem.Usage(problem.Problem{Fact: fmt.Sprintf("%s names %s, which is neither a virtual environment nor an interpreter", from, named),
			Hint: "it is what reads HDF5, NWB and MATLAB 7.3"}, "")
	}
	if info.IsDir() {
		named = filepath.Join(named, "bin", "python")
		if runtime.GOOS == "windows" {
			named = filepath.Join(filepath.Dir(filepath.Dir(named)), "Scripts", "python.exe")
		}
	}
	return filepath.Abs(named)
}

// advise says of every failure what interpreter it was, and what it needs.
func (i *Importer) advise(python, path string, err error) error {
	f, ok := errors.AsType[*failure.Failure](err)
	if !ok {
		return err
	}
	if f.Kind == failure.Refused && (!strings.Contains(f.Reason, "has no module") || strings.Contains(f.Reason, "pyarrow")) {
		return problem.Usage(problem.Problem{Fact: fmt.Sprintf("%s: %s", path, f.Reason), Hint: f.Hint}, "")
	}
	if f.Kind == failure.Cancelled {
		return f
	}
	fact := fmt.Sprintf("%s is read by Python with h5py, and %s cannot: %s", path, python, f.Reason)
	for _, line := range slices.Backward(f.Stderr) { // the last words say which module
		if strings.Contains(line, "Error") {
			fact = fmt.Sprintf("%s is read by Python with h5py, and %s cannot: %s", path, python, line)
			break
		}
	}
	return problem.Usage(problem.Problem{Fact: fact, Hint: "run: " + install(python)}, "")
}

// install is the command that gives an interpreter what it needs. That of a system
// is left alone: few let pip write there.
func install(python string) string {
	if venv := filepath.Dir(filepath.Dir(python)); isVenv(venv) || strings.Contains(python, "conda") {
		return python + " -m pip install " + needs
	}
	return fmt.Sprintf("%s -m venv .venv && .venv/bin/python -m pip install %s && . .venv/bin/activate", python, needs)
}

// opened is a file that an importer has open.
type opened struct {
	launcher *Launcher
	proc     *Process
	client   wire.ImporterClient
	leave    func() bool
	path     string
	scratch  string
	contents files.Contents
}

func (o *opened) start(ctx context.Context, python string) error {
	sdk := filepath.Join(o.launcher.Private(), "sdk")
	if err := scaffold.SDK(sdk); err != nil {
		return err
	}
	if err := os.MkdirAll(o.scratch, 0o755); err != nil {
		return err
	}
	// The working folder is a private one, so that python -m finds nothing of the user's there.
	p := Plugin{Name: "importer", Path: python, Args: []string{"-m", "assay_plugin.hdf5"}, Origin: "built-in"}
	proc, err := o.launcher.Launch(ctx, p, Options{Env: []string{"PYTHONPATH=" + sdk, "PYTHONUNBUFFERED=1", "PYTHONDONTWRITEBYTECODE=1", "HDF5_USE_FILE_LOCKING=FALSE"},
		Access: Access{Read: []string{filepath.Dir(o.path), sdk}, Write: []string{o.scratch}}}) // a file may point to others beside it
	if err != nil {
		return err
	}
	o.proc, o.client, o.leave = proc, wire.NewImporterClient(proc.conn), proc.Attend(ctx)
	return nil
}

func (o *opened) inspect(ctx context.Context) error {
	var trailer metadata.MD
	reply, err := o.client.Inspect(ctx, &wire.InspectRequest{Path: o.path}, grpc.Trailer(&trailer), grpc.MaxCallRecvMsgSize(maxContents))
	if err != nil {
		return o.proc.Explain(ctx, "Inspect", err, trailer)
	}
	o.contents = files.Contents{Format: reply.Format, About: map[string]string{}}
	for _, n := range reply.Notes {
		o.contents.Notes = append(o.contents.Notes, clean.Cut(n, maxReason))
	}
	for k, v := range reply.About {
		o.contents.About[clean.Cut(k, maxMetricName)] = clean.Cut(v, maxReason)
	}
	for _, item := range reply.Items {
		a, err := arrayOf(item)
		if err != nil {
			return o.proc.Complete(&failure.Failure{Kind: failure.Invalid, Reason: err.Error()})
		}
		o.contents.Arrays = append(o.contents.Arrays, a)
	}
	return nil
}

// arrayOf takes over what an importer says of an item.
func arrayOf(item *wire.Item) (files.Array, error) {
	a := files.Array{Name: item.Name, Unit: clean.Cut(item.Unit, maxUnit), Doc: clean.Cut(item.Doc, maxReason), Table: item.Table,
		Times: item.Times, Rate: item.Rate, Start: item.Start, Refers: item.Refers, Ragged: item.Kind == wire.ItemKind_RAGGED}
	size := 1
	for _, n := range item.Shape {
		if n < 0 || n > 1<<40 || size > 1<<40/int(max(1, n)) {
			return a, fmt.Errorf("the importer says that %q has the shape %v", item.Name, item.Shape)
		}
		size *= int(max(1, n))
		a.Shape = append(a.Shape, int(n))
	}
	if a.Ragged && len(a.Shape) != 1 {
		return a, fmt.Errorf("the importer says that the ragged %q has the shape %v", item.Name, item.Shape)
	}
	switch kind := strings.TrimLeft(item.Type, "<>|="); {
	case item.Kind == wire.ItemKind_TEXT:
		a.Kind = files.Texts
	case strings.HasPrefix(kind, "f"):
		a.Kind = files.Floats
	default:
		a.Kind = files.Wholes
	}
	return a, nil
}

func (o *opened) Contents() files.Contents { return o.contents }

func (o *opened) Extract(ctx context.Context, items []string, maxBytes int64) (string, map[string]files.Extracted, error) {
	if err := os.MkdirAll(o.scratch, 0o755); err != nil {
		return "", nil, err
	}
	dir, err := os.MkdirTemp(o.scratch, "import-")
	if err != nil {
		return "", nil, err
	}
	out, err := o.extract(ctx, &wire.ExtractRequest{Path: o.path, Format: o.contents.Format, Items: items, OutDir: dir, MaxBytes: maxBytes})
	return dir, out, err
}

func (o *opened) extract(ctx context.Context, req *wire.ExtractRequest) (map[string]files.Extracted, error) {
	stream, err := o.client.Extract(ctx, req)
	if err != nil {
		return nil, o.explain(ctx, err, nil)
	}
	out := map[string]files.Extracted{}
	for {
		event, err := stream.Recv()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, o.explain(ctx, err, stream.Trailer())
		}
		if x := event.GetItem(); x != nil {
			out[x.Name] = files.Extracted{Values: x.File, Offsets: x.Offsets, Texts: x.Text}
		}
	}
	for _, name := range req.Items {
		if _, ok := out[name]; !ok {
			return nil, fmt.Errorf("the importer did not bring %q", name)
		}
	}
	return out, nil
}

func (o *opened) explain(ctx context.Context, err error, trailer metadata.MD) error {
	f := o.proc.Explain(ctx, "Extract", err, trailer)
	if f.Kind == failure.Refused {
		return problem.Usage(problem.Problem{Fact: f.Reason, Hint: f.Hint}, "")
	}
	return f
}

func (o *opened) Close() error {
	if o.proc != nil {
		o.leave()
		o.proc.Close()
	}
	return o.launcher.Close()
}
