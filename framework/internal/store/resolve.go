package store

import (
	"context"
	"fmt"
	"strings"
)

// Resolve returns the whole key that begins with prefix: of a fit, or of the first
// edition. The error says whether there is none or more than one.
func (s *Store) Resolve(ctx context.Context, prefix string) (key string, err error) {
	if strings.Trim(prefix, "0123456789abcdef") != "" || prefix == "" || len(prefix) > 64 {
		return "", fmt.Errorf("%q is no trial id: an id is the hexadecimal beginning of a key", prefix)
	}
	low, err := packKey(prefix + strings.Repeat("0", 64-len(prefix)))
	if err != nil {
		return "", err
	}
	high, err := packKey(prefix + strings.Repeat("f", 64-len(prefix)))
	if err != nil {
		return "", err
	}
	var keys []string
	err = s.read(ctx, func(r *reading) error {
		rows, err := r.q.QueryContext(ctx, `SELECT lower(hex(key)) FROM trials WHERE key BETWEEN ?1 AND ?2
			UNION SELECT lower(hex(key)) FROM aliases WHERE key BETWEEN ?1 AND ?2
			UNION SELECT lower(hex(key)) FROM attempts WHERE key BETWEEN ?1 AND ?2
			UNION SELECT lower(hex(alias)) FROM attempts WHERE alias BETWEEN ?1 AND ?2 ORDER BY 1`, low, high)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var k string
			if err := rows.Scan(&k); err != nil {
				return err
			}
			keys = append(keys, k)
		}
		return rows.Err()
	})
	switch {
	case err != nil:
		return "", err
	case len(keys) == 0:
		return "", fmt.Errorf("no trial begins with %s in %s", prefix, s.Dir)
	case len(keys) > 1:
		return "", fmt.Errorf("%d trials begin with %s: give more digits", len(keys), prefix)
	}
	return keys[0], nil
}
