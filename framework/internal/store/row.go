package store

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/assaylab/assay/framework/internal/trial"
)

// With says what of a record is read beside its key.
type With uint

const (
	Spec       With = 1 << iota // method, settings, dataset, seed, ...; the probes
	Metrics                     // values, and what was asked for
	Embeddings                  // shapes and digests
	Provenance
	Cases
	Curves
	brief // what a plan needs

	Everything = Spec | Metrics | Embeddings | Provenance | Cases | Curves
)

// trialRow is a row of trials as it is scanned: ids of texts, and packed columns.
type trialRow struct {
	id, twin, layout int64
	key              []byte

	vals []byte

	method, version, code, settings, dataset, fold, parent int64
	seed                                                   int64
	budget                                                 float64

	shapes int64
	hashes []byte

	frame         int64
	cases, curves []byte

	started                          int64
	wall, cpu, start                 float64
	memory, attempt, served, resumed int64
	provenance, node, path           int64
}

// columns names what With needs, and where it is scanned to.
func (r *trialRow) columns(with With) (list string, into []any) {
	list, into = "id, key, twin, layout", []any{&r.id, &r.key, &r.twin, &r.layout}
	add := func(names string, fields ...any) {
		list += ", " + names
		into = append(into, fields...)
	}
	if with&Metrics != 0 {
		add("vals", &r.vals)
	}
	if with&Spec != 0 {
		add("method, version, code, settings, dataset, fold, parent, seed, budget",
			&r.method, &r.version, &r.code, &r.settings, &r.dataset, &r.fold, &r.parent, &r.seed, &r.budget)
	}
	if with&Embeddings != 0 {
		add("shapes, hashes", &r.shapes, &r.hashes)
	}
	if with&brief != 0 {
		add("started, wall, provenance", &r.started, &r.wall, &r.provenance)
	}
	if with&Provenance != 0 {
		add("started, wall, cpu, start, memory, attempt, served, resumed, provenance, node, path",
			&r.started, &r.wall, &r.cpu, &r.start, &r.memory, &r.attempt, &r.served, &r.resumed, &r.provenance, &r.node, &r.path)
	}
	if with&Cases != 0 {
		add("coalesce(cases.frame, 0), cases.body", &r.frame, &r.cases)
	}
	if with&Curves != 0 {
		add("curves.body", &r.curves)
	}
	return list, into
}

// tables is where the columns are.
func (with With) tables() string {
	from := "trials"
	if with&Cases != 0 {
		from += " LEFT JOIN cases ON cases.trial = trials.id"
	}
	if with&Curves != 0 {
		from += " LEFT JOIN curves ON curves.trial = trials.id"
	}
	return from
}

// decoded is what texts say, remembered from reading to reading. What it returns is
// shared between records, which nobody changes.
type decoded struct {
	texts *texts
	q     querier // of the reading at hand
	*meanings
}

// meanings are texts taken apart, by id.
type meanings struct {
	mu       sync.Mutex
	layouts  map[int64]*layout
	settings map[int64]trial.Settings
	origins  map[int64]*trial.Provenance
	shapes   map[int64][]shape
	frames   map[int64][]frame
	probes   map[int64]*Probes
	labels   map[int64]Label
	views    map[viewKey]*view // of all metrics
}

func newMeanings() *meanings {
	return &meanings{layouts: map[int64]*layout{}, settings: map[int64]trial.Settings{}, origins: map[int64]*trial.Provenance{}, shapes: map[int64][]shape{},
		frames: map[int64][]frame{}, probes: map[int64]*Probes{}, labels: map[int64]Label{}, views: map[viewKey]*view{}}
}

// shape is that of one embedding.
type shape struct {
	Split string `json:"split"`
	Shape []int  `json:"shape"`
}

// memo is the value of a text, read by parse when it is asked for first.
func memo[T any](ctx context.Context, d *decoded, of map[int64]T, id int64, parse func(text string) (T, error)) (T, error) {
	d.mu.Lock()
	v, ok := of[id]
	d.mu.Unlock()
	if ok {
		return v, nil
	}
	text, err := d.texts.textOf(ctx, d.q, id)
	if err != nil {
		var none T
		return none, err
	}
	if v, err = parse(text); err == nil {
		d.mu.Lock()
		remember(of, id, v)
		d.mu.Unlock()
	}
	return v, err
}

// remember keeps memory bounded.
func remember[K comparable, V any](of map[K]V, k K, v V) {
	if len(of) >= maxTexts {
		clear(of)
	}
	of[k] = v
}

func parseJSON[T any](text string) (v T, err error) {
	if text != "" {
		err = json.Unmarshal([]byte(text), &v)
	}
	return v, err
}

