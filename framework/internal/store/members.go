package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"slices"
)

// Member is a point of a sweep: the sweep's names for a fit.
type Member struct {
	Fit string
	Label
}

// Label is how a sweep names a fit; seeds share it.
type Label struct {
	Method  string `json:"method"`
	Variant string `json:"variant,omitempty"`
	Dataset string `json:"dataset"`
	Fold    string `json:"fold,omitempty"`
	Stage   string `json:"stage,omitempty"`
}

// SetMembers notes what the points of a sweep mean, in place of what was noted
// before. Where that is the same nothing is written.
func (s *Store) SetMembers(ctx context.Context, sweep string, members []Member) (changed bool, err error) {
	s.mu.Lock()
	s.recall = nil // the plan is made, and what comes now needs room
	s.mu.Unlock()
	sum := digestOf(members)
	var old []byte
	err = s.reader.QueryRowContext(ctx, "SELECT digest FROM sweeps WHERE name = ?", sweep).Scan(&old)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return false, s.explain(err)
	}
	if bytes.Equal(old, sum) {
		return false, nil
	}
	return true, s.write(ctx, func(tx *tx) error {
		if _, err := tx.exec("INSERT INTO sweeps (name, digest) VALUES (?, ?) ON CONFLICT DO UPDATE SET digest = excluded.digest", sweep, sum); err != nil {
			return err
		}
		var id int64
		if err := tx.query("SELECT id FROM sweeps WHERE name = ?", sweep).Scan(&id); err != nil {
			return err
		}
		if _, err := tx.exec("DELETE FROM members WHERE sweep = ?", id); err != nil {
			return err
		}
		return tx.addMembers(id, members)
	})
}

func digestOf(members []Member) []byte {
	digest := sha256.New()
	var line []byte
	for _, m := range members {
		line = line[:0]
		for _, part := range []string{m.Fit, m.Method, m.Variant, m.Dataset, m.Fold, m.Stage} {
			line = binary.AppendUvarint(line, uint64(len(part)))
			line = append(line, part...)
		}
		digest.Write(line) // never fails
	}
	return digest.Sum(nil)
}

func (tx *tx) addMembers(sweep int64, members []Member) error {
	type row struct {
		key   []byte
		label int64
	}
	rows := make([]row, len(members))
	labels := map[Label]int64{}
	for i, m := range members {
		key, err := packKey(m.Fit)
		if err != nil {
			return err
		}
		id, ok := labels[m.Label]
		if !ok {
			text, err := json.Marshal(m.Label)
			if err != nil {
				return err
			}
			if id, err = tx.text(string(text)); err != nil {
				return err
			}
			labels[m.Label] = id
		}
		rows[i] = row{key, id}
	}
	// In the order of the table, page after page.
	slices.SortFunc(rows, func(a, b row) int { return bytes.Compare(a.key, b.key) })
	for _, r := range rows {
		if _, err := tx.exec("INSERT INTO members (sweep, key, label) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", sweep, r.key, r.label); err != nil {
			return err
		}
	}
	return nil
}

// Members calls each for every point of a sweep, in the order of keys.
func (s *Store) Members(ctx context.Context, sweep string, each func(Member) error) error {
	return s.read(ctx, func(r *reading) error {
		rows, err := r.q.QueryContext(ctx, "SELECT lower(hex(m.key)), m.label FROM members m JOIN sweeps s ON s.id = m.sweep WHERE s.name = ? ORDER BY m.key", sweep)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var m Member
			var id int64
			if err := rows.Scan(&m.Fit, &id); err != nil {
				return err
			}
			if m.Label, err = memo(ctx, r.text, r.text.labels, id, parseJSON[Label]); err != nil {
				return err
			}
			if err := each(m); err != nil {
				return err
			}
		}
		return rows.Err()
	})
}

// Sweep is what the store has of a sweep.
type Sweep struct {
	Name     string `json:"name"`
	Trials   int    `json:"trials"`   // that it means
	Finished int    `json:"finished"` // of these, trained
}

// Sweeps lists the sweeps that have run in this folder, by name.
func (s *Store) Sweeps(ctx context.Context) (out []Sweep, err error) {
	err = s.read(ctx, func(r *reading) error {
		rows, err := r.q.QueryContext(ctx, `SELECT s.name, count(DISTINCT m.key), count(DISTINCT t.key) FROM sweeps s
			LEFT JOIN members m ON m.sweep = s.id LEFT JOIN trials t ON t.key = m.key GROUP BY s.id ORDER BY s.name`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var w Sweep
			if err := rows.Scan(&w.Name, &w.Trials, &w.Finished); err != nil {
				return err
			}
			out = append(out, w)
		}
		return rows.Err()
	})
	return out, err
}

// Forget removes a sweep's points; its trials stay.
func (s *Store) Forget(ctx context.Context, sweep string) error {
	return s.write(ctx, func(tx *tx) error {
		if _, err := tx.exec("DELETE FROM members WHERE sweep = (SELECT id FROM sweeps WHERE name = ?)", sweep); err != nil {
			return err
		}
		_, err := tx.exec("DELETE FROM sweeps WHERE name = ?", sweep)
		return err
	})
}

// Loose lists the fits that no sweep means (any more), oldest first.
func (s *Store) Loose(ctx context.Context) (fits []string, err error) {
	err = s.read(ctx, func(r *reading) error {
		rows, err := r.q.QueryContext(ctx, "SELECT DISTINCT lower(hex(key)) FROM trials WHERE key NOT IN (SELECT key FROM members) ORDER BY id")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var fit string
			if err := rows.Scan(&fit); err != nil {
				return err
			}
			fits = append(fits, fit)
		}
		return rows.Err()
	})
	return fits, err
}
