package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/assaylab/assay/framework/internal/trial"
)

// Query asks for records of trials that succeeded. With their specs they have the
// ids of the first edition, where they have such; else those of their fits.
type Query struct {
	Wants   []Want
	With    With
	Metrics func(name, split string) bool // which metrics; nil: all

	// AnyOrder lets records come in the order of the store, each as often as it is
	// wanted: the quicker way to many of them.
	AnyOrder bool
}

// Read calls each for every want of which there is a record: in the order of the
// wants, or in any. Records come one by one, so that what is not held on to costs
// no memory; what they point at is shared between them, and is not to be changed.
func (s *Store) Read(ctx context.Context, q Query, each func(i int, rec trial.Record) error) error {
	return s.ask(ctx, q.With, len(q.Wants), func(r *reading) error {
		r.keep, r.with = q.Metrics, q.With
		if q.AnyOrder && len(q.Wants) > 2*chunk {
			return r.scan(q.Wants, each)
		}
		return r.inOrder(q.Wants, each)
	})
}

// chunk is how many keys are asked for at once.
const chunk = 400

// reading is one look at the store: everything in it is of one moment.
type reading struct {
	ctx  context.Context
	q    querier
	text *decoded
	with With
	keep func(name, split string) bool

	prepare func(query string) (*sql.Stmt, error)

	recall  *recall           // of all rows, or nil
	views   map[viewKey]*view // of some metrics
	aliased bool              // some trials have ids of the first edition
	aliases map[int64][]alias // of the rows at hand
	asText  map[*Probes]int64 // ids of the probes' texts
}

type viewKey struct {
	layout int64
	probes *Probes
}

type alias struct {
	key    []byte
	probes int64
}

// read runs f on one moment of the store.
func (s *Store) read(ctx context.Context, f func(*reading) error) error {
	tx, err := s.reader.BeginTx(ctx, nil)
	if err != nil {
		return s.explain(err)
	}
	defer tx.Rollback()
	r := newReading(ctx, tx, &s.texts, s.remembered())
	r.prepare = func(query string) (*sql.Stmt, error) {
		stmt, err := s.prepared(ctx, query)
		if err != nil {
			return nil, err
		}
		return tx.StmtContext(ctx, stmt), nil
	}
	if r.aliased, err = s.aliased(r); err != nil && !s.salvaging {
		return s.explain(err)
	}
	return s.explain(f(r))
}

// aliased reports whether some trials have ids of the first edition. There are more
// only once this store itself takes some over.
func (s *Store) aliased(r *reading) (yes bool, err error) {
	s.mu.Lock()
	known := s.hasAliases
	s.mu.Unlock()
	if known != nil {
		return *known, nil
	}
	err = r.queryRow("SELECT EXISTS (SELECT 1 FROM aliases)").Scan(&yes)
	if err == nil {
		s.mu.Lock()
		s.hasAliases = &yes
		s.mu.Unlock()
	}
	return yes, err
}

func newReading(ctx context.Context, q querier, t *texts, m *meanings) *reading {
	return &reading{ctx: ctx, q: q, text: &decoded{t, q, m}, views: map[viewKey]*view{}, asText: map[*Probes]int64{}}
}

// remembered is what this store has read of texts so far.
func (s *Store) remembered() *meanings {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.meanings == nil {
		s.meanings = newMeanings()
	}
	return s.meanings
}

// prepared is a statement of the reader, of which there are few: parsing one costs as
// much as looking up a few trials.
func (s *Store) prepared(ctx context.Context, query string) (*sql.Stmt, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if stmt, ok := s.stmts[query]; ok {
		return stmt, nil
	}
	stmt, err := s.reader.PrepareContext(ctx, query)
	if err == nil {
		if s.stmts == nil {
			s.stmts = map[string]*sql.Stmt{}
		}
		s.stmts[query] = stmt
	}
	return stmt, err
}

// query asks with a statement that is worth preparing.
func (r *reading) query(query string, args []any) (*sql.Rows, error) {
	stmt, err := r.prepare(query)
	if err != nil {
		return nil, err
	}
	return stmt.QueryContext(r.ctx, args...)
}

func (r *reading) queryRow(query string, args ...any) row {
	stmt, err := r.prepare(query)
	if err != nil {
		return row{err: err}
	}
	return row{Row: stmt.QueryRowContext(r.ctx, args...)}
}

