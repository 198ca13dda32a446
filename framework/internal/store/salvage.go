package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/assaylab/assay/framework/internal/trial"
)

// salvaged takes what is read of a store. Its errors end the reading.
type salvaged struct {
	record  func(trial.Record) error
	attempt func(Attempt) error
	tag     func(fit, tag string) error
}

// salvage reads what can still be read of a store, of this edition or the first: row
// by row, so that a page that is broken costs its own rows only. It returns how many
// rows are known to be lost.
func salvage(ctx context.Context, path string, into salvaged) (lost int, err error) {
	db, err := connectFile(path, readOnly)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	s := &Store{reader: db, salvaging: true}
	var n int
	switch err := db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema WHERE name = 'texts'").Scan(&n); {
	case err != nil:
		return 0, explain("", err)
	case n > 0:
		return s.salvageColumns(ctx, into)
	}
	return s.salvageFirst(ctx, into)
}

func (s *Store) salvageColumns(ctx context.Context, into salvaged) (lost int, err error) {
	rows, complete := s.rowIDs(ctx, "trials", "SELECT id FROM trials INDEXED BY sqlite_autoindex_trials_1 WHERE key >= x''")
	if !complete {
		lost++
	}
	for _, id := range rows {
		list, ok := s.salvageRow(ctx, id)
		if !ok {
			lost++
		}
		for _, rec := range list {
			if err := into.record(rec); err != nil {
				return lost, err
			}
		}
	}
	rows, _ = s.rowIDs(ctx, "attempts", "")
	for _, id := range rows {
		var list []Attempt
		err := s.read(ctx, func(r *reading) error { return s.attempts(r, &list, "WHERE id = ?", id) })
		if err != nil || len(list) != 1 {
			continue // only history
		}
		if err := into.attempt(list[0]); err != nil {
			return lost, err
		}
	}
	if tags, err := s.Tags(ctx); err == nil {
		for fit, list := range tags {
			for _, t := range list {
				if err := into.tag(fit, t); err != nil {
					return lost, err
				}
			}
		}
	}
	return lost, ctx.Err()
}

// rowIDs lists the rows of a table. Where that ends at a broken page, what an index
// says, and what lies between the ids that are known, is tried, too; complete says
// whether all of them are known.
func (s *Store) rowIDs(ctx context.Context, table, byIndex string) (ids []int64, complete bool) {
	seen := map[int64]bool{}
	var most int64
	note := func(query string) bool {
		rows, err := s.reader.QueryContext(ctx, query)
		if err != nil {
			return false
		}
		defer rows.Close()
		for rows.Next() {
			var id int64
			if rows.Scan(&id) != nil {
				return false
			}
			if !seen[id] {
				seen[id] = true
				ids = append(ids, id)
				most = max(most, id)
			}
		}
		return rows.Err() == nil
	}
	if note("SELECT id FROM " + table + " NOT INDEXED ORDER BY id") {
		return ids, true
	}
	note("SELECT id FROM " + table + " NOT INDEXED ORDER BY id DESC")
	if byIndex != "" && note(byIndex) {
		return ids, true
	}
	for id := int64(1); id < most; id++ {
		if !seen[id] {
			ids = append(ids, id)
		}
	}
	return ids, false
}

// salvageRow reads the records of a row, without those parts that are broken.
func (s *Store) salvageRow(ctx context.Context, id int64) (out []trial.Record, ok bool) {
	for _, with := range []With{Everything, Everything &^ Curves, Everything &^ Cases, Everything &^ (Curves | Cases)} {
		for _, aliased := range []bool{true, false} {
			out = nil
			err := s.read(ctx, func(r *reading) error {
				r.with, r.aliased = with, r.aliased && aliased
				return r.all("WHERE id = ?", []any{id}, "WHERE trial = ?", func(rec trial.Record) error {
					out = append(out, rec)
					return nil
				})
			})
			if err == nil {
				return out, len(out) > 0
			}
		}
	}
	return nil, false
}

// salvageFirst reads a store of the first edition by the beginnings of its keys: a
// broken page takes those with it that have a row there.
func (s *Store) salvageFirst(ctx context.Context, into salvaged) (lost int, err error) {
	err = s.reader.QueryRowContext(ctx, "SELECT 1 FROM trials LIMIT 1").Scan(new(int))
	if err != nil && !errors.Is(err, sql.ErrNoRows) && explain("", err) == err {
		return 0, err // there is no such table
	}
	for i := range 1 << 12 {
		var failed error
		err := firstTrials(ctx, s.reader, "trials", fmt.Sprintf("%03x", i), func(key, text string) error {
			var rec trial.Record
			if json.Unmarshal([]byte(text), &rec) != nil {
				lost++
				return nil
			}
			rec.Key, rec.Status = key, trial.Succeeded
			failed = into.record(rec)
			return failed
		})
		if failed != nil {
			return lost, failed
		}
		if err != nil {
			lost++
		}
	}
	return lost, ctx.Err()
}
