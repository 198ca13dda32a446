package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/assaylab/assay/framework/internal/trial"
)

// Backup is what a store of the first edition is copied to before it is brought to
// this edition's form.
const Backup = "assay.db.first-edition"

// migrate brings the store to the newest schema: it is copied, changed in one
// transaction, and then packed. A kill at any moment leaves the old store, or the
// new one; what is left to do is done at the next start.
func (s *Store) migrate(ctx context.Context) error {
	if err := s.backup(ctx); err != nil {
		return fmt.Errorf("copying the store before its form is changed: %w", err)
	}
	note, err := schema(ctx, s.writer, s.Dir)
	if err != nil {
		return s.explain(err)
	}
	if note != "" {
		s.notes = append(s.notes, note)
	}
	return nil
}

// backup copies the database as it is, log included.
func (s *Store) backup(ctx context.Context) error {
	to := filepath.Join(s.Dir, Backup)
	if err := removeDatabase(to + ".new"); err != nil {
		return err
	}
	if _, err := s.writer.ExecContext(ctx, "VACUUM INTO ?", to+".new"); err != nil {
		return s.explain(err)
	}
	return install(to+".new", to)
}

// repack writes the database anew after a migration: the old form's pages are free
// then, and of another size, which SQLite can change only without a write-ahead log.
// Somebody who looks at the store keeps it from being packed; the next start tries
// again.
func (s *Store) repack(ctx context.Context) error {
	if yes, err := s.pending(ctx, packDatabase); !yes {
		return err
	}
	for _, q := range []string{"PRAGMA journal_mode = DELETE", fmt.Sprintf("PRAGMA page_size = %d", pageSize), "VACUUM", "DELETE FROM pending WHERE task = '" + packDatabase + "'"} {
		if _, err := s.writer.ExecContext(ctx, q); err != nil {
			_, again := s.writer.ExecContext(ctx, "PRAGMA journal_mode = WAL")
			return errors.Join(err, again)
		}
	}
	_, err := s.writer.ExecContext(ctx, "PRAGMA journal_mode = WAL")
	return err
}

// toColumns is the second migration.
func toColumns(ctx context.Context, inner *sql.Tx, dir string) (note string, err error) {
	for _, q := range []string{"ALTER TABLE trials RENAME TO first_trials", "ALTER TABLE attempts RENAME TO first_attempts", "DROP INDEX attempts_by_key", columns} {
		if _, err := inner.ExecContext(ctx, q); err != nil {
			return "", err
		}
	}
	if note, err = takeOver(ctx, inner, "first_trials", "first_attempts", inner, dir); err != nil {
		return "", err
	}
	// Of an empty database, which a new store is for a moment, nothing is left to do.
	todo := fmt.Sprintf("INSERT INTO pending (task) SELECT column1 FROM (VALUES ('%s'), ('%s')) WHERE EXISTS (SELECT 1 FROM first_attempts) OR EXISTS (SELECT 1 FROM first_trials)", renameKept, packDatabase)
	for _, q := range []string{todo, "DROP TABLE first_trials", "DROP TABLE first_attempts"} {
		if _, err := inner.ExecContext(ctx, q); err != nil {
			return "", err
		}
	}
	return note, nil
}

// takeOver reads the tables of the first edition and puts what they hold into those
// of this one. Logs go to a file in dir; they are left out where there is no dir.
func takeOver(ctx context.Context, from querier, trials, attempts string, into *sql.Tx, dir string) (note string, err error) {
	tx := newTx(ctx, into, new(texts))
	unread := 0
	err = firstTrials(ctx, from, trials, "", func(key, text string) error {
		var rec trial.Record
		if json.Unmarshal([]byte(text), &rec) != nil || rec.Spec.Key() != key {
			unread++ // it stays in the copy
			return nil
		}
		rec.Key, rec.Status = key, trial.Succeeded
		_, err := tx.put(rec)
		return err
	})
	if err != nil {
		return "", err
	}
	if err := takeOverAttempts(ctx, from, attempts, tx, dir); err != nil {
		return "", err
	}
	if unread > 0 {
		note = fmt.Sprintf("%d record(s) of the first edition in %s could not be read; they stay in %s", unread, dir, Backup)
	}
	return note, nil
}

// firstTrials reads the records whose keys begin with prefix, in parts, as nothing
// else can be asked for while rows are open.
func firstTrials(ctx context.Context, from querier, table, prefix string, each func(key, text string) error) error {
	const part = 200
	for last := prefix; ; {
		type record struct{ key, text string }
		var list []record
		rows, err := from.QueryContext(ctx, "SELECT key, record FROM "+table+" WHERE key > ? AND key < ? ORDER BY key LIMIT ?", last, prefix+"g", part)
		if err != nil {
			return err
		}
		for rows.Next() {
			var r record
			if err := rows.Scan(&r.key, &r.text); err != nil {
				rows.Close()
				return err
			}
			list = append(list, r)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return err
		}
		for _, r := range list {
			if err := each(r.key, r.text); err != nil {
				return err
			}
			last = r.key
		}
		if len(list) < part {
			return nil
		}
	}
}

