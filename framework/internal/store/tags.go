package store

import "context"

// Tag adds tags to a trial; they stay with its fit, whatever is measured of it.
func (s *Store) Tag(ctx context.Context, fit string, tags ...string) error {
	return s.eachTag(ctx, "INSERT INTO tags (key, tag) VALUES (?, ?) ON CONFLICT DO NOTHING", fit, tags)
}

// Untag takes tags off a trial.
func (s *Store) Untag(ctx context.Context, fit string, tags ...string) error {
	return s.eachTag(ctx, "DELETE FROM tags WHERE key = ? AND tag = ?", fit, tags)
}

func (s *Store) eachTag(ctx context.Context, query, fit string, tags []string) error {
	key, err := packKey(fit)
	if err != nil {
		return err
	}
	return s.write(ctx, func(tx *tx) error {
		for _, t := range tags {
			if _, err := tx.exec(query, key, t); err != nil {
				return err
			}
		}
		return nil
	})
}

// Tags returns all tags, by fit.
func (s *Store) Tags(ctx context.Context) (map[string][]string, error) {
	out := map[string][]string{}
	err := s.read(ctx, func(r *reading) error {
		rows, err := r.q.QueryContext(ctx, "SELECT lower(hex(key)), tag FROM tags ORDER BY key, tag")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var fit, tag string
			if err := rows.Scan(&fit, &tag); err != nil {
				return err
			}
			out[fit] = append(out[fit], tag)
		}
		return rows.Err()
	})
	return out, err
}
