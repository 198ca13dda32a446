package store

import (
	"context"
	"slices"
)

// Codes lists the digests of code under which trials of a method are recorded, ""
// among them for those of which it is not known.
func (s *Store) Codes(ctx context.Context, method, version string) (codes []string, err error) {
	err = s.read(ctx, func(r *reading) error {
		m, v := hashOf(method), hashOf(version)
		rows, err := r.q.QueryContext(ctx, `SELECT DISTINCT code FROM trials WHERE method = (SELECT id FROM texts WHERE hash = ?)
			AND version = (SELECT id FROM texts WHERE hash = ?)`, m[:], v[:])
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id int64
			if err := rows.Scan(&id); err != nil {
				return err
			}
			code, err := s.texts.textOf(ctx, r.q, id)
			if err != nil {
				return err
			}
			codes = append(codes, code)
		}
		return rows.Err()
	})
	slices.Sort(codes)
	return codes, err
}
