package conformance

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/wire"
	"github.com/assaylab/assay/framework/metric"
)

// cased asks for numbers per case and holds them against the metrics.
func (s *Suite) cased(ctx context.Context, f *Finding) error {
	_, model, err := s.trained(ctx, 1, 1)
	if err != nil {
		return err
	}
	session, err := s.start(ctx)
	if err != nil {
		return err
	}
	defer session.Close()
	role, any := s.desc.EmbedRole(), false
	for _, split := range s.Case.Data[role].Splits() {
		req := &wire.EvaluateRequest{ModelDir: model, DatasetDir: s.dataset, Role: role, Split: string(split)}
		plain, err := session.Method().Evaluate(ctx, req)
		if err != nil {
			return session.Explain(ctx, "Evaluate", err)
		}
		req.Cases = true
		reply, err := session.Method().Evaluate(ctx, req)
		if err != nil {
			return session.Explain(ctx, "Evaluate", err)
		}
		if s.desc.Deterministic {
			for _, d := range (result{metrics: map[string]map[string]float64{string(split): plain.Metrics}}).differs(result{metrics: map[string]map[string]float64{string(split): reply.Metrics}}) {
				f.failf("without and with cases: %s", d)
			}
		}
		_, n := s.Case.Data[role].On(split).Cases()
		for name, c := range reply.Cases {
			any = true
			value, ok := reply.Metrics[name]
			if !ok {
				f.failf("split %s: there are cases of %q, but no such metric", split, name)
				continue
			}
			if err := (metric.Cases{name: c.Values}).Check(name, value, n); err != nil {
				f.failf("split %s: %v", split, err)
			}
		}
	}
	if !any {
		f.skipf("no metric comes with numbers per case")
	}
	slices.Sort(f.Details)
	return nil
}

// pictured looks at the arrays that Evaluate writes.
func (s *Suite) pictured(ctx context.Context, f *Finding) error {
	if len(s.desc.Arrays) == 0 {
		f.skipf("the method declares no arrays")
		return nil
	}
	_, model, err := s.trained(ctx, 1, 1)
	if err != nil {
		return err
	}
	session, err := s.start(ctx)
	if err != nil {
		return err
	}
	defer session.Close()
	role, seen := s.desc.EmbedRole(), map[string]bool{}
	for _, split := range s.Case.Data[role].Splits() {
		dir, err := s.folder("arrays")
		if err != nil {
			return err
		}
		if _, err := session.Method().Evaluate(ctx, &wire.EvaluateRequest{ModelDir: model, DatasetDir: s.dataset, Role: role, Split: string(split), ArraysDir: dir}); err != nil {
			return session.Explain(ctx, "Evaluate", err)
		}
		entries, err := os.ReadDir(dir)
		if err != nil {
			return err
		}
		for _, e := range entries {
			i := slices.IndexFunc(s.desc.Arrays, func(a framework.ArrayInfo) bool { return e.Name() == a.Name+".npy" })
			if i < 0 || !e.Type().IsRegular() {
				f.failf("split %s: Evaluate leaves %s, which is no file of a declared array", split, e.Name())
				continue
			}
			seen[s.desc.Arrays[i].Name] = true
			_, unmap, err := data.ReadArray(filepath.Join(dir, e.Name()))
			if err != nil {
				f.failf("split %s: %v", split, err)
				continue
			}
			if err := unmap(); err != nil {
				return err
			}
		}
	}
	if len(f.Details) == 0 {
		f.infof("%d of %d declared arrays were made", len(seen), len(s.desc.Arrays))
	}
	return nil
}

// seedless trains with two seeds where the result is said not to depend on it.
func (s *Suite) seedless(ctx context.Context, f *Finding) error {
	claimed, err := s.desc.SeedlessFor(s.Case.Settings)
	if err != nil {
		return err
	}
	if !claimed {
		f.skipf("the result may depend on the seed under these settings")
		return nil
	}
	one, _, err := s.trained(ctx, 21, 1)
	if err != nil {
		return err
	}
	other, _, err := s.trained(ctx, 1<<40+22, 1)
	if err != nil {
		return err
	}
	for _, d := range one.differs(other) {
		f.failf("another seed: %s", d)
	}
	return nil
}

