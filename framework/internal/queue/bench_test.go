package queue

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/assaylab/assay/framework/internal/trial"
)

// What the folder costs for a trial that does nothing: to hand it out in chunks of 50,
// to run it on eight workers of this process, and to take its result in.
//
//	go test ./framework/internal/queue -run '^$' -bench Queue -benchtime 100000x
func BenchmarkQueue(b *testing.B) { benchmark(b, 8, 0, 0) }

// A thousand workers on a server that takes 5 ms for everything and whose listings are
// up to 30 s old.
//
//	go test ./framework/internal/queue -run '^$' -bench Thousand -benchtime 100000x
func BenchmarkThousandWorkers(b *testing.B) { benchmark(b, 1000, 5*time.Millisecond, 30*time.Second) }

func benchmark(b *testing.B, workers int, delay, cached time.Duration) {
	dir := b.TempDir()
	disk := &faulty{rng: rand.New(rand.NewPCG(1, 2)), lists: map[string]listing{}, delay: delay}
	terms := Terms{Beat: trial.Duration(20 * time.Second), Lease: trial.Duration(4 * time.Minute), Idle: trial.Duration(2 * cached)}
	h, err := Open(dir, disk, terms)
	if err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	if err := h.Offer(items(b.N), max(1, min(50, b.N/(2*workers)))); err != nil {
		b.Fatal(err)
	}
	var ran atomic.Int64
	var work sync.WaitGroup
	for range workers {
		work.Go(func() {
			// Every node caches for itself.
			own := &faulty{rng: rand.New(rand.NewPCG(1, 2)), lists: map[string]listing{}, delay: delay, cached: cached}
			w := &Worker{Dir: dir, Files: own, Slots: 1}
			if _, err := w.Serve(b.Context(), quick(0, &ran)); err != nil {
				b.Error(err)
			}
			disk.ops.Add(own.ops.Load())
		})
	}
	got := 0
	for got < b.N {
		deliveries, err := h.Look()
		if err != nil {
			b.Fatal(err)
		}
		for _, d := range deliveries {
			got += len(d.Outcomes)
			if err := d.Done(); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.StopTimer()
	if err := h.Stop("drain"); err != nil {
		b.Fatal(err)
	}
	work.Wait()
	if n := ran.Load(); n != int64(b.N) {
		b.Errorf("%d executions of %d", n, b.N)
	}
	b.ReportMetric(float64(disk.ops.Load())/float64(b.N), "operations/trial")
}
