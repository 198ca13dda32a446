package sweep

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/assaylab/assay/framework/internal/probe"
	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/setting"
)

// probes completes the probes and reports whether all are sound.
func (b *binder) probes() bool {
	before := len(b.Errs)
	taken := map[string]bool{}
	for i, p := range b.s.Probes {
		at := []string{"probes", strconv.Itoa(i)}
		full, err := probe.Complete(p)
		if err != nil {
			b.probeErrors(i, err, at)
			continue
		}
		if taken[full.Name] {
			b.failAt("give one of them a name: of its own", at, "two probes are called %q", full.Name)
		}
		taken[full.Name] = true
		if !b.known(full.Methods, append(slices.Clone(at), "methods")) {
			continue
		}
		b.s.Probes[i] = full
		b.readOut(full, at)
	}
	return len(b.Errs) == before
}

// known refuses ids that are no methods of the sweep.
func (b *binder) known(methods, at []string) bool {
	before := len(b.Errs)
	var ids []string
	for _, m := range b.s.Methods {
		ids = append(ids, m.ID)
	}
	for _, id := range methods {
		if !slices.Contains(ids, id) {
			b.failAt(setting.Suggest(id, ids), at, "there is no method %q in this sweep", id)
		}
	}
	return len(b.Errs) == before
}

// probeErrors reports everything that is wrong with a probe, at its key.
func (b *binder) probeErrors(i int, err error, at []string) {
	for _, p := range problem.Leaves(err) {
		b.problem(p, fmt.Sprintf("probe %d", i+1), at...)
	}
}

// readOut refuses a probe whose target no recording can have. Of files the
// targets are not known yet.
func (b *binder) readOut(p probe.Spec, at []string) {
	var there []string
	for _, c := range b.s.pairs {
		m := b.s.Methods[c.method]
		i := slices.IndexFunc(b.s.Datasets, func(d Dataset) bool { return d.ID == c.dataset })
		names, known := targetNames(b.s.Datasets[i].Recipe, b.s.methods[m.ID].EmbedRole())
		mine := len(p.Methods) == 0 || slices.Contains(p.Methods, m.ID)
		if mine && (!known || slices.Contains(names, p.Target)) {
			return
		}
		there = append(there, names...)
	}
	slices.Sort(there)
	there = slices.Compact(there)
	if len(b.s.pairs) > 0 && !b.partial {
		b.failAt(setting.Suggest(p.Target, there), append(slices.Clone(at), "target"), "probe %s: no recording that is embedded has the target %q", p.Name, p.Target)
	}
}
