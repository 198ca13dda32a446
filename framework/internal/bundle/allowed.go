package bundle

import (
	"context"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/study"
	"github.com/assaylab/assay/framework/internal/trial"
	"github.com/assaylab/assay/framework/metric"
)

// elsewhere says what is another thing here than it was where the trial was recorded.
func (b *Bundle) elsewhere(ctx context.Context, t study.Tools, top string, old, now trial.Record) (out []string) {
	other := func(what, is, was string) {
		if is != was && is != "" && was != "" {
			out = append(out, fmt.Sprintf("%s: %s, was %s", what, is, was))
		}
	}
	other("platform", now.Provenance.Platform, old.Provenance.Platform)
	if now.Provenance.Platform != "" && !slices.Equal(now.Provenance.CPU, old.Provenance.CPU) {
		out = append(out, fmt.Sprintf("instruction set: %v, was %v", now.Provenance.CPU, old.Provenance.CPU))
	}
	other("assay", t.Build.Name(), old.Provenance.Host)
	from := study.Again{Plugin: old.Provenance.Plugin, Dir: b.dir(top)}
	p, err := t.Finder.Find(from.Plugin, from.Dir)
	if err != nil {
		return out
	}
	if env, ok, err := p.Environment(ctx); ok && err == nil {
		other("installed packages", env.Digest(), old.Provenance.Packages)
	}
	if old.Spec.Code != "" {
		if code, err := p.Code(); err == nil {
			other("code of the plugin", code, old.Spec.Code)
		}
	} else if digest, err := p.Digest(); err == nil && p.Origin != "built-in" { // the first edition knew no more
		other("files of the plugin", digest, old.Provenance.Binary)
	}
	return out
}

// mayDiffer reports whether something is another here that may change bits and nothing
// else: what computes, not what is computed.
func (v *Verdict) mayDiffer() bool {
	return slices.ContainsFunc(v.Elsewhere, func(what string) bool {
		return strings.HasPrefix(what, "platform: ") || strings.HasPrefix(what, "instruction set: ") || strings.HasPrefix(what, "installed packages: ")
	})
}

// beyond names the first metric of the trial that is not what another run of it may
// give; "" where there is none. A run on another instruction set rounds otherwise,
// and training carries that on as it carries on another seed. So a number x' may be
// where the number of one more seed may be: for n >= 3 trials of the same method on the
// same dataset, with mean m and standard deviation s,
//
//	|x' − m| <= t(0.995; n−1) · s · sqrt(1 + 1/n)
//
// or, with fewer seeds or a method without chance, within a millionth of what it was.
func beyond(l store.Line, now trial.Record, all []store.Line) string {
	is := map[[2]string]float64{}
	for _, v := range now.Metrics {
		is[[2]string{v.Name, v.Split}] = v.Value
	}
	if len(is) != len(l.Metrics) {
		return fmt.Sprintf("%d metrics, were %d", len(is), len(l.Metrics))
	}
	for _, v := range l.Metrics {
		x, ok := is[[2]string{v.Name, v.Split}]
		if !ok {
			return v.Name + " on " + v.Split + " is missing"
		}
		if math.Abs(x-v.Value) <= 1e-6*math.Max(1, math.Abs(v.Value)) {
			continue
		}
		if lo, hi, ok := oneMore(seedsOf(l, v, all)); !ok || x < lo || x > hi {
			return fmt.Sprintf("%s on %s is %v, was %v", v.Name, v.Split, x, v.Value)
		}
	}
	return ""
}

// oneMore is where the value of one more seed is expected, with a probability of 99 %.
func oneMore(values []float64) (lo, hi float64, ok bool) {
	n := float64(len(values))
	if n < 3 {
		return 0, 0, false
	}
	var sum, squares float64
	for _, x := range values {
		sum += x
	}
	m := sum / n
	for _, x := range values {
		squares += (x - m) * (x - m)
	}
	s := math.Sqrt(squares / (n - 1))
	half := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: n - 1}.Quantile(0.995) * s * math.Sqrt(1+1/n)
	return m - half, m + half, true
}

// seedsOf are the values of a metric over the seeds of a trial's configuration.
func seedsOf(l store.Line, v metric.Value, all []store.Line) (out []float64) {
	for _, o := range all {
		if o.MethodID != l.MethodID || o.Variant != l.Variant || o.Dataset != l.Dataset || o.Fold != l.Fold || o.Role != l.Role {
			continue
		}
		for _, w := range o.Metrics {
			if w.Name == v.Name && w.Split == v.Split {
				out = append(out, w.Value)
			}
		}
	}
	return out
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
