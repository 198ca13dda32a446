package store

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/assaylab/assay/framework/internal/trial"
)

// Start is an attempt that begins. Executor and Node say where it runs, if not in a
// process of this host: such an attempt outlives the host, and is not lost with it.
type Start struct {
	Key      string // of the fit
	At       time.Time
	Executor string // "" for this host itself
	Node     string
}

// Begin notes that an attempt starts here and returns its id.
func (s *Store) Begin(ctx context.Context, key string, at time.Time) (int64, error) {
	ids, err := s.BeginAll(ctx, []Start{{Key: key, At: at}})
	if err != nil {
		return 0, err
	}
	return ids[0], nil
}

// BeginAll notes that attempts start, all or none, and returns their ids.
func (s *Store) BeginAll(ctx context.Context, starts []Start) (ids []int64, err error) {
	err = s.write(ctx, func(tx *tx) error {
		for _, a := range starts {
			key, err := packKey(a.Key)
			if err != nil {
				return err
			}
			executor, err := tx.text(a.Executor)
			if err != nil {
				return err
			}
			node, err := tx.text(a.Node)
			if err != nil {
				return err
			}
			id, err := tx.insert(`INSERT INTO attempts (key, state, started, ended, executor, node, heartbeat, log, log_at, log_size)
				VALUES (?, ?, ?, 0, ?, ?, 0, 0, 0, 0)`, key, string(trial.Running), nanos(a.At), executor, node)
			if err != nil {
				return err
			}
			ids = append(ids, id)
		}
		return nil
	})
	return ids, err
}

// Ended is how an attempt came out.
type Ended struct {
	Attempt int64
	Record  trial.Record
	Log     string
}

// End records how an attempt ended, in one transaction with the trial itself when
// it succeeded. What is there of the trial already stays as it is.
func (s *Store) End(ctx context.Context, attempt int64, rec trial.Record, log string) error {
	return s.EndAll(ctx, []Ended{{attempt, rec, log}})
}

