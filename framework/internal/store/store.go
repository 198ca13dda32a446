// Package store is where finished trials live: SQLite in one results folder.
package store

import (
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/assaylab/assay/framework/internal/trial"
	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // registers the driver "sqlite"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Store keeps trials in DIR/assay.db: SQLite in WAL mode with synchronous=FULL,
// so that a finished trial is on disk before it is reported, and a kill at any
// moment leaves each trial recorded once, whole, or not at all. One host at a
// time writes (Open); anyone may read (View).
type Store struct {
	Dir  string
	db   *sql.DB
	hold *hold // nil where only looked at
}

const database = "assay.db"

// Open takes the folder for this host, creating it if need be. Attempts that
// were running when an earlier host ended are marked lost.
func Open(ctx context.Context, dir string) (*Store, error) {
	dir, err := filepath.Abs(dir) // plugins run in folders of their own
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	h, err := take(ctx, dir)
	if err != nil {
		return nil, err
	}
	s := &Store{Dir: dir, hold: h}
	if err := s.open(ctx); err != nil {
		s.Close()
		return nil, fmt.Errorf("opening %s: %w", filepath.Join(dir, database), err)
	}
	return s, nil
}

func (s *Store) open(ctx context.Context) error {
	var err error
	if s.db, err = connect(s.Dir, "_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(10000)&_txlock=immediate"); err != nil {
		return err
	}
	s.db.SetMaxOpenConns(1) // one writer
	scripts, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, s.db, scripts)
	if err != nil {
		return err
	}
	if _, err := provider.Up(ctx); err != nil {
		return err
	}
	_, err = s.db.ExecContext(ctx, "UPDATE attempts SET status = ? WHERE status = ?", trial.Lost, trial.Running)
	return err
}

func connect(dir, query string) (*sql.DB, error) {
	path, err := filepath.Abs(filepath.Join(dir, database))
	if err != nil {
		return nil, err
	}
	return sql.Open("sqlite", (&url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: query}).String())
}

// Exists reports whether a folder of results has a store.
func Exists(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, database))
	return err == nil
}

// View opens the folder for reading, whoever holds it. The error is
// fs.ErrNotExist where there is no store.
func View(dir string) (*Store, error) {
	if _, err := os.Stat(filepath.Join(dir, database)); err != nil {
		return nil, err
	}
	db, err := connect(dir, "mode=ro&_pragma=busy_timeout(10000)")
	if err != nil {
		return nil, err
	}
	return &Store{Dir: dir, db: db}, nil
}

// Close gives the folder back.
func (s *Store) Close() error {
	var err error
	if s.db != nil {
		err = s.db.Close()
	}
	if s.hold != nil {
		err = errors.Join(err, s.hold.close())
	}
	return err
}

// Begin notes that an attempt starts and returns its id.
func (s *Store) Begin(ctx context.Context, key string, at time.Time) (int64, error) {
	r, err := s.db.ExecContext(ctx, "INSERT INTO attempts (key, status, started) VALUES (?, ?, ?)", key, trial.Running, at.UTC().Format(time.RFC3339Nano))
	if err != nil {
		return 0, err
	}
	return r.LastInsertId()
}

// End records how an attempt ended, in one transaction with the trial itself
// when it succeeded. A trial that is already there stays as it is: one attempt
// counts.
func (s *Store) End(ctx context.Context, attempt int64, rec trial.Record, log string) error {
	text, err := json.Marshal(rec)
	if err != nil {
		return err
	}
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	var kept any
	if rec.Status == trial.Succeeded {
		if _, err := tx.ExecContext(ctx, "INSERT INTO trials (key, record) VALUES (?, ?) ON CONFLICT DO NOTHING", rec.Key, string(text)); err != nil {
			return err
		}
	} else {
		kept = string(text)
	}
	r, err := tx.ExecContext(ctx, "UPDATE attempts SET status = ?, record = ?, log = ? WHERE id = ? AND status = ?", rec.Status, kept, log, attempt, trial.Running)
	if err != nil {
		return err
	}
	if n, err := r.RowsAffected(); err != nil || n != 1 {
		return fmt.Errorf("attempt %d of trial %s is not running (%d rows, %v)", attempt, trial.Short(rec.Key), n, err)
	}
	return tx.Commit()
}

