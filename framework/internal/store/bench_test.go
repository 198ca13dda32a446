package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/assaylab/assay/framework/internal/probe"
	"github.com/assaylab/assay/framework/internal/source"
	"github.com/assaylab/assay/framework/internal/trial"
	"github.com/assaylab/assay/framework/metric"
)

// BenchmarkStore measures what commands need of a store of many trials: 18 metrics
// each, 40 cases for 6 of them, 200 points of curves on a tenth. Every figure is of a
// process of its own: wall and processor seconds, and the peak of its memory.
//
//	ASSAY_BENCH_TRIALS=100000 go test ./framework/internal/store -run '^$' -bench Store -benchtime 1x -timeout 1h
//
// Without the variable there are 2,000 trials.
func BenchmarkStore(b *testing.B) {
	dir := b.TempDir()
	for _, step := range []string{"fill", "known", "table", "idle run", "records", "one by one", "size", "write jsonl", "import jsonl", "fill first edition", "look at first edition", "migrate"} {
		b.Run(step, func(b *testing.B) {
			for b.Loop() {
				cmd := helper(b, "bench "+step, dir)
				out, err := cmd.Output()
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(cmd.ProcessState.UserTime().Seconds()+cmd.ProcessState.SystemTime().Seconds(), "cpu-s")
				if kb := peak(cmd.ProcessState); kb > 0 {
					b.ReportMetric(float64(kb)/1000, "peak-MB")
				}
				for line := range strings.Lines(string(out)) {
					if name, text, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
						if v, err := strconv.ParseFloat(text, 64); err == nil {
							b.ReportMetric(v, name)
						}
					}
				}
			}
		})
	}
}

func benchTrials() int {
	if n, err := strconv.Atoi(os.Getenv("ASSAY_BENCH_TRIALS")); err == nil {
		return n
	}
	return 2000
}

var benchProbes = []probe.Spec{
	{Name: "direction", Kind: "direction", Target: "direction", Settings: map[string]any{"inits": 1.0, "min_speed": 5.0, "profile": "swapvae"}},
	{Name: "state", Kind: "state", Target: "state", Settings: map[string]any{"epochs": 100.0, "min_speed": 0.0}},
}

// benchRecord is trial i: 5 seeds of each configuration, on 4 datasets.
func benchRecord(i int) trial.Record {
	r := rand.New(rand.NewPCG(uint64(i), 1))
	config := rand.New(rand.NewPCG(uint64(i/5), 2))
	dataset := sha256.Sum256([]byte{byte(i / 5 % 4)})
	rec := trial.Record{Status: trial.Succeeded, Spec: trial.Spec{
		Method: "swapvae", Version: "2", Dataset: "sha256:" + hex.EncodeToString(dataset[:]), Seed: uint64(i%5 + 1), Probes: benchProbes,
		Settings: trial.Settings{"learning_rate": config.Float64() / 100, "epochs": 200.0, "batch": 256.0, "dims": 32.0, "beta": config.Float64(), "alpha": 0.5,
			"views": "dropout", "keep": 0.8, "jitter": 5.0, "optimizer": "adam", "weight_decay": 1e-5, "hidden": 128.0},
	}, Embeddings: map[string]trial.Embedding{}}
	rec.Provenance = trial.Provenance{
		Started: time.Unix(1_790_000_000, 0).Add(time.Duration(i) * time.Second).UTC(), WallSec: 30 + 10*r.Float64(), CPUSec: 29 + 10*r.Float64(), PeakMemory: 50_000_000 + r.Int64N(1e6),
		Attempt: 1, Threads: 1, Plugin: "swapvae", Binary: "sha256:" + strings.Repeat("29b08363", 8), Transport: "tls", Served: i % 50, Host: "0.1.0-dev", Commit: strings.Repeat("7129f2b0", 5),
		Recipe: source.Dataset{Recording: source.Recording{Source: "catalogue/chewie-1"}}, Platform: "linux/amd64", CPU: []string{"avx2", "fma"}, Node: "node-7",
	}
	for k, split := range []string{"train", "val", "test"} {
		var sum [32]byte
		for j := range sum {
			sum[j] = byte(r.Uint32())
		}
		rec.Embeddings[split] = trial.Embedding{Shape: []int{3072 >> k, 32}, SHA256: hex.EncodeToString(sum[:])}
		rec.Metrics = append(rec.Metrics, metric.Value{Name: "loss", Split: split, Goal: metric.Min, Value: r.Float64()}, metric.Value{Name: "reconstruction", Split: split, Goal: metric.Min, Value: r.Float64()})
	}
	for _, name := range []string{"probe/direction/accuracy", "probe/direction/delta_accuracy", "probe/state/accuracy", "probe/state/f1"} {
		for _, split := range []string{"train", "val", "test"} {
			rec.Metrics = append(rec.Metrics, metric.Value{Name: name, Split: split, Goal: metric.Max, Value: float64(r.IntN(768)) / 768})
		}
	}
	for _, split := range []string{"val", "test"} {
		c := trial.Cases{Split: split, Values: map[string][]float64{}}
		for range 40 {
			c.Sizes = append(c.Sizes, 20)
		}
		for _, name := range []string{"probe/direction/accuracy", "probe/direction/delta_accuracy"} { // shares of 20 samples
			for range 40 {
				c.Values[name] = append(c.Values[name], float64(r.IntN(21))/20)
			}
		}
		for range 40 { // pseudo-values: numbers without a pattern
			c.Values["probe/state/f1"] = append(c.Values["probe/state/f1"], 0.7+0.2*r.NormFloat64())
		}
		rec.Cases = append(rec.Cases, c)
	}
	if i%10 == 0 {
		for step := range 200 {
			rec.Curves = append(rec.Curves, metric.Point{Name: "loss", Step: int64(step), Value: r.Float64()})
		}
	}
	rec.Fit = rec.Spec.Fit().Key()
	rec.Key = rec.Fit
	return rec
}

