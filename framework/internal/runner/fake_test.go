package runner

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/host"
	"github.com/assaylab/assay/framework/internal/trial"
	"github.com/assaylab/assay/framework/internal/wire"
	"github.com/assaylab/assay/framework/metric"
)

// world is a plugin over an in-memory connection, a dataset in a cache, and a site.
type world struct {
	t        *testing.T
	method   *toy
	site     Site
	cache    *data.Cache
	digest   string
	launched int
	procs    []*fakeProcess
	refuse   error // of the launch
}

func newWorld(t *testing.T) *world {
	t.Helper()
	cache, err := data.OpenCache(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	x := data.NewArray(12, 2)
	for i := range x.Values {
		x.Values[i] = float32(i % 5)
	}
	labels := make([]int32, 12)
	trials := make([]int32, 12)
	for i := range trials {
		trials[i], labels[i] = int32(i/2), int32(i/2%2)
	}
	rec := &data.Recording{Samples: x, Trial: trials, Targets: []data.Target{{Name: "side", Labels: labels, Classes: 2}}}
	if err := (data.Division{Train: 0.5, Val: 0.25, Test: 0.25}).Divide(rec); err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, method: &toy{}, cache: cache}
	if w.digest, err = cache.Put(map[string]*data.Recording{data.MainRole: rec}); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	w.site = Site{
		Plugin: func(context.Context, trial.PluginRef) (Plugin, error) {
			return Plugin{Plugin: host.Plugin{Name: "toy", Path: "/toy"}, Description: w.method.Describe()}, nil
		},
		Dataset: cache.Dir, Work: filepath.Join(dir, "work"), Checkpoints: filepath.Join(dir, "checkpoints"), Kept: filepath.Join(dir, "kept"),
	}
	if err := os.Mkdir(w.site.Work, 0o700); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) request(seed uint64) trial.Request {
	spec := trial.Spec{Method: "toy", Version: "1", Settings: map[string]any{"gain": 2.0}, Dataset: w.digest, Seed: seed}
	return trial.Request{Attempt: fmt.Sprint(seed), Number: 1, Key: spec.Key(), Spec: spec, Resources: trial.Resources{CPUs: 1},
		Known: trial.Provenance{Plugin: "toy", Binary: "sha256:0123456789abcdef"}}
}

func (w *world) launch(context.Context, host.Plugin, host.Options) (Process, error) {
	if w.refuse != nil {
		return nil, w.refuse
	}
	w.launched++
	p := &fakeProcess{tail: new(host.Tail)}
	listener := bufconn.Listen(1 << 20)
	p.server = grpc.NewServer(grpc.WaitForHandlers(true)) // what a test sets it may read again
	framework.Register(p.server, w.method)
	go p.server.Serve(listener)
	conn, err := grpc.NewClient("passthrough:///toy",
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }),
		grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return nil, err
	}
	p.calls = wire.NewMethodClient(conn)
	w.procs = append(w.procs, p)
	w.t.Cleanup(func() { conn.Close(); p.server.Stop() })
	return p, nil
}

// fakeProcess is a plugin without a process.
type fakeProcess struct {
	calls  wire.MethodClient
	server *grpc.Server
	tail   *host.Tail
	begun  int
	ended  atomic.Bool
	said   string // how it was ended
}

func (p *fakeProcess) Calls() wire.MethodClient { return p.calls }
func (p *fakeProcess) Confined() string         { return "" }
func (p *fakeProcess) Via() host.Transport      { return host.TransportSocket }
func (p *fakeProcess) Log() *host.Tail          { return p.tail }
func (p *fakeProcess) Folders() []string        { return nil }
func (p *fakeProcess) Unnamed() int64           { return 0 }
func (p *fakeProcess) StartUp() time.Duration   { return 3 * time.Second }
func (p *fakeProcess) Begin()                   { p.begun++; p.tail.Reset() }
func (p *fakeProcess) Ended() bool              { return p.ended.Load() }
func (p *fakeProcess) Spent() host.Usage        { return host.Usage{CPU: time.Second, PeakMemory: 1 << 20} }

