package runner

import (
	"errors"
	"maps"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sys/cpu"

	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/trial"
)

// result is what came of the attempt: with a failure, what had been gathered by
// then.
func (a *attempt) result(err error) trial.Result {
	rec := trial.Record{
		Key: a.req.Key, Spec: a.req.Spec, Status: trial.Succeeded,
		Measured: a.req.Measured, Metrics: a.metrics, Curves: a.curves.points, Embeddings: a.embeddings, Provenance: a.provenance(),
	}
	if !a.scored {
		rec.Asked = trial.Asked{Cases: true, Arrays: a.req.Keep.Arrays}
	}
	for _, split := range slices.Sorted(maps.Keys(a.cases)) {
		if c := *a.cases[split]; !c.Empty() {
			rec.Cases = append(rec.Cases, c)
		}
	}
	if err != nil {
		rec.Failure = a.failure(err)
		rec.Status = trial.Failed
		if rec.Failure.Kind == failure.Cancelled {
			rec.Status = trial.Cancelled
		}
	}
	out := trial.Result{Attempt: a.req.Attempt, Record: rec, Scored: a.scored}
	if isProbe(err) { // the fit, and what could be measured of it, is worth keeping
		fit := rec
		fit.Status, fit.Failure, fit.Spec.Probes = trial.Succeeded, nil, a.measured
		out.Fit = &fit
	}
	if a.proc != nil {
		out.Log = a.proc.Log().String()
	}
	return out
}

func (a *attempt) failure(err error) *failure.Failure {
	var f *failure.Failure
	if errors.As(err, &f) {
		return ofGPU(f)
	}
	return &failure.Failure{Kind: failure.Error, Reason: err.Error(), Plugin: a.req.Plugin.Where}
}

// provenance adds to what was known before what only this machine can say.
func (a *attempt) provenance() trial.Provenance {
	p := a.req.Known
	p.Platform, p.CPU = runtime.GOOS+"/"+runtime.GOARCH, features()
	p.Started, p.WallSec = a.began.UTC(), time.Since(a.began).Seconds()
	p.CPUSec, p.PeakMemory = a.usage.CPU.Seconds(), a.usage.PeakMemory
	p.Attempt, p.Threads, p.Resumed = a.req.Number, a.req.Resources.CPUs, a.resumed
	if a.proc != nil {
		p.Transport, p.Served = string(a.proc.Via()), a.served
		p.Confinement = a.proc.Confined()
		if a.served == 0 {
			p.StartSec = a.proc.StartUp().Seconds()
		}
	}
	return p
}

// features are the instruction sets on which the last bits of a number may depend.
var features = func() []string {
	var out []string
	for name, has := range map[string]bool{"avx2": cpu.X86.HasAVX2, "fma": cpu.X86.HasFMA, "avx512f": cpu.X86.HasAVX512F, "neon": cpu.ARM64.HasASIMD} {
		if has {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}