func benchRecords(n int, change func(*trial.Record)) func(func(trial.Record, error) bool) {
	return func(yield func(trial.Record, error) bool) {
		for i := range n {
			rec := benchRecord(i)
			if change != nil {
				change(&rec)
			}
			if !yield(rec, nil) {
				return
			}
		}
	}
}

func benchWants() []Want {
	p := NewProbes(benchProbes, nil)
	out := make([]Want, benchTrials())
	for i := range out {
		out[i] = Want{benchRecord(i).Fit, p}
	}
	return out
}

// firstForm is a record as the first edition wrote it into a records.jsonl.
func firstForm(rec *trial.Record) {
	rec.Fit, rec.Cases, rec.Curves = "", nil, nil
	rec.Key = rec.Spec.Key()
}

// A wants file keeps the making of keys out of the figures.
func loadWants(dir string) ([]Want, error) {
	text, err := os.ReadFile(filepath.Join(dir, "wants"))
	if err != nil {
		return nil, err
	}
	p := NewProbes(benchProbes, nil)
	var out []Want
	for key := range strings.Lines(string(text)) {
		out = append(out, Want{strings.TrimSpace(key), p})
	}
	return out, nil
}

func say(name string, v float64) { fmt.Printf("%s %g\n", name, v) }

// timed prints how long f took, apart from what came before it.
func timed(f func() error) error {
	from := time.Now()
	err := f()
	say("wall-s", time.Since(from).Seconds())
	return err
}

// written is how many bytes this process has handed to the system.
func written() float64 {
	text, _ := os.ReadFile("/proc/self/io") // nothing where there is no such file
	for line := range strings.Lines(string(text)) {
		if n, ok := strings.CutPrefix(line, "wchar: "); ok {
			v, _ := strconv.ParseFloat(strings.TrimSpace(n), 64)
			return v
		}
	}
	return 0
}

func bytesIn(dir string) (total float64) {
	files, _ := filepath.Glob(filepath.Join(dir, database+"*"))
	for _, f := range files {
		if info, err := os.Stat(f); err == nil {
			total += float64(info.Size())
		}
	}
	return total
}

