package host

import (
	"slices"
	"testing"
	"time"
)

// What confinement adds to the start of a plugin: from launch to handshake, with and
// without by turns.
func BenchmarkConfine(b *testing.B) {
	l := newTestLauncher(b)
	p := toyPlugin(b, "idle")
	dir := b.TempDir()
	start := func(mode Confine) time.Duration {
		l.Confine = mode
		began := time.Now()
		proc := launch(b, l, p, Options{Dir: dir})
		took := time.Since(began)
		proc.Kill()
		return took
	}
	var with, without []time.Duration
	for b.Loop() {
		with, without = append(with, start(ConfineDefault)), append(without, start(ConfineOff))
	}
	ms := func(d []time.Duration) float64 {
		slices.Sort(d)
		return float64(d[len(d)/2].Microseconds()) / 1000
	}
	b.ReportMetric(ms(with), "confined-ms")
	b.ReportMetric(ms(without), "free-ms")
	b.ReportMetric(0, "ns/op")
}