// sees changes samples outside the context of three samples, whose embeddings
// must stay.
func (s *Suite) sees(ctx context.Context, f *Finding) error {
	before, after, said, err := s.desc.ContextFor(s.Case.Settings)
	switch {
	case err != nil:
		return err
	case !said:
		f.skipf("the method does not say what an embedded sample may see")
		return nil
	case !s.desc.OutOfSample:
		f.skipf("the method embeds only what it was trained on")
		return nil
	case before == framework.WholePart && after == framework.WholePart:
		f.skipf("an embedded sample may see all of its part")
		return nil
	}
	role := s.desc.EmbedRole()
	whole := s.Case.Data[role]
	split := whole.Splits()[0]
	rows := rowsOn(whole, split)
	_, model, err := s.trained(ctx, 1, 1)
	if err != nil {
		return err
	}
	session, err := s.start(ctx)
	if err != nil {
		return err
	}
	defer session.Close()
	want, err := s.embedded(ctx, session, model, s.dataset, split, len(rows))
	if err != nil {
		return err
	}
	changed := 0
	for _, i := range []int{0, len(rows) / 2, len(rows) - 1} {
		r := *whole
		r.Samples = data.NewArray(whole.Len(), whole.Samples.Cols())
		copy(r.Samples.Values, whole.Samples.Values)
		for j := range rows { // samples of the part trade places, so that all are such as occur
			seen := (before == framework.WholePart || int64(i-j) <= before) && (after == framework.WholePart || int64(j-i) <= after)
			if !seen {
				copy(r.Samples.Row(rows[j]), whole.Samples.Row(rows[len(rows)-1-j]))
			}
		}
		recs := map[string]*data.Recording{}
		for name, other := range s.Case.Data {
			recs[name] = other
		}
		recs[role] = &r
		dataset, err := s.put(recs)
		if err != nil {
			return err
		}
		got, err := s.embedded(ctx, session, model, dataset, split, len(rows))
		if err != nil {
			return err
		}
		if !slices.Equal(want.Row(i), got.Row(i)) {
			f.failf("the embedding of sample %d of split %s changes with samples that lie more than %d before or %d after it", i, split, before, after)
		}
		if !slices.Equal(want.Values, got.Values) {
			changed++
		}
	}
	if changed == 0 && len(f.Details) == 0 {
		f.infof("no embedding changed at all: the data do not show it")
	}
	return nil
}

func rowsOn(r *data.Recording, split data.Split) (rows []int) {
	for i := range r.Len() {
		if split == data.All || r.Split[i] == split {
			rows = append(rows, i)
		}
	}
	return rows
}

// embedded is the embedding of a split, in memory.
func (s *Suite) embedded(ctx context.Context, session Session, model, dataset string, split data.Split, samples int) (data.Array, error) {
	path, err := s.embed(ctx, session, model, dataset, split, samples)
	if err != nil {
		return data.Array{}, err
	}
	a, unmap, err := data.ReadArray(path)
	if err != nil {
		return data.Array{}, err
	}
	out := data.Array{Shape: a.Shape, Values: slices.Clone(a.Values)}
	return out, unmap()
}

// unlabelled trains on targets that belong to other samples, which must not matter
// to a method that uses none.
func (s *Suite) unlabelled(ctx context.Context, f *Finding) error {
	uses, said, err := s.desc.UsesLabelsFor(s.Case.Settings)
	switch {
	case err != nil:
		return err
	case !said:
		f.skipf("the method does not say whether embeddings depend on targets")
		return nil
	case uses:
		f.skipf("embeddings may depend on targets under these settings")
		return nil
	case !s.desc.Deterministic:
		f.skipf("the method does not claim to be deterministic")
		return nil
	}
	recs := map[string]*data.Recording{}
	for name, r := range s.Case.Data {
		other := *r
		order := data.Rand(1, "targets").Perm(r.Len())
		other.Targets = r.Subset(order).Targets
		recs[name] = &other
	}
	dataset, err := s.put(recs)
	if err != nil {
		return err
	}
	want, _, err := s.trained(ctx, 1, 1)
	if err != nil {
		return err
	}
	session, err := s.start(ctx)
	if err != nil {
		return err
	}
	defer session.Close()
	req, err := s.request(s.Case.Settings, 1, 1)
	if err != nil {
		return err
	}
	req.DatasetDir = dataset
	if err := train(ctx, session.Method(), req, nil); err != nil {
		return session.Explain(ctx, "Train", err)
	}
	got, err := s.apply(ctx, session, req.ModelDir)
	if err != nil {
		return err
	}
	for split, b := range want.embedding {
		if !bytes.Equal(b, got.embedding[split]) {
			f.failf("other targets: the embedding of split %s changes", split)
		}
	}
	return nil
}
