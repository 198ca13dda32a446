package store

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/assaylab/assay/framework/internal/trial"
)

// placed says what became of a record that was put into the store.
type placed struct {
	row    int64
	isNew  bool // the fit, or something that was measured of it, is new here
	differ bool // what is here of it has other numbers or embeddings, and stays
}

// put records a trial that succeeded, or adds what is new of it: to the row of its
// fit if that came out with the same bits, else as a twin. What is here stays.
func (tx *tx) put(rec trial.Record) (placed, error) {
	fit := rec.Spec.Fit().Key()
	key, err := packKey(fit)
	if err != nil {
		return placed{}, err
	}
	old, err := tx.siblings(key)
	if err != nil {
		return placed{}, err
	}
	l, values := layoutOf(rec)
	p, done, err := tx.merge(old, rec, l, values)
	if err == nil && !done {
		p, err = tx.add(key, len(old), rec, l, values)
	}
	if err == nil && rec.Key != "" && rec.Key != fit {
		err = tx.alias(rec, p.row)
	}
	return p, err
}

// sibling is a row of the same fit.
type sibling struct {
	row trialRow
	l   *layout
	rec trial.Record // as far as it can be compared
}

func (tx *tx) siblings(key []byte) ([]sibling, error) {
	var n int
	if err := tx.query("SELECT count(*) FROM trials WHERE key = ?", key).Scan(&n); err != nil || n == 0 {
		return nil, err
	}
	r := tx.reading()
	r.with = Metrics | Spec | Embeddings
	var out []sibling
	err := r.rows(r.with, "WHERE key = ? ORDER BY twin", []any{key}, func(row *trialRow) error {
		v, err := r.view(row.layout, nil)
		if err != nil {
			return err
		}
		rec, err := r.record(row, Want{})
		out = append(out, sibling{*row, v.layout, rec})
		return err
	})
	return out, err
}

// merge puts a record to a row of its fit, if there is one that it belongs to.
func (tx *tx) merge(old []sibling, rec trial.Record, l layout, values []float64) (p placed, done bool, err error) {
	for _, s := range old { // nothing new, or the same fit once more
		if !trial.SameFit(s.rec, rec) {
			continue
		}
		joined, from := s.l.join(l)
		p := placed{row: s.row.id, isNew: len(joined.Measures) > len(s.l.Measures) || len(from) > 0}
		return p, true, tx.extend(s, rec, joined, from, values)
	}
	for _, s := range old {
		if s.l.has(l) {
			return placed{row: s.row.id, differ: true}, true, nil
		}
	}
	return placed{}, false, nil
}

// extend writes what a record adds to a row.
func (tx *tx) extend(s sibling, rec trial.Record, joined layout, from []int, values []float64) error {
	was, err := s.l.text()
	if err != nil {
		return err
	}
	is, err := joined.text()
	if err != nil {
		return err
	}
	if is != was {
		layoutID, err := tx.text(is)
		if err != nil {
			return err
		}
		vals := slices.Clone(s.row.vals)
		for _, i := range from {
			vals = append(vals, packFloats(values[i:i+1])...)
		}
		if _, err := tx.exec("UPDATE trials SET layout = ?, vals = ? WHERE id = ?", layoutID, vals, s.row.id); err != nil {
			return err
		}
	}
	if err := tx.extendEmbeddings(s, rec); err != nil {
		return err
	}
	if len(rec.Curves) > 0 {
		if _, err := tx.exec("INSERT INTO curves (trial, body) VALUES (?, ?) ON CONFLICT DO NOTHING", s.row.id, packCurves(rec.Curves)); err != nil {
			return err
		}
	}
	return tx.extendCases(s.row.id, rec, joined)
}

func (tx *tx) extendEmbeddings(s sibling, rec trial.Record) error {
	all := maps.Clone(rec.Embeddings)
	maps.Copy(all, s.rec.Embeddings)
	if len(all) == len(s.rec.Embeddings) {
		return nil
	}
	shapes, hashes, err := tx.embeddings(all)
	if err != nil {
		return err
	}
	_, err = tx.exec("UPDATE trials SET shapes = ?, hashes = ? WHERE id = ?", shapes, hashes, s.row.id)
	return err
}

// extendCases adds the cases of metrics that have none yet.
func (tx *tx) extendCases(row int64, rec trial.Record, joined layout) error {
	if len(rec.Cases) == 0 {
		return nil
	}
	r := tx.reading()
	var here []trial.Cases
	err := r.rows(Cases, "WHERE trials.id = ?", []any{row}, func(row *trialRow) (err error) {
		here, err = r.cases(row, viewOf(&joined, nil, nil))
		return err
	})
	if err != nil {
		return err
	}
	// Under the names that the layout has for them, both can be packed together.
	all := probesOf(&joined)
	both := trial.Record{Spec: trial.Spec{Probes: all.Specs}, Measured: all.Measured, Cases: here}
	has := map[[2]string]bool{}
	for _, c := range here {
		for name := range c.Values {
			has[[2]string{name, c.Split}] = true
		}
	}
	names := renames(rec, joined, all)
	for _, c := range rec.Cases {
		both.Cases = append(both.Cases, c.Select(func(name string) (string, bool) {
			if is, ok := names[name]; ok {
				name = is
			}
			return name, !has[[2]string{name, c.Split}]
		}))
	}
	return tx.putCases(row, both, joined)
}

