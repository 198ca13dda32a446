// Package methodtest is the conformance suite that every method runs:
//
//	func TestConformance(t *testing.T) {
//		methodtest.Run(t, New(), methodtest.Case{Data: tiny()})
//	}
//
// It speaks to the method over gRPC, as the host does, and checks what the host
// relies on: Describe is pure, nonsense is refused, equal seeds give equal bytes
// at any thread count, metrics are declared and finite, a saved model embeds the
// same in another server, and cancelling takes less than two seconds.
package methodtest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/setting"
	"github.com/assaylab/assay/framework/wire"
)

// CancelLimit is how long Train may go on after its context has ended.
const CancelLimit = 2 * time.Second

// Case is one set-up under which the suite runs.
type Case struct {
	Name     string                     // of the subtest; may be empty
	Settings map[string]any             // beside the defaults; choose them so that training takes well under a second
	Data     map[string]*data.Recording // by role
	Slow     map[string]any             // settings under which training takes seconds, to cancel it; nil: as Settings
}

// Run runs the suite over every case.
func Run(t *testing.T, m framework.Method, cases ...Case) {
	t.Helper()
	t.Run("describe", func(t *testing.T) { describe(t, m) })
	for i, c := range cases {
		name := c.Name
		if name == "" {
			name = fmt.Sprintf("case %d", i+1)
		}
		t.Run(name, func(t *testing.T) {
			s := &suite{method: m, desc: m.Describe(), c: c, dataset: store(t, c.Data)}
			s.desc.Schema = setting.Of(s.desc.Settings)
			t.Run("refuses nonsense", s.refuses)
			t.Run("same seed same bytes", s.deterministic)
			t.Run("metrics are declared and finite", s.metrics)
			t.Run("a saved model embeds the same", s.saved)
			t.Run("stops when cancelled", s.cancelled)
		})
	}
}

func describe(t *testing.T, m framework.Method) {
	first, err := m.Describe().ToWire()
	if err != nil {
		t.Fatal(err)
	}
	second, err := m.Describe().ToWire()
	if err != nil {
		t.Fatal(err)
	}
	if first.String() != second.String() {
		t.Errorf("Describe is not pure:\n%v\n%v", first, second)
	}
	d, err := framework.FromWire(first)
	if err != nil {
		t.Fatalf("the host would refuse this description: %v", err)
	}
	for _, s := range d.Schema {
		if s.Doc == "" {
			t.Errorf("setting %s has no doc", s.Name)
		}
	}
	for _, i := range d.Metrics {
		if i.Doc == "" {
			t.Errorf("metric %s has no doc", i.Name)
		}
	}
}

type suite struct {
	method  framework.Method
	desc    framework.Description
	c       Case
	dataset string // folder
}

func store(t *testing.T, recs map[string]*data.Recording) string {
	t.Helper()
	cache, err := data.OpenCache(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	digest, err := cache.Put(recs)
	if err != nil {
		t.Fatalf("the case's data: %v", err)
	}
	return cache.Dir(digest)
}

// serve starts a server of its own for the method. training counts the calls of
// Train that have not come back inside the plugin.
func (s *suite) serve(t *testing.T) (client wire.MethodClient, training *atomic.Int64) {
	t.Helper()
	training = new(atomic.Int64)
	listener := bufconn.Listen(1 << 20)
	g := grpc.NewServer(grpc.StreamInterceptor(func(srv any, ss grpc.ServerStream, _ *grpc.StreamServerInfo, h grpc.StreamHandler) error {
		training.Add(1)
		defer training.Add(-1)
		return h(srv, ss)
	}))
	framework.Register(g, s.method)
	go g.Serve(listener)
	conn, err := grpc.NewClient("passthrough:///method",
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }),
		grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(); g.Stop() })
	return wire.NewMethodClient(conn), training
}

func (s *suite) request(t *testing.T, settings map[string]any, seed uint64, threads int32) *wire.TrainRequest {
	t.Helper()
	full, err := s.desc.Schema.Complete(settings)
	if err != nil {
		t.Fatalf("the case's settings: %v", err)
	}
	text, err := json.Marshal(full)
	if err != nil {
		t.Fatal(err)
	}
	return &wire.TrainRequest{SettingsJson: string(text), DatasetDir: s.dataset, Seed: seed, Threads: threads, WorkDir: t.TempDir(), ModelDir: t.TempDir()}
}

func train(ctx context.Context, client wire.MethodClient, req *wire.TrainRequest, each func(*wire.TrainEvent)) error {
	stream, err := client.Train(ctx, req)
	if err != nil {
		return err
	}
	for {
		e, err := stream.Recv()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if each != nil {
			each(e)
		}
	}
}

// result is what must be equal: the embedding's bytes and the metrics, by split.
type result struct {
	Embedding map[string][]byte
	Metrics   map[string]map[string]float64
}

func (s *suite) apply(t *testing.T, client wire.MethodClient, modelDir string) result {
	t.Helper()
	ctx := t.Context()
	out := result{map[string][]byte{}, map[string]map[string]float64{}}
	role := s.desc.EmbedRole()
	for _, split := range s.c.Data[role].Splits() {
		path := filepath.Join(t.TempDir(), "embedding.npy")
		reply, err := client.Embed(ctx, &wire.EmbedRequest{ModelDir: modelDir, DatasetDir: s.dataset, Role: role, Split: string(split), OutPath: path})
		if err != nil {
			t.Fatalf("Embed, split %s: %v", split, err)
		}
		a, unmap, err := data.ReadArray(path)
		if err != nil {
			t.Fatal(err)
		}
		defer unmap()
		if n := s.c.Data[role].On(split).Len(); len(a.Shape) != 2 || a.Rows() != n || reply.Samples != int64(n) || a.Cols() < 1 {
			t.Errorf("Embed, split %s: shape %v (the reply says %d x %d), want %d rows", split, a.Shape, reply.Samples, reply.Dims, n)
		}
		for i, v := range a.Values {
			if v-v != 0 {
				t.Fatalf("Embed, split %s: value %d is %v", split, i, v)
			}
		}
		if out.Embedding[string(split)], err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
		metrics, err := client.Evaluate(ctx, &wire.EvaluateRequest{ModelDir: modelDir, DatasetDir: s.dataset, Role: role, Split: string(split), ArraysDir: t.TempDir()})
		if err != nil {
			t.Fatalf("Evaluate, split %s: %v", split, err)
		}
		out.Metrics[string(split)] = metrics.Metrics
	}
	return out
}