func (r *reading) view(layoutID int64, p *Probes) (*view, error) {
	k := viewKey{layoutID, p}
	if v, ok := r.views[k]; ok {
		return v, nil
	}
	if r.keep == nil {
		r.text.mu.Lock()
		v, ok := r.text.views[k]
		r.text.mu.Unlock()
		if ok {
			return v, nil
		}
	}
	l, err := r.text.layout(r.ctx, layoutID)
	if err != nil {
		return nil, err
	}
	v := viewOf(l, p, r.keep)
	if r.keep == nil {
		r.text.mu.Lock()
		remember(r.text.views, k, v)
		r.text.mu.Unlock()
	} else {
		r.views[k] = v
	}
	return v, nil
}

// rows calls each for every row of trials that a condition lets through.
func (r *reading) rows(with With, where string, args []any, each func(*trialRow) error) error {
	var row trialRow
	list, into := row.columns(with)
	rows, err := r.query("SELECT "+list+" FROM "+with.tables()+" "+where, args)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		if err := each(&row); err != nil {
			return err
		}
	}
	return rows.Err()
}

// record makes the record of a row as a want sees it.
func (r *reading) record(row *trialRow, w Want) (rec trial.Record, err error) {
	v, err := r.view(row.layout, w.Probes)
	if err == nil {
		err = r.text.fill(r.ctx, &rec, row, v, r.with)
	}
	if err == nil && r.with&Cases != 0 {
		rec.Cases, err = r.cases(row, v)
	}
	if err == nil && row.curves != nil {
		rec.Curves, err = unpackCurves(row.curves)
	}
	if err == nil {
		err = r.name(&rec, row.id, v)
	}
	if err != nil {
		return rec, fmt.Errorf("record of trial %s: %w", trial.Short(hex.EncodeToString(row.key)), err)
	}
	return rec, nil
}

// name gives a record the id that it had in the first edition, if it had one with
// these very probes.
func (r *reading) name(rec *trial.Record, row int64, v *view) error {
	of := r.aliases[row]
	if len(of) == 0 {
		return nil
	}
	id, ok := r.asText[v.probes]
	if !ok {
		h := hashOf(v.probes.text)
		err := r.queryRow("SELECT coalesce((SELECT id FROM texts WHERE hash = ?), -1)", h[:]).Scan(&id)
		if err != nil {
			return err
		}
		r.asText[v.probes] = id
	}
	for _, a := range of {
		if a.probes == id {
			rec.Key = hex.EncodeToString(a.key)
		}
	}
	return nil
}

// learnAliases reads the ids of the first edition that rows of trials have.
func (r *reading) learnAliases(where string, args []any) error {
	r.aliases = nil
	if !r.aliased || r.with&Spec == 0 {
		return nil
	}
	r.aliases = map[int64][]alias{}
	rows, err := r.query("SELECT trial, key, probes FROM aliases "+where, args)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var of int64
		var a alias
		if err := rows.Scan(&of, &a.key, &a.probes); err != nil {
			return err
		}
		r.aliases[of] = append(r.aliases[of], a)
	}
	return rows.Err()
}

// better reports whether a row serves a want better than the best one so far: twins
// may have other scores.
func (r *reading) better(row, best *trialRow, p *Probes) (bool, error) {
	if best == nil {
		return true, nil
	}
	a, err := r.view(row.layout, p)
	if err != nil {
		return false, err
	}
	b, err := r.view(best.layout, p)
	if err != nil {
		return false, err
	}
	if len(a.missing) != len(b.missing) {
		return len(a.missing) < len(b.missing), nil
	}
	return row.twin < best.twin, nil
}

func (r *reading) inOrder(wants []Want, each func(int, trial.Record) error) error {
	for from := 0; from < len(wants); from += chunk {
		part := wants[from:min(from+chunk, len(wants))]
		found, err := r.fetch(part)
		if err != nil {
			return err
		}
		for i, w := range part {
			var best *trialRow
			for _, row := range found[w.Fit] {
				if yes, err := r.better(row, best, w.Probes); err != nil {
					return err
				} else if yes {
					best = row
				}
			}
			if best == nil {
				continue
			}
			rec, err := r.record(best, w)
			if err != nil {
				return err
			}
			if err := each(from+i, rec); err != nil {
				return err
			}
		}
	}
	return nil
}

