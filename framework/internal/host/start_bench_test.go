package host

import (
	"context"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/wire"
)

// idle is a method that does nothing, as well as can be.
type idle struct{ toy }

func (idle) Train(context.Context, framework.TrainRequest, framework.Recorder) (framework.Model, error) {
	return idleModel{}, nil
}

type idleModel struct{}

func (idleModel) Embed(_ context.Context, r *data.Recording) (data.Array, error) {
	return data.NewArray(r.Len(), 1), nil
}

func (idleModel) Evaluate(context.Context, *data.Recording) (framework.Metrics, error) {
	return nil, nil
}
func (idleModel) Save(string) error { return nil }

// cost is wall time and processor time, of this process and its children.
type cost struct{ wall, cpu time.Duration }

func measure(f func()) cost {
	began, cpu := time.Now(), spentSoFar()
	f()
	return cost{time.Since(began), spentSoFar() - cpu}
}

// BenchmarkStart measures what a trial costs beside its method: start, handshake,
// Train, Embed and Evaluate of a method that does nothing, goodbye; in turn with
// /bin/true and with a bare start of this binary, started the same way, so that the
// ratios hold on a busy machine. Medians; cpu is that of host and plugin together.
//
//	go test ./framework/internal/host -run '^$' -bench Start -benchtime 200x
func BenchmarkStart(b *testing.B) {
	for name, c := range map[string]struct{ mtls, warm bool }{"socket": {}, "tls": {mtls: true}, "warm": {warm: true}} {
		b.Run(name, func(b *testing.B) {
			l := newTestLauncher(b)
			l.MTLS = c.mtls
			l.Guard = []string{self(b), "toy", "guard"} // as in a run
			cache, err := data.OpenCache(b.TempDir())
			if err != nil {
				b.Fatal(err)
			}
			digest, err := cache.Put(map[string]*data.Recording{data.MainRole: {Samples: data.NewArray(100, 10), Trial: make([]int32, 100)}})
			if err != nil {
				b.Fatal(err)
			}
			out := filepath.Join(b.TempDir(), "embedding.npy")
			trial := func(proc *Process) {
				ctx, dataset := context.Background(), cache.Dir(digest)
				stream, err := proc.Method.Train(ctx, &wire.TrainRequest{SettingsJson: "{}", DatasetDir: dataset, Threads: 1, ModelDir: out + ".model"})
				if err != nil {
					b.Fatal(err)
				}
				for err == nil {
					_, err = stream.Recv()
				}
				if _, err := proc.Method.Embed(ctx, &wire.EmbedRequest{ModelDir: out + ".model", DatasetDir: dataset, Role: data.MainRole, Split: "all", OutPath: out}); err != nil {
					b.Fatal(err)
				}
				if _, err := proc.Method.Evaluate(ctx, &wire.EvaluateRequest{ModelDir: out + ".model", DatasetDir: dataset, Role: data.MainRole, Split: "all"}); err != nil {
					b.Fatal(err)
				}
			}
			start := func() *Process {
				proc, err := l.Launch(context.Background(), toyPlugin(b, "idle"), Options{Threads: 1})
				if err != nil {
					b.Fatal(text(err))
				}
				return proc
			}
			kept := start()
			defer kept.Close()
			bare := func(path string, args ...string) cost {
				return measure(func() {
					cmd := exec.Command(path, args...)
					cmd.Env = environment(Plugin{}, 1, nil, nil)
					if err := startProcess(cmd, nil, l.mark, nil, nil); err != nil {
						b.Fatal(err)
					}
					if err := wait(cmd); err != nil {
						b.Fatal(err)
					}
				})
			}
			var trials, binary, nothing []cost
			for b.Loop() {
				nothing = append(nothing, bare("/bin/true"))
				binary = append(binary, bare(self(b), "toy", "ends"))
				trials = append(trials, measure(func() {
					if c.warm {
						trial(kept)
						return
					}
					proc := start()
					trial(proc)
					proc.Close()
				}))
			}
			t, s, n := median(trials), median(binary), median(nothing)
			ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
			b.ReportMetric(ms(t.wall), "wall-ms")
			b.ReportMetric(ms(t.cpu), "cpu-ms")
			b.ReportMetric(ms(s.wall), "bare-wall-ms")
			b.ReportMetric(ms(s.cpu), "bare-cpu-ms")
			b.ReportMetric(ms(n.wall), "true-wall-ms")
			b.ReportMetric(ms(n.cpu), "true-cpu-ms")
			b.ReportMetric(ms(t.wall)/ms(n.wall), "wall/true")
			b.ReportMetric(ms(t.cpu)/ms(n.cpu), "cpu/true")
			b.ReportMetric(0, "ns/op")
		})
	}
}

func median(costs []cost) cost {
	var wall, cpu []time.Duration
	for _, c := range costs {
		wall, cpu = append(wall, c.wall), append(cpu, c.cpu)
	}
	slices.Sort(wall)
	slices.Sort(cpu)
	return cost{wall[len(wall)/2], cpu[len(cpu)/2]}
}
