package store

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"time"
)

// A search asks about a few trials at a time, and does so thousands of times where
// everything is there already. Looking up a hundred thousand rows one by one takes
// seconds; reading all of them, a third of one. So a store that is asked often, while
// nothing is written, reads the columns in question into memory.

// recall is what is remembered of all rows, of one moment.
type recall struct {
	of     moment
	rows   map[[32]byte]rememberedRow
	vals   []byte            // of all rows
	apart  map[[32]byte]bool // fits with several rows, which are looked up
	failed map[[32]byte]bool
}

// rememberedRow is a row, as far as a plan needs it.
type rememberedRow struct {
	id, from, started        int64
	layout, provenance, size int32
	wall                     float64
}

// Reading everything pays where so many keys were looked up, and where they are this
// share of what there is.
const (
	recallAfter = 4000
	recallShare = 25
)

// moment tells states of the database apart: by what this host has written, and for
// those who look on, by the files.
type moment struct {
	writes int64
	files  [2]struct {
		size int64
		time time.Time
	}
}

// momentHolds is how long the files are not looked at again: who looks on is behind
// by as much.
const momentHolds = 20 * time.Millisecond

// moment is the state of now. It is called with mu held.
func (s *Store) moment() moment {
	if s.writer != nil {
		return moment{writes: s.writes.Load()}
	}
	if time.Since(s.sawFiles) < momentHolds {
		return s.seen
	}
	s.seen, s.sawFiles = moment{}, time.Now()
	for i, end := range []string{"", "-wal"} {
		if info, err := os.Stat(filepath.Join(s.Dir, database+end)); err == nil {
			s.seen.files[i].size, s.seen.files[i].time = info.Size(), info.ModTime()
		}
	}
	return s.seen
}

// ask runs f on a reading of some keys: on what is remembered of all rows, if f needs
// no more than that, else on the database.
func (s *Store) ask(ctx context.Context, with With, keys int, f func(*reading) error) error {
	if with&^(brief|Metrics) != 0 {
		return s.read(ctx, f)
	}
	now, c, pays := s.recalled(keys)
	if c != nil {
		r := newReading(ctx, s.reader, &s.texts, s.remembered())
		r.prepare = func(query string) (*sql.Stmt, error) { return s.prepared(ctx, query) }
		r.recall = c
		return s.explain(f(r))
	}
	return s.read(ctx, func(r *reading) (err error) {
		if pays {
			if r.recall, err = s.remember(r, now); err != nil {
				return err
			}
		}
		return f(r)
	})
}

// recalled is what is remembered of this moment; pays says that so much was looked up
// in it that it may be worth while.
func (s *Store) recalled(keys int) (now moment, c *recall, pays bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if keys > 2*chunk { // everything is read anyhow, and the room may be needed
		s.recall, s.lookedUp = nil, 0
		return now, nil, false
	}
	now = s.moment()
	if s.recall != nil && s.recall.of == now {
		return now, s.recall, false
	}
	s.recall = nil
	if s.lookedUpAt != now {
		s.lookedUp, s.lookedUpAt = 0, now
	}
	s.lookedUp += keys
	return now, nil, s.lookedUp >= recallAfter
}

// remember reads all rows into memory, if that pays: nil if not.
func (s *Store) remember(r *reading, now moment) (*recall, error) {
	var most int64
	if err := r.queryRow("SELECT coalesce(max(id), 0) FROM trials").Scan(&most); err != nil {
		return nil, err
	}
	s.mu.Lock()
	pays := int64(s.lookedUp) >= most/recallShare
	s.mu.Unlock()
	if !pays {
		return nil, nil
	}
	c, err := r.recallAll(int(most))
	if err != nil {
		return nil, err
	}
	c.of = now
	s.mu.Lock()
	s.recall = c
	s.mu.Unlock()
	return c, nil
}

func (r *reading) recallAll(rows int) (c *recall, err error) {
	c = &recall{rows: make(map[[32]byte]rememberedRow, rows)}
	if c.apart, err = r.twins(); err != nil {
		return nil, err
	}
	if c.failed, err = r.keySet("SELECT DISTINCT key FROM attempts WHERE state = 'failed'"); err != nil {
		return nil, err
	}
	return c, r.rows(brief|Metrics, "", nil, func(row *trialRow) error {
		c.rows[[32]byte(row.key)] = rememberedRow{id: row.id, started: row.started, from: int64(len(c.vals)), layout: int32(row.layout), provenance: int32(row.provenance), size: int32(len(row.vals)), wall: row.wall}
		if need := len(c.vals) + len(row.vals); need > cap(c.vals) {
			grown := make([]byte, len(c.vals), max(need, rows*len(row.vals), cap(c.vals)*5/4))
			copy(grown, c.vals)
			c.vals = grown
		}
		c.vals = append(c.vals, row.vals...)
		return nil
	})
}

// fromMemory gives rows that are remembered to note, each once, and returns the wants
// that have to be looked up.
func (r *reading) fromMemory(wants []Want, note func(*trialRow) error) (rest []Want, err error) {
	if r.recall == nil || r.with&^(brief|Metrics) != 0 {
		return wants, nil
	}
	noted := make(map[[32]byte]bool, len(wants))
	for _, w := range wants {
		b, err := packKey(w.Fit)
		if err != nil {
			continue
		}
		key := [32]byte(b)
		if r.recall.apart[key] {
			rest = append(rest, w)
			continue
		}
		m, ok := r.recall.rows[key]
		if !ok || noted[key] {
			continue
		}
		noted[key] = true
		row := trialRow{id: m.id, started: m.started, key: b, layout: int64(m.layout), provenance: int64(m.provenance), wall: m.wall, vals: r.recall.vals[m.from : m.from+int64(m.size)]}
		if err := note(&row); err != nil {
			return nil, err
		}
	}
	return rest, nil
}