// firstAttempt is a row of the first edition's attempts.
type firstAttempt struct {
	id                                int64
	key, status, started, record, log string
}

func takeOverAttempts(ctx context.Context, from querier, table string, tx *tx, dir string) error {
	var logs *logFile
	if dir != "" {
		logs = newLogFile(dir, "first-edition")
		if err := logs.restart(); err != nil {
			return err
		}
		defer logs.close()
	}
	const part = 200
	for last := int64(0); ; {
		var list []firstAttempt
		rows, err := from.QueryContext(ctx, "SELECT id, key, status, started, coalesce(record, ''), coalesce(log, '') FROM "+table+" WHERE id > ? ORDER BY id LIMIT ?", last, part)
		if err != nil {
			return err
		}
		for rows.Next() {
			var a firstAttempt
			if err := rows.Scan(&a.id, &a.key, &a.status, &a.started, &a.record, &a.log); err != nil {
				rows.Close()
				return err
			}
			list = append(list, a)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return err
		}
		for _, a := range list {
			if err := tx.takeOverAttempt(a, logs); err != nil {
				return err
			}
			last = a.id
		}
		if len(list) < part {
			break
		}
	}
	if logs == nil {
		return nil
	}
	return logs.sync()
}

func (tx *tx) takeOverAttempt(a firstAttempt, logs *logFile) error {
	started, _ := time.Parse(time.RFC3339Nano, a.started) // without a time where it cannot be read
	key, err := packKey(a.key)
	if err != nil {
		return nil // nothing could ask for it
	}
	var failed, alias []byte
	if a.record != "" {
		var rec trial.Record
		if json.Unmarshal([]byte(a.record), &rec) == nil {
			if fit, err := packKey(rec.Spec.Fit().Key()); err == nil {
				key, alias = fit, key
			}
			failed = compress([]byte(a.record))
		}
	} else if fit, ok, err := tx.fitOf(key); err != nil {
		return err
	} else if ok {
		key, alias = fit, key
	}
	var at logPlace
	if a.log != "" && logs != nil {
		if at, err = logs.write(tx, logHead(a.id, a.key, a.status), a.log); err != nil {
			return err
		}
	}
	_, err = tx.exec(`INSERT INTO attempts (id, key, alias, state, started, ended, executor, node, heartbeat, record, log, log_at, log_size)
		VALUES (?, ?, ?, ?, ?, 0, 0, 0, 0, ?, ?, ?, ?)`, a.id, key, alias, a.status, nanos(started), failed, at.file, at.at, at.size)
	return err
}

// fitOf is the fit key behind an id of the first edition.
func (tx *tx) fitOf(alias []byte) (fit []byte, ok bool, err error) {
	err = tx.query("SELECT t.key FROM aliases a JOIN trials t ON t.id = a.trial WHERE a.key = ?", alias).Scan(&fit)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	return fit, err == nil, err
}

// Tasks that a migration leaves to do.
const (
	renameKept   = "rename kept folders"
	packDatabase = "pack the database"
)

func (s *Store) pending(ctx context.Context, task string) (yes bool, err error) {
	err = s.writer.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM pending WHERE task = ?)", task).Scan(&yes)
	return yes, err
}

// finishPending does the work on files that a change of the database left to do.
func (s *Store) finishPending(ctx context.Context) error {
	if yes, err := s.pending(ctx, renameKept); !yes {
		return err
	}
	if err := s.renameKept(ctx); err != nil {
		return err
	}
	return s.write(ctx, func(tx *tx) error {
		_, err := tx.exec("DELETE FROM pending WHERE task = ?", renameKept)
		return err
	})
}

// renameKept calls what is kept of a trial by the key of its fit. Of two trials of
// one fit the first is enough: their models are the same.
func (s *Store) renameKept(ctx context.Context) error {
	entries, err := os.ReadDir(filepath.Join(s.Dir, KeptDir))
	if err != nil {
		return nil // nothing is kept
	}
	for _, e := range entries {
		alias, err := packKey(e.Name())
		if err != nil {
			continue
		}
		var fit string
		err = s.writer.QueryRowContext(ctx, "SELECT lower(hex(t.key)) FROM aliases a JOIN trials t ON t.id = a.trial WHERE a.key = ?", alias).Scan(&fit)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return err
		}
		to := filepath.Join(s.Dir, KeptDir, fit)
		if _, err := os.Stat(to); err == nil {
			continue
		}
		if err := os.Rename(filepath.Join(s.Dir, KeptDir, e.Name()), to); err != nil {
			return err
		}
	}
	return nil
}