// EndAll records how attempts ended, all or none.
func (s *Store) EndAll(ctx context.Context, ended []Ended) error {
	return s.write(ctx, func(tx *tx) error {
		for _, e := range ended {
			if err := s.end(tx, e); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Store) end(tx *tx, e Ended) error {
	rec := e.Record
	key, err := packKey(rec.Spec.Fit().Key())
	if err != nil {
		return err
	}
	var failed, alias []byte
	if b, err := packKey(rec.Key); err == nil && !bytes.Equal(b, key) {
		alias = b
	}
	if rec.Status == trial.Succeeded {
		if _, err := tx.put(rec); err != nil {
			return err
		}
	} else {
		text, err := json.Marshal(rec)
		if err != nil {
			return err
		}
		failed = compress(text)
	}
	var at logPlace
	if e.Log != "" {
		if s.logs == nil {
			s.logs = sessionLog(s.Dir)
		}
		if at, err = s.logs.write(tx, logHead(e.Attempt, rec.Key, string(rec.Status)), e.Log); err != nil {
			return err
		}
	}
	n, err := tx.change("UPDATE attempts SET key = ?, alias = ?, state = ?, ended = ?, record = ?, log = ?, log_at = ?, log_size = ? WHERE id = ? AND state = ?",
		key, alias, string(rec.Status), time.Now().UnixNano(), failed, at.file, at.at, at.size, e.Attempt, string(trial.Running))
	if err != nil {
		return err
	}
	if n != 1 {
		return fmt.Errorf("attempt %d of trial %s is not running", e.Attempt, trial.Short(rec.Key))
	}
	return nil
}

// KeepLog adds the last words of an attempt that was lost with its host.
func (s *Store) KeepLog(ctx context.Context, attempt int64, log string) error {
	if log == "" {
		return nil
	}
	return s.write(ctx, func(tx *tx) error {
		var key []byte
		var n int
		if err := tx.query("SELECT count(*), coalesce(max(key), x'') FROM attempts WHERE id = ? AND state = ? AND log = 0", attempt, string(trial.Lost)).Scan(&n, &key); err != nil || n == 0 {
			return err
		}
		if s.logs == nil {
			s.logs = sessionLog(s.Dir)
		}
		at, err := s.logs.write(tx, logHead(attempt, fmt.Sprintf("%x", key), string(trial.Lost)), log)
		if err != nil {
			return err
		}
		_, err = tx.exec("UPDATE attempts SET log = ?, log_at = ?, log_size = ? WHERE id = ?", at.file, at.at, at.size, attempt)
		return err
	})
}

// Beat notes that attempts elsewhere were seen alive.
func (s *Store) Beat(ctx context.Context, attempts []int64, at time.Time) error {
	return s.write(ctx, func(tx *tx) error {
		for _, id := range attempts {
			if _, err := tx.exec("UPDATE attempts SET heartbeat = ? WHERE id = ? AND state = ?", at.UnixNano(), id, string(trial.Running)); err != nil {
				return err
			}
		}
		return nil
	})
}

// Lose gives attempts up: nobody has heard of them any more. What they may still
// bring counts no more.
func (s *Store) Lose(ctx context.Context, attempts []int64) error {
	return s.write(ctx, func(tx *tx) error {
		for _, id := range attempts {
			if _, err := tx.exec("UPDATE attempts SET state = ?, ended = ? WHERE id = ? AND state = ?", string(trial.Lost), time.Now().UnixNano(), id, string(trial.Running)); err != nil {
				return err
			}
		}
		return nil
	})
}

// Attempt is one execution, as `assay trial show` and `log` print it.
type Attempt struct {
	ID        int64         `json:"-"`
	Key       string        `json:"-"` // of the fit
	Number    int           `json:"number"`
	Status    trial.Status  `json:"status"`
	Started   time.Time     `json:"started"`
	Ended     time.Time     `json:"ended,omitzero"`
	Executor  string        `json:"executor,omitempty"`
	Node      string        `json:"-"`
	Heartbeat time.Time     `json:"heartbeat,omitzero"`
	Failure   *trial.Record `json:"failure,omitempty"`
	Log       string        `json:"-"`

	alias []byte   // the id that it went by
	at    logStand // of its log
}

// logStand is where a log stands, with the name of its file.
type logStand struct {
	name     string
	at, size int64
}

// Attempts returns every execution of a trial, oldest first. The key is that of its
// fit, or one of the first edition.
func (s *Store) Attempts(ctx context.Context, key string) (out []Attempt, err error) {
	k, err := packKey(key)
	if err != nil {
		return nil, err
	}
	err = s.read(ctx, func(r *reading) error {
		// Attempts of the first edition whose host was killed are known by that key alone.
		return s.attempts(r, &out, `WHERE key = ?1 OR alias = ?1 OR key IN (SELECT t.key FROM aliases a JOIN trials t ON t.id = a.trial WHERE a.key = ?1)
			OR key IN (SELECT a.key FROM trials t JOIN aliases a ON a.trial = t.id WHERE t.key = ?1)`, k)
	})
	for i := range out {
		out[i].Number = i + 1
	}
	return out, err
}

// Running returns the attempts that are noted as running, wherever that is.
func (s *Store) Running(ctx context.Context) (out []Attempt, err error) {
	err = s.read(ctx, func(r *reading) error { return s.attempts(r, &out, "WHERE state = ?", string(trial.Running)) })
	return out, err
}

func (s *Store) attempts(r *reading, out *[]Attempt, where string, args ...any) error {
	rows, err := r.q.QueryContext(r.ctx, "SELECT id, lower(hex(key)), alias, state, started, ended, executor, node, heartbeat, record, log, log_at, log_size FROM attempts "+where+" ORDER BY id", args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var a Attempt
		var started, ended, beat, executor, node int64
		var failed []byte
		var at logPlace
		if err := rows.Scan(&a.ID, &a.Key, &a.alias, &a.Status, &started, &ended, &executor, &node, &beat, &failed, &at.file, &at.at, &at.size); err != nil {
			return err
		}
		a.Started, a.Ended, a.Heartbeat = fromNanos(started), fromNanos(ended), fromNanos(beat)
		if a.Executor, err = s.texts.textOf(r.ctx, r.q, executor); err != nil {
			return err
		}
		if a.Node, err = s.texts.textOf(r.ctx, r.q, node); err != nil {
			return err
		}
		if failed != nil {
			if a.Failure, err = unpackRecord(failed); err != nil {
				return fmt.Errorf("attempt %d: %w", a.ID, err)
			}
		}
		if a.at.name, err = s.texts.textOf(r.ctx, r.q, at.file); err != nil {
			return err
		}
		a.at.at, a.at.size = at.at, at.size
		if s.Dir != "" { // else it is a database on its own
			if a.Log, err = s.log(r, a.ID, at); err != nil {
				return err
			}
		}
		*out = append(*out, a)
	}
	return rows.Err()
}

func unpackRecord(b []byte) (*trial.Record, error) {
	text, err := decompress(b)
	if err != nil {
		return nil, err
	}
	rec := new(trial.Record)
	return rec, json.Unmarshal(text, rec)
}

// log is the log of an attempt: in a file or, of a store of the first edition that
// is only looked at, in that.
func (s *Store) log(r *reading, attempt int64, at logPlace) (text string, err error) {
	if s.first == nil {
		return s.readLog(r.ctx, r.q, at)
	}
	err = s.first.QueryRowContext(r.ctx, "SELECT coalesce(max(log), '') FROM attempts WHERE id = ?", attempt).Scan(&text)
	return text, err
}

// Failed calls each for the last failure of every trial that failed and never
// succeeded.
func (s *Store) Failed(ctx context.Context, each func(trial.Record) error) error {
	return s.read(ctx, func(r *reading) error {
		rows, err := r.q.QueryContext(ctx, `SELECT lower(hex(key)), record FROM attempts WHERE id IN (SELECT max(id) FROM attempts WHERE state = 'failed' GROUP BY key)
			AND key NOT IN (SELECT key FROM trials) AND record IS NOT NULL ORDER BY id`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var fit string
			var packed []byte
			if err := rows.Scan(&fit, &packed); err != nil {
				return err
			}
			rec, err := unpackRecord(packed)
			if err != nil {
				return fmt.Errorf("record of trial %s: %w", trial.Short(fit), err)
			}
			rec.Fit = fit
			if err := each(*rec); err != nil {
				return err
			}
		}
		return rows.Err()
	})
}