// renames tells how the layout calls the metrics of a record's probes.
func renames(rec trial.Record, l layout, all *Probes) map[string]string {
	out := map[string]string{}
	_, scores := rec.Apart()
	for _, s := range scores {
		of := l.measure(s.Measure.ID())
		if of < 0 {
			continue
		}
		for _, v := range s.Values {
			out[trial.MetricOf(s.Name, v.Name)] = trial.MetricOf(all.Specs[of].Name, v.Name)
		}
	}
	return out
}

func (tx *tx) putCases(row int64, rec trial.Record, l layout) error {
	frames, body, err := packCases(rec, l)
	if err != nil || frames == "" {
		return err
	}
	id, err := tx.text(frames)
	if err != nil {
		return err
	}
	_, err = tx.exec("INSERT INTO cases (trial, frame, body) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET frame = excluded.frame, body = excluded.body", row, id, body)
	return err
}

// add writes a row of its own.
func (tx *tx) add(key []byte, twin int, rec trial.Record, l layout, values []float64) (placed, error) {
	s := rec.Spec
	settings, err := settingsText(s.Settings)
	if err != nil {
		return placed{}, err
	}
	layoutText, err := l.text()
	if err != nil {
		return placed{}, err
	}
	u, rest := usage(rec.Provenance)
	origin, err := json.Marshal(rest)
	if err != nil {
		return placed{}, err
	}
	texts := []string{s.Method, s.Version, s.Code, settings, s.Dataset, s.Fold, s.Parent, layoutText, string(origin), rec.Provenance.Node, rec.Provenance.Path}
	id := make([]int64, len(texts))
	for i, t := range texts {
		if id[i], err = tx.text(t); err != nil {
			return placed{}, err
		}
	}
	shapes, hashes, err := tx.embeddings(rec.Embeddings)
	if err != nil {
		return placed{}, err
	}
	row, err := tx.insert(`INSERT INTO trials (key, twin, method, version, code, settings, dataset, fold, parent, seed, budget, layout, vals,
		shapes, hashes, started, wall, cpu, start, memory, attempt, served, resumed, provenance, node, path)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		key, twin, id[0], id[1], id[2], id[3], id[4], id[5], id[6], int64(s.Seed), s.Budget, id[7], packFloats(values),
		shapes, hashes, u.started, u.wall, u.cpu, u.start, u.memory, u.attempt, u.served, u.resumed, id[8], id[9], id[10])
	if err != nil {
		return placed{}, err
	}
	if len(rec.Curves) > 0 {
		if _, err := tx.exec("INSERT INTO curves (trial, body) VALUES (?, ?)", row, packCurves(rec.Curves)); err != nil {
			return placed{}, err
		}
	}
	return placed{row: row, isNew: true}, tx.putCases(row, rec, l)
}

// settingsText is nothing for none, which is not the same as {} in keys of the
// first edition.
func settingsText(s trial.Settings) (string, error) {
	if s == nil {
		return "", nil
	}
	text, err := trial.Canonical(s)
	return string(text), err
}

// embeddings packs shapes and digests, by split.
func (tx *tx) embeddings(of map[string]trial.Embedding) (shapes int64, hashes []byte, err error) {
	hashes = []byte{}
	if len(of) == 0 {
		return 0, hashes, nil
	}
	var list []shape
	for _, split := range slices.Sorted(maps.Keys(of)) {
		sum, err := packKey(of[split].SHA256)
		if err != nil {
			return 0, nil, fmt.Errorf("embedding of split %s: %w", split, err)
		}
		list, hashes = append(list, shape{split, of[split].Shape}), append(hashes, sum...)
	}
	text, err := json.Marshal(list)
	if err != nil {
		return 0, nil, err
	}
	shapes, err = tx.text(string(text))
	return shapes, hashes, err
}

// alias keeps an id of the first edition, with the probes that it stood for.
func (tx *tx) alias(rec trial.Record, row int64) error {
	key, err := packKey(rec.Key)
	if err != nil {
		return err
	}
	probes, err := tx.text(probesText(rec.Spec.Probes, rec.Measured))
	if err != nil {
		return err
	}
	_, err = tx.exec("INSERT INTO aliases (key, trial, probes) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", key, row, probes)
	return err
}