func (s *suite) trained(t *testing.T, seed uint64, threads int32) (result, string) {
	t.Helper()
	client, _ := s.serve(t)
	req := s.request(t, s.c.Settings, seed, threads)
	if err := train(t.Context(), client, req, nil); err != nil {
		t.Fatalf("Train: %v", err)
	}
	return s.apply(t, client, req.ModelDir), req.ModelDir
}

func (s *suite) deterministic(t *testing.T) {
	if !s.desc.Deterministic {
		t.Skip("the method does not claim to be deterministic")
	}
	one, _ := s.trained(t, 7, 1)
	for _, threads := range []int32{1, 3} {
		again, _ := s.trained(t, 7, threads)
		if d := cmp.Diff(one.Metrics, again.Metrics); d != "" {
			t.Errorf("metrics differ with the same seed (%d threads):\n%s", threads, d)
		}
		for split, bytes := range one.Embedding {
			if string(bytes) != string(again.Embedding[split]) {
				t.Errorf("the embedding of split %s differs with the same seed (%d threads)", split, threads)
			}
		}
	}
}

func (s *suite) metrics(t *testing.T) {
	r, _ := s.trained(t, 1, 1)
	for split, metrics := range r.Metrics {
		for name, v := range metrics {
			if _, ok := s.desc.Metric(name); !ok {
				t.Errorf("Evaluate reports %q on %s, which Describe does not declare", name, split)
			}
			if math.IsNaN(v) || math.IsInf(v, 0) {
				t.Errorf("metric %s on %s is %v", name, split, v)
			}
		}
	}
}

func (s *suite) saved(t *testing.T) {
	want, dir := s.trained(t, 3, 1)
	moved := filepath.Join(t.TempDir(), "moved")
	if err := os.Rename(dir, moved); err != nil {
		t.Fatal(err)
	}
	client, _ := s.serve(t)
	got := s.apply(t, client, moved)
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("a model that was saved and loaded gives other results:\n%s", d)
	}
	if err := os.RemoveAll(moved); err != nil {
		t.Fatal(err)
	}
	empty := t.TempDir()
	fresh, _ := s.serve(t)
	if _, err := fresh.Embed(t.Context(), &wire.EmbedRequest{ModelDir: empty, DatasetDir: s.dataset, Role: s.desc.EmbedRole(), Split: "all", OutPath: filepath.Join(empty, "x.npy")}); err == nil {
		t.Error("Embed from an empty model folder succeeded")
	}
}

// refuses sends settings that the host would never let through, as another
// host might.
func (s *suite) refuses(t *testing.T) {
	client, _ := s.serve(t)
	refused := func(what string, change func(*wire.TrainRequest)) {
		t.Helper()
		req := s.request(t, s.c.Settings, 1, 1)
		change(req)
		err := train(t.Context(), client, req, nil)
		if status.Code(err) != codes.InvalidArgument {
			t.Errorf("%s: got %v, want InvalidArgument", what, err)
		}
	}
	with := func(name string, v any) func(*wire.TrainRequest) {
		return func(req *wire.TrainRequest) {
			text, err := json.Marshal(map[string]any{name: v})
			if err != nil {
				t.Fatal(err)
			}
			req.SettingsJson = string(text)
		}
	}
	refused("an unknown setting", with("no such setting", 1))
	refused("settings that are no object", func(req *wire.TrainRequest) { req.SettingsJson = "[1]" })
	for _, set := range s.desc.Schema {
		refused(set.Name+" of another type", with(set.Name, map[string]any{"a": 1}))
		if set.Kind != setting.Float && set.Kind != setting.Int {
			continue
		}
		for _, bound := range []*float64{set.Min, set.Above} {
			if bound != nil {
				refused(set.Name+" below its range", with(set.Name, *bound-1))
			}
		}
		for _, bound := range []*float64{set.Max, set.Below} {
			if bound != nil {
				refused(set.Name+" above its range", with(set.Name, *bound+1))
			}
		}
	}
	req := s.request(t, s.c.Settings, 1, 1)
	req.DatasetDir = t.TempDir()
	if err := train(t.Context(), client, req, nil); err == nil {
		t.Error("Train from an empty dataset folder succeeded")
	}
}

func (s *suite) cancelled(t *testing.T) {
	settings := s.c.Slow
	if settings == nil {
		settings = s.c.Settings
	}
	client, training := s.serve(t)
	// Soon after the start, and in the midst of it.
	for _, after := range []time.Duration{5 * time.Millisecond, 200 * time.Millisecond} {
		ctx, cancel := context.WithTimeout(t.Context(), after)
		err := train(ctx, client, s.request(t, settings, 1, 1), nil)
		<-ctx.Done()
		cancel()
		for asked := time.Now(); training.Load() > 0; time.Sleep(time.Millisecond) {
			if time.Since(asked) > CancelLimit {
				t.Fatalf("Train goes on %v after it was cancelled (the caller was told: %v)", CancelLimit, err)
			}
		}
	}
}