// fetch reads the rows of a few wants, by fit.
func (r *reading) fetch(wants []Want) (map[string][]*trialRow, error) {
	out := make(map[string][]*trialRow, len(wants))
	var ids []any
	note := func(row *trialRow) error {
		kept := *row
		fit := hex.EncodeToString(row.key)
		out[fit], ids = append(out[fit], &kept), append(ids, row.id)
		return nil
	}
	rest, err := r.fromMemory(wants, note)
	if err != nil {
		return nil, err
	}
	if in, keys := keysIn(rest); len(keys) > 0 {
		if err := r.rows(r.with, "WHERE key "+in, keys, note); err != nil {
			return nil, err
		}
	}
	if len(ids) == 0 {
		return out, nil
	}
	in, ids := among(ids)
	return out, r.learnAliases("WHERE trial "+in, ids)
}

// keysIn is the condition for the keys of a few wants, each once. Nothing is kept
// under what is no key.
func keysIn(wants []Want) (in string, keys []any) {
	seen := make(map[string]bool, len(wants))
	for _, w := range wants {
		if seen[w.Fit] {
			continue
		}
		seen[w.Fit] = true
		if b, err := packKey(w.Fit); err == nil {
			keys = append(keys, b)
		}
	}
	if len(keys) == 0 {
		return "", nil
	}
	return among(keys)
}

// among is the condition for some values, at least one. There are few forms of it, so
// that they can be prepared: the last value is repeated.
func among(values []any) (in string, all []any) {
	for _, n := range []int{1, 5, 40, chunk} {
		for len(values) < n && len(values) > n/8 {
			values = append(values, values[len(values)-1])
		}
	}
	return "IN (?" + strings.Repeat(", ?", len(values)-1) + ")", values
}

// chunks calls f with the condition for some wants after the other.
func chunks(wants []Want, f func(in string, keys []any) error) error {
	for from := 0; from < len(wants); from += chunk {
		in, keys := keysIn(wants[from:min(from+chunk, len(wants))])
		if len(keys) == 0 {
			continue
		}
		if err := f(in, keys); err != nil {
			return err
		}
	}
	return nil
}

// scan reads all rows in their own order, and gives each to those who want it.
func (r *reading) scan(wants []Want, each func(int, trial.Record) error) error {
	index := indexOf(wants)
	twins, err := r.twins()
	if err != nil {
		return err
	}
	if err := r.learnAliases("", nil); err != nil {
		return err
	}
	give := func(row *trialRow, i int32) error {
		rec, err := r.record(row, wants[i])
		if err != nil {
			return err
		}
		return each(int(i), rec)
	}
	best := map[int32]*trialRow{} // by want, where there is a choice
	err = r.rows(r.with, "", nil, func(row *trialRow) error {
		for i := index.first(row.key); i >= 0; i = index.next[i] {
			if !twins[[32]byte(row.key)] {
				if err := give(row, i); err != nil {
					return err
				}
				continue
			}
			yes, err := r.better(row, best[i], wants[i].Probes)
			if err != nil {
				return err
			}
			if yes {
				kept := *row
				best[i] = &kept
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i, row := range best {
		if err := give(row, i); err != nil {
			return err
		}
	}
	return nil
}

// twins are the fits that came out in more than one way: hardly ever any.
func (r *reading) twins() (map[[32]byte]bool, error) {
	return r.keySet("SELECT DISTINCT key FROM trials WHERE twin > 0")
}

func (r *reading) keySet(query string) (map[[32]byte]bool, error) {
	rows, err := r.query(query, nil)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[[32]byte]bool{}
	for rows.Next() {
		var k []byte
		if err := rows.Scan(&k); err != nil {
			return nil, err
		}
		out[[32]byte(k)] = true
	}
	return out, rows.Err()
}

// wantIndex finds the wants of a key: the last one, and from each the one before.
type wantIndex struct {
	last map[[32]byte]int32
	next []int32 // -1: no more
}

func indexOf(wants []Want) wantIndex {
	x := wantIndex{make(map[[32]byte]int32, len(wants)), make([]int32, len(wants))}
	for i, w := range wants {
		x.next[i] = -1
		b, err := packKey(w.Fit)
		if err != nil {
			continue
		}
		if before, ok := x.last[[32]byte(b)]; ok {
			x.next[i] = before
		}
		x.last[[32]byte(b)] = int32(i)
	}
	return x
}

func (x wantIndex) first(key []byte) int32 {
	if i, ok := x.last[[32]byte(key)]; ok {
		return i
	}
	return -1
}