// Add takes over trials that succeeded elsewhere, all or none, and returns which of
// them are new here. What is here already stays as it is.
func (s *Store) Add(ctx context.Context, records []trial.Record) (added []trial.Record, err error) {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer tx.Rollback()
	for _, rec := range records {
		text, err := json.Marshal(rec)
		if err != nil {
			return nil, err
		}
		r, err := tx.ExecContext(ctx, "INSERT INTO trials (key, record) VALUES (?, ?) ON CONFLICT DO NOTHING", rec.Key, string(text))
		if err != nil {
			return nil, err
		}
		if n, err := r.RowsAffected(); err != nil {
			return nil, err
		} else if n == 1 {
			added = append(added, rec)
		}
	}
	return added, tx.Commit()
}

// KeepLog adds the last words of an attempt that was lost with its host.
func (s *Store) KeepLog(ctx context.Context, attempt int64, log string) error {
	_, err := s.db.ExecContext(ctx, "UPDATE attempts SET log = ? WHERE id = ? AND status = ? AND log IS NULL", log, attempt, trial.Lost)
	return err
}

// Record returns the record of a trial that succeeded.
func (s *Store) Record(ctx context.Context, key string) (trial.Record, bool, error) {
	var text string
	err := s.db.QueryRowContext(ctx, "SELECT record FROM trials WHERE key = ?", key).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return trial.Record{}, false, nil
	}
	if err != nil {
		return trial.Record{}, false, err
	}
	var rec trial.Record
	return rec, true, json.Unmarshal([]byte(text), &rec)
}

// Records returns the records of all trials that succeeded, by key.
func (s *Store) Records(ctx context.Context) (map[string]trial.Record, error) {
	return s.collect(ctx, "SELECT key, record FROM trials")
}

// Failures returns the last attempt of every trial that failed and never
// succeeded, by key.
func (s *Store) Failures(ctx context.Context) (map[string]trial.Record, error) {
	return s.collect(ctx, `SELECT key, record FROM attempts a
		WHERE status = 'failed' AND key NOT IN (SELECT key FROM trials)
		AND id = (SELECT max(id) FROM attempts b WHERE b.key = a.key AND b.status = 'failed')`)
}

func (s *Store) collect(ctx context.Context, query string) (map[string]trial.Record, error) {
	rows, err := s.db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]trial.Record{}
	for rows.Next() {
		var key, text string
		if err := rows.Scan(&key, &text); err != nil {
			return nil, err
		}
		var rec trial.Record
		if err := json.Unmarshal([]byte(text), &rec); err != nil {
			return nil, fmt.Errorf("record of trial %s: %w", trial.Short(key), err)
		}
		out[key] = rec
	}
	return out, rows.Err()
}

// Attempt is one execution, as `assay trial show` and `log` print it.
type Attempt struct {
	Number  int           `json:"number"`
	Status  trial.Status  `json:"status"`
	Started time.Time     `json:"started"`
	Failure *trial.Record `json:"failure,omitempty"`
	Log     string        `json:"-"`
}

// Attempts returns every execution of a trial, oldest first.
func (s *Store) Attempts(ctx context.Context, key string) ([]Attempt, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT status, started, coalesce(record, ''), coalesce(log, '') FROM attempts WHERE key = ? ORDER BY id", key)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Attempt
	for rows.Next() {
		a := Attempt{Number: len(out) + 1}
		var started, text string
		if err := rows.Scan(&a.Status, &started, &text, &a.Log); err != nil {
			return nil, err
		}
		if a.Started, err = time.Parse(time.RFC3339Nano, started); err != nil {
			return nil, err
		}
		if text != "" {
			a.Failure = new(trial.Record)
			if err := json.Unmarshal([]byte(text), a.Failure); err != nil {
				return nil, err
			}
		}
		out = append(out, a)
	}
	return out, rows.Err()
}

// Resolve returns the whole key that begins with prefix. The error says whether
// there is none or more than one.
func (s *Store) Resolve(ctx context.Context, prefix string) (string, error) {
	if strings.Trim(prefix, "0123456789abcdef") != "" || prefix == "" {
		return "", fmt.Errorf("%q is no trial id: an id is the hexadecimal beginning of a key", prefix)
	}
	rows, err := s.db.QueryContext(ctx, "SELECT key FROM trials WHERE key GLOB ?||'*' UNION SELECT key FROM attempts WHERE key GLOB ?||'*'", prefix, prefix)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	var keys []string
	for rows.Next() {
		var k string
		if err := rows.Scan(&k); err != nil {
			return "", err
		}
		keys = append(keys, k)
	}
	switch {
	case rows.Err() != nil:
		return "", rows.Err()
	case len(keys) == 0:
		return "", fmt.Errorf("no trial begins with %s in %s", prefix, s.Dir)
	case len(keys) > 1:
		return "", fmt.Errorf("%d trials begin with %s: give more digits", len(keys), prefix)
	}
	return keys[0], nil
}