var benchTasks = map[string]func(ctx context.Context, dir string) error{
	"fill": func(ctx context.Context, dir string) error {
		var keys strings.Builder
		for _, w := range benchWants() {
			keys.WriteString(w.Fit + "\n")
		}
		if err := os.WriteFile(filepath.Join(dir, "wants"), []byte(keys.String()), 0o644); err != nil {
			return err
		}
		s, err := Open(ctx, dir)
		if err != nil {
			return err
		}
		if err := timed(func() error { _, err := s.Import(ctx, benchRecords(benchTrials(), nil)); return err }); err != nil {
			return err
		}
		return s.Close()
	},
	"known": func(ctx context.Context, dir string) error {
		wants, err := loadWants(dir)
		if err != nil {
			return err
		}
		return timed(func() error {
			s, err := View(dir)
			if err != nil {
				return err
			}
			defer s.Close()
			known, err := s.Known(ctx, wants)
			if err != nil {
				return err
			}
			for _, k := range known {
				if !k.Finished() {
					return fmt.Errorf("a trial is missing: %+v", k)
				}
			}
			return s.Timings(ctx, func(Timing) error { return nil })
		})
	},
	"table": func(ctx context.Context, dir string) error {
		wants, err := loadWants(dir)
		if err != nil {
			return err
		}
		return timed(func() error {
			s, err := View(dir)
			if err != nil {
				return err
			}
			defer s.Close()
			n, sum := 0, 0.0
			err = s.Read(ctx, Query{Wants: wants, With: Metrics, AnyOrder: true, Metrics: func(name, split string) bool { return split == "test" && strings.HasSuffix(name, "accuracy") }},
				func(i int, rec trial.Record) error {
					n++
					for _, v := range rec.Metrics {
						sum += v.Value
					}
					return nil
				})
			if n != len(wants) {
				return fmt.Errorf("%d of %d records, %v", n, len(wants), err)
			}
			return err
		})
	},
	// What a run with nothing to do asks: what is there, and whether members and files
	// are as they were written.
	"idle run": func(ctx context.Context, dir string) error {
		wants, err := loadWants(dir)
		if err != nil {
			return err
		}
		members := make([]Member, len(wants))
		for i, w := range wants {
			members[i] = Member{w.Fit, Label{Method: "swapvae", Variant: fmt.Sprintf("variant %d", i/20), Dataset: "chewie-1", Stage: "searched"}}
		}
		once := func() error {
			s, err := Open(ctx, dir)
			if err != nil {
				return err
			}
			defer s.Close()
			if _, err := s.SetMembers(ctx, "bench", members); err != nil {
				return err
			}
			known, err := s.Known(ctx, wants)
			if err != nil {
				return err
			}
			h := sha256.New()
			for _, k := range known {
				fmt.Fprintln(h, k.Stamp)
			}
			_, err = s.Output(ctx, filepath.Join(dir, "out"), h.Sum(nil), func(w io.Writer) error { _, err := io.WriteString(w, "records"); return err })
			return err
		}
		from := time.Now()
		if err := once(); err != nil {
			return err
		}
		say("first-wall-s", time.Since(from).Seconds())
		return timed(once)
	},
	"records": func(ctx context.Context, dir string) error {
		wants, err := loadWants(dir)
		if err != nil {
			return err
		}
		return timed(func() error {
			s, err := View(dir)
			if err != nil {
				return err
			}
			defer s.Close()
			return s.Read(ctx, Query{Wants: wants, With: Everything &^ Curves}, func(i int, rec trial.Record) error { return nil })
		})
	},
	"one by one": func(ctx context.Context, dir string) error {
		s, err := Open(ctx, dir)
		if err != nil {
			return err
		}
		const n = 2000
		before := written()
		var spent time.Duration
		for i := range n {
			rec := benchRecord(10_000_000 + i)
			rec.Curves = nil
			from := time.Now()
			id, err := s.Begin(ctx, rec.Key, from)
			if err != nil {
				return err
			}
			if err := s.End(ctx, id, rec, ""); err != nil {
				return err
			}
			spent += time.Since(from)
		}
		if err := s.Close(); err != nil {
			return err
		}
		say("written-B/trial", (written()-before)/n)
		say("ms/trial", spent.Seconds()*1000/n)
		return nil
	},
	"size": func(ctx context.Context, dir string) error {
		n := float64(benchTrials() + 2000)
		say("kept-B/trial", bytesIn(dir)/n)
		db, err := connect(dir, readOnly)
		if err != nil {
			return err
		}
		defer db.Close()
		rows, err := db.Query("SELECT replace(name, 'sqlite_autoindex_', 'index_'), sum(pgsize) FROM dbstat GROUP BY name")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var name string
			var size float64
			if err := rows.Scan(&name, &size); err != nil {
				return err
			}
			if size > 20*n {
				say(name+"-B", size/n)
			}
		}
		return rows.Err()
	},
	"write jsonl": func(ctx context.Context, dir string) error {
		f, err := os.Create(filepath.Join(dir, "records.jsonl"))
		if err != nil {
			return err
		}
		enc := json.NewEncoder(f)
		for rec := range benchRecords(benchTrials(), firstForm) {
			if err := enc.Encode(rec); err != nil {
				return err
			}
		}
		return f.Close()
	},
	"import jsonl": func(ctx context.Context, dir string) error {
		return timed(func() error {
			s, err := Open(ctx, filepath.Join(dir, "imported"))
			if err != nil {
				return err
			}
			f, err := os.Open(filepath.Join(dir, "records.jsonl"))
			if err != nil {
				return err
			}
			defer f.Close()
			dec := json.NewDecoder(f)
			got, err := s.Import(ctx, func(yield func(trial.Record, error) bool) {
				for {
					var rec trial.Record
					err := dec.Decode(&rec)
					if err == io.EOF || !yield(rec, err) {
						return
					}
				}
			})
			if err != nil || got.New != benchTrials() {
				return fmt.Errorf("%d were new, %d bad, %v", got.New, len(got.Bad), err)
			}
			return s.Close()
		})
	},
	"fill first edition": func(ctx context.Context, dir string) error {
		first := filepath.Join(dir, "first")
		if err := os.Mkdir(first, 0o755); err != nil {
			return err
		}
		db, err := makeFirst(first, benchRecords(benchTrials(), func(rec *trial.Record) {
			curves := rec.Curves
			firstForm(rec)
			rec.Curves = curves
		}))
		if err != nil {
			return err
		}
		return db.Close()
	},
	"look at first edition": func(ctx context.Context, dir string) error {
		return timed(func() error {
			v, err := View(filepath.Join(dir, "first"))
			if err != nil {
				return err
			}
			return v.Close()
		})
	},
	"migrate": func(ctx context.Context, dir string) error {
		return timed(func() error {
			s, err := Open(ctx, filepath.Join(dir, "first"))
			if err != nil {
				return err
			}
			return s.Close()
		})
	},
}

func init() {
	for name, f := range benchTasks {
		tasks["bench "+name] = func(dir string) int {
			if err := f(context.Background(), dir); err != nil {
				return fail(err)
			}
			return 0
		}
	}
}
