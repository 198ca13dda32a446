package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/assaylab/assay/framework/internal/trial"
)

// Remove removes trials with all that is known and kept of them: their attempts,
// logs, models. The keys are of fits or of the first edition. A kill leaves at most
// files on disk, which the next collection of garbage finds.
func (s *Store) Remove(ctx context.Context, keys []string) (removed int, err error) {
	var gone []string // fits, and other names of theirs
	err = s.write(ctx, func(tx *tx) error {
		for _, key := range keys {
			names, err := tx.remove(key)
			if err != nil {
				return err
			}
			if len(names) > 0 {
				removed++
				gone = append(gone, names...)
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	for _, name := range gone {
		if err := discard(filepath.Join(s.Dir, KeptDir), name); err != nil {
			return removed, err
		}
		checkpoints, err := filepath.Glob(filepath.Join(s.Dir, CheckpointsDir, trial.Short(name)+"-*"))
		if err != nil {
			return removed, err
		}
		for _, c := range checkpoints {
			if err := discard(filepath.Dir(c), filepath.Base(c)); err != nil {
				return removed, err
			}
		}
	}
	return removed, nil
}

// remove deletes what the tables hold of a trial, and returns the names it had.
func (tx *tx) remove(key string) (names []string, err error) {
	k, err := packKey(key)
	if err != nil {
		return nil, err
	}
	fit, ok, err := tx.fitOf(k)
	if err != nil {
		return nil, err
	}
	if !ok {
		fit = k
	}
	rows, err := tx.QueryContext(tx.ctx, "SELECT a.key FROM aliases a JOIN trials t ON t.id = a.trial WHERE t.key = ?", fit)
	if err != nil {
		return nil, err
	}
	all := [][]byte{fit}
	for rows.Next() {
		var alias []byte
		if err := rows.Scan(&alias); err != nil {
			rows.Close()
			return nil, err
		}
		all = append(all, alias)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	var changed int64
	for _, q := range []string{
		"DELETE FROM cases WHERE trial IN (SELECT id FROM trials WHERE key = ?)",
		"DELETE FROM curves WHERE trial IN (SELECT id FROM trials WHERE key = ?)",
		"DELETE FROM aliases WHERE trial IN (SELECT id FROM trials WHERE key = ?)",
		"DELETE FROM trials WHERE key = ?",
		"DELETE FROM tags WHERE key = ?",
	} {
		n, err := tx.change(q, fit)
		if err != nil {
			return nil, err
		}
		changed += n
	}
	for _, name := range append(all, k) { // attempts that failed have no alias but their own
		n, err := tx.change("DELETE FROM attempts WHERE state <> 'running' AND (key = ?1 OR alias = ?1)", name)
		if err != nil {
			return nil, err
		}
		changed += n
	}
	if changed == 0 {
		return nil, nil
	}
	for _, name := range all {
		names = append(names, hex.EncodeToString(name))
	}
	return names, nil
}

// discard removes a folder: under another name first, so that nobody takes what is
// left after a kill for the whole.
func discard(dir, name string) error {
	aside := filepath.Join(dir, discarded+name)
	if err := os.RemoveAll(aside); err != nil {
		return err
	}
	if err := os.Rename(filepath.Join(dir, name), aside); err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		return err
	}
	return os.RemoveAll(aside)
}

// discarded begins the names of folders that are being removed.
const discarded = ".removed-"

// Adopt says of fits of the first edition, of which only the method's version is
// known, that they are of this code. They get the keys that such fits have; the old
// ones keep resolving. It returns how many were adopted.
func (s *Store) Adopt(ctx context.Context, fits []string, code string) (adopted int, err error) {
	err = s.write(ctx, func(tx *tx) error {
		for _, fit := range fits {
			n, err := tx.adopt(fit, code)
			if err != nil {
				return err
			}
			adopted += n
		}
		if adopted > 0 {
			_, err := tx.exec("INSERT INTO pending (task) VALUES (?) ON CONFLICT DO NOTHING", renameKept)
			return err
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return adopted, s.finishPending(ctx)
}

func (tx *tx) adopt(fit, code string) (adopted int, err error) {
	key, err := packKey(fit)
	if err != nil {
		return 0, err
	}
	siblings, err := tx.siblings(key)
	if err != nil {
		return 0, err
	}
	id, err := tx.text(code)
	if err != nil {
		return 0, err
	}
	for _, s := range siblings {
		if s.rec.Spec.Code != "" {
			return 0, fmt.Errorf("trial %s is of known code: there is nothing to adopt", trial.Short(fit))
		}
		spec := s.rec.Spec
		spec.Code = code
		is, err := packKey(spec.Fit().Key())
		if err != nil {
			return 0, err
		}
		var there int64
		err = tx.query("SELECT id FROM trials WHERE key = ?", is).Scan(&there)
		if err == nil {
			continue // it has run with this very code: that one counts
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return 0, err
		}
		if _, err := tx.exec("UPDATE trials SET key = ?, code = ?, twin = 0 WHERE id = ?", is, id, s.row.id); err != nil {
			return 0, err
		}
		for _, q := range []string{"UPDATE attempts SET alias = coalesce(alias, key), key = ?1 WHERE key = ?2", "UPDATE OR IGNORE tags SET key = ?1 WHERE key = ?2"} {
			if _, err := tx.exec(q, is, key); err != nil {
				return 0, err
			}
		}
		s.rec.Key = fit
		if err := tx.alias(s.rec, s.row.id); err != nil {
			return 0, err
		}
		adopted++
	}
	return adopted, nil
}