func (p *fakeProcess) Attend(ctx context.Context) func() bool {
	return context.AfterFunc(ctx, func() { p.ended.Store(true) })
}

func (p *fakeProcess) Explain(ctx context.Context, call string, err error, _ metadata.MD) *failure.Failure {
	if at, ok := ctx.Deadline(); ok && time.Until(at) < time.Second { // the other end's clock may strike first
		<-ctx.Done()
	}
	if ctx.Err() != nil {
		return host.Stopped(ctx)
	}
	return &failure.Failure{Kind: failure.Error, Reason: call + ": " + status.Convert(err).Message()}
}

func (p *fakeProcess) Complete(f *failure.Failure) *failure.Failure { f.Plugin = "/toy"; return f }
func (p *fakeProcess) Close() host.Usage                            { return p.end("closed") }
func (p *fakeProcess) Kill() host.Usage                             { return p.end("killed") }

func (p *fakeProcess) end(how string) host.Usage {
	p.said = how
	p.ended.Store(true)
	p.server.Stop()
	return p.Spent()
}

// toy multiplies by a gain, and does what a test asks for at a step.
type toy struct {
	about    func(*framework.Description)
	training func(ctx context.Context, req framework.TrainRequest, rec framework.Recorder) error
	embed    func(*data.Array)
	seen     func(step string, r *data.Recording) // what Embed and Evaluate got
	metrics  framework.Metrics
	saving   func(dir string) error
}

type toySettings struct {
	Gain float64 `name:"gain" default:"1" doc:"factor of the embedding"`
}

func (t *toy) Describe() framework.Description {
	d := framework.Description{Name: "toy", Version: "1", Summary: "a gain", Settings: toySettings{}, Metrics: []metric.Info{{Name: "gain", Goal: metric.Max}},
		Arrays: []framework.ArrayInfo{{Name: "twice", Doc: "[samples x 1]"}}}
	if t.about != nil {
		t.about(&d)
	}
	return d
}

func (t *toy) Train(ctx context.Context, req framework.TrainRequest, rec framework.Recorder) (framework.Model, error) {
	if t.training != nil {
		if err := t.training(ctx, req, rec); err != nil {
			return nil, err
		}
	}
	return &toyModel{toy: t, gain: req.Settings.(*toySettings).Gain}, nil
}

func (t *toy) Load(context.Context, string) (framework.Model, error) {
	return nil, errors.New("not asked for")
}

type toyModel struct {
	toy  *toy
	gain float64
}

func (m *toyModel) Embed(_ context.Context, r *data.Recording) (data.Array, error) {
	if m.toy.seen != nil {
		m.toy.seen("embed", r)
	}
	out := data.NewArray(r.Len(), 1)
	for i := range r.Len() {
		out.Values[i] = float32(m.gain) * r.Samples.Row(i)[0]
	}
	if m.toy.embed != nil {
		m.toy.embed(&out)
	}
	return out, nil
}

func (m *toyModel) Evaluate(_ context.Context, r *data.Recording) (framework.Metrics, error) {
	if m.toy.seen != nil {
		m.toy.seen("evaluate", r)
	}
	if m.toy.metrics != nil {
		return m.toy.metrics, nil
	}
	return framework.Metrics{"gain": m.gain}, nil
}

func (m *toyModel) Arrays(_ context.Context, r *data.Recording) (map[string]data.Array, error) {
	return map[string]data.Array{"twice": data.NewArray(r.Len(), 1)}, nil
}

func (m *toyModel) Save(dir string) error {
	if m.toy.saving != nil {
		return m.toy.saving(dir)
	}
	return os.WriteFile(filepath.Join(dir, "gain"), []byte("2"), 0o644)
}

func metricPoint(name string, step int64) metric.Point {
	return metric.Point{Name: name, Step: step, Value: 1}
}