func (d *decoded) layout(ctx context.Context, id int64) (*layout, error) {
	return memo(ctx, d, d.layouts, id, parseLayout)
}

// fill puts what was scanned of a row into a record.
func (d *decoded) fill(ctx context.Context, rec *trial.Record, r *trialRow, v *view, with With) error {
	rec.Fit = hex.EncodeToString(r.key)
	rec.Key, rec.Status = rec.Fit, trial.Succeeded
	if with&Metrics != 0 {
		if len(r.vals) != 8*len(v.layout.Values) {
			return fmt.Errorf("it has %d bytes of values for %d metrics", len(r.vals), len(v.layout.Values))
		}
		rec.Metrics = append(rec.Metrics[:0:0], v.metrics...)
		for i, at := range v.at {
			rec.Metrics[i].Value = floatAt(r.vals, at)
		}
		rec.Asked = v.layout.Asked
	}
	if with&Spec != 0 {
		if err := d.fillSpec(ctx, rec, r); err != nil {
			return err
		}
		rec.Spec.Probes, rec.Measured = v.probes.Specs, v.measured
	}
	if with&Embeddings != 0 {
		if err := d.fillEmbeddings(ctx, rec, r); err != nil {
			return err
		}
	}
	if with&Provenance != 0 {
		return d.fillProvenance(ctx, rec, r)
	}
	return nil
}

func (d *decoded) fillSpec(ctx context.Context, rec *trial.Record, r *trialRow) error {
	s := &rec.Spec
	for _, f := range []struct {
		into *string
		id   int64
	}{{&s.Method, r.method}, {&s.Version, r.version}, {&s.Code, r.code}, {&s.Dataset, r.dataset}, {&s.Fold, r.fold}, {&s.Parent, r.parent}} {
		var err error
		if *f.into, err = d.texts.textOf(ctx, d.q, f.id); err != nil {
			return err
		}
	}
	s.Seed, s.Budget = uint64(r.seed), r.budget
	var err error
	s.Settings, err = memo(ctx, d, d.settings, r.settings, parseJSON[trial.Settings])
	return err
}

func (d *decoded) fillEmbeddings(ctx context.Context, rec *trial.Record, r *trialRow) error {
	shapes, err := memo(ctx, d, d.shapes, r.shapes, parseJSON[[]shape])
	if err != nil || len(shapes) == 0 {
		return err
	}
	if len(r.hashes) != 32*len(shapes) {
		return fmt.Errorf("it has %d bytes of digests for %d embeddings", len(r.hashes), len(shapes))
	}
	rec.Embeddings = make(map[string]trial.Embedding, len(shapes))
	for i, s := range shapes {
		rec.Embeddings[s.Split] = trial.Embedding{Shape: s.Shape, SHA256: hex.EncodeToString(r.hashes[32*i : 32*i+32])}
	}
	return nil
}

func (d *decoded) fillProvenance(ctx context.Context, rec *trial.Record, r *trialRow) error {
	shared, err := memo(ctx, d, d.origins, r.provenance, parseJSON[*trial.Provenance])
	if err != nil {
		return err
	}
	if shared == nil { // no host writes that: what a damaged page says
		return errors.New("it has no provenance")
	}
	p := *shared
	p.Started = fromNanos(r.started)
	p.WallSec, p.CPUSec, p.StartSec = r.wall, r.cpu, r.start
	p.PeakMemory, p.Attempt, p.Served, p.Resumed = r.memory, int(r.attempt), int(r.served), r.resumed
	if p.Node, err = d.texts.textOf(ctx, d.q, r.node); err != nil {
		return err
	}
	if p.Path, err = d.texts.textOf(ctx, d.q, r.path); err != nil {
		return err
	}
	rec.Provenance = p
	return nil
}

// usage takes out of a provenance what differs from trial to trial: columns of
// their own.
func usage(p trial.Provenance) (r trialRow, rest trial.Provenance) {
	r.started, r.wall, r.cpu, r.start = nanos(p.Started), p.WallSec, p.CPUSec, p.StartSec
	r.memory, r.attempt, r.served, r.resumed = p.PeakMemory, int64(p.Attempt), int64(p.Served), p.Resumed
	p.Started, p.WallSec, p.CPUSec, p.StartSec = time.Time{}, 0, 0, 0
	p.PeakMemory, p.Attempt, p.Served, p.Resumed = 0, 0, 0, 0
	p.Node, p.Path = "", ""
	return r, p
}

// nanos is a time since 1970, in nanoseconds; 0 is no time.
func nanos(t time.Time) int64 {
	if t.IsZero() || t.Year() < 1678 || t.Year() > 2261 { // which an int64 does not hold
		return 0
	}
	return t.UnixNano()
}

func fromNanos(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, n).UTC()
}
