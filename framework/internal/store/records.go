package store

import (
	"context"
	"encoding/hex"
	"slices"

	"github.com/assaylab/assay/framework/internal/trial"
)

// Record returns the record of a trial that succeeded: by the key of its fit with
// everything that was measured of it; by an id of the first edition with the probes
// that it had there.
func (s *Store) Record(ctx context.Context, key string) (rec trial.Record, ok bool, err error) {
	err = s.read(ctx, func(r *reading) error {
		w, err := r.wanted(key)
		if err != nil {
			return err
		}
		r.with = Everything
		return r.inOrder([]Want{w}, func(_ int, found trial.Record) error {
			rec, ok = found, true
			rec.Key = key
			return nil
		})
	})
	return rec, ok, err
}

// wanted is what a key asks for.
func (r *reading) wanted(key string) (Want, error) {
	k, err := packKey(key)
	if err != nil {
		return Want{Fit: key}, nil
	}
	rows, err := r.q.QueryContext(r.ctx, "SELECT t.key, a.probes FROM aliases a JOIN trials t ON t.id = a.trial WHERE a.key = ?", k)
	if err != nil {
		return Want{}, err
	}
	defer rows.Close()
	if !rows.Next() {
		return Want{Fit: key}, rows.Err()
	}
	var fit []byte
	var probes int64
	if err := rows.Scan(&fit, &probes); err != nil {
		return Want{}, err
	}
	p, err := r.probes(probes)
	return Want{Fit: hex.EncodeToString(fit), Probes: p}, err
}

func (r *reading) probes(id int64) (*Probes, error) {
	return memo(r.ctx, r.text, r.text.probes, id, parseProbes)
}

// All calls each for every trial that succeeded: once under every id of the first
// edition, with the probes that it stood for; and once with everything, if there is
// more.
func (s *Store) All(ctx context.Context, with With, each func(trial.Record) error) error {
	return s.read(ctx, func(r *reading) error {
		r.with = with
		return r.all("", nil, "", each)
	})
}

// all reads the rows that a condition lets through, and their ids of the first
// edition by another condition.
func (r *reading) all(where string, args []any, aliases string, each func(trial.Record) error) error {
	if err := r.learnAliases(aliases, args); err != nil {
		return err
	}
	return r.rows(r.with, where, args, func(row *trialRow) error {
		ids := r.aliases[row.id]
		shown := map[string]bool{}
		for _, a := range ids {
			p, err := r.probes(a.probes)
			if err != nil {
				return err
			}
			for _, id := range p.ids {
				shown[id] = true
			}
			rec, err := r.record(row, Want{Probes: p})
			if err != nil {
				return err
			}
			rec.Key = hex.EncodeToString(a.key)
			if err := each(rec); err != nil {
				return err
			}
		}
		l, err := r.text.layout(r.ctx, row.layout)
		if err != nil {
			return err
		}
		if len(ids) > 0 && !slices.ContainsFunc(l.ids, func(id string) bool { return !shown[id] }) {
			return nil
		}
		rec, err := r.record(row, Want{}) // there is more than its old ids stand for
		if err != nil {
			return err
		}
		return each(rec)
	})
}

// Records returns the records of all trials that succeeded, by key. Of many trials
// that is a lot: see [Store.Known] and [Store.Read].
func (s *Store) Records(ctx context.Context) (map[string]trial.Record, error) {
	out := map[string]trial.Record{}
	err := s.All(ctx, Everything, func(rec trial.Record) error {
		out[rec.Key] = rec
		return nil
	})
	return out, err
}

// Failures returns the last attempt of every trial that failed and never succeeded,
// by key.
func (s *Store) Failures(ctx context.Context) (map[string]trial.Record, error) {
	out := map[string]trial.Record{}
	err := s.Failed(ctx, func(rec trial.Record) error {
		out[rec.Key] = rec
		return nil
	})
	return out, err
}
