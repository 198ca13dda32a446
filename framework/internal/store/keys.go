package store

import (
	"context"
	"fmt"
	"strings"
)

// Named is a trial by its key, with a word on what it is.
type Named struct {
	Key  string
	What string // method and seed; that it failed
}

// Keys lists trials whose keys begin with a prefix, which may be empty, in order of the
// keys: at most so many.
func (s *Store) Keys(ctx context.Context, prefix string, limit int) (out []Named, err error) {
	if strings.Trim(prefix, "0123456789abcdef") != "" || len(prefix) > 64 {
		return nil, nil
	}
	low, err := packKey(prefix + strings.Repeat("0", 64-len(prefix)))
	if err != nil {
		return nil, err
	}
	high, err := packKey(prefix + strings.Repeat("f", 64-len(prefix)))
	if err != nil {
		return nil, err
	}
	err = s.read(ctx, func(r *reading) error {
		rows, err := r.q.QueryContext(ctx, `SELECT lower(hex(t.key)) AS id, coalesce(m.body, ''), t.seed FROM trials t LEFT JOIN texts m ON m.id = t.method WHERE t.key BETWEEN ?1 AND ?2
			UNION SELECT lower(hex(key)) AS id, state, 0 FROM attempts WHERE key BETWEEN ?1 AND ?2 AND key NOT IN (SELECT key FROM trials) ORDER BY id LIMIT ?3`, low, high, limit)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var n Named
			var seed int64
			if err := rows.Scan(&n.Key, &n.What, &seed); err != nil {
				return err
			}
			if seed != 0 {
				n.What += fmt.Sprintf(", seed %d", uint64(seed))
			}
			out = append(out, n)
		}
		return rows.Err()
	})
	return out, err
}
