package store

import (
	"context"
	"math"
	"strconv"

	"github.com/assaylab/assay/framework/internal/trial"
)

// Known is what a plan needs to know of a trial.
type Known struct {
	Trained bool  // the fit is here
	Missing []int // which of the wanted probes have no score
	Failed  bool  // it was attempted, failed, and never succeeded
	Asked   trial.Asked
	Wall    float64           // seconds that it took
	Origin  *trial.Provenance // what trials of a run share: builds, host, recipe. Not to be changed
	Stamp   Stamp             // changes whenever what is recorded of the trial does
}

// Finished reports whether nothing is left to do.
func (k Known) Finished() bool { return k.Trained && len(k.Missing) == 0 }

// Stamp identifies a state of a trial's record within one store: where it is, what it
// has been measured of, and when it ran, as one that was removed may run again.
type Stamp struct{ row, layout, started int64 }

// Append adds the stamp as text.
func (s Stamp) Append(b []byte) []byte {
	for _, n := range []int64{s.row, s.layout, s.started} {
		b = strconv.AppendInt(append(b, ' '), n, 16)
	}
	return b
}

// Known says of each want what is here of it.
func (s *Store) Known(ctx context.Context, wants []Want) ([]Known, error) {
	out := make([]Known, len(wants))
	err := s.ask(ctx, brief, len(wants), func(r *reading) error {
		r.with = brief
		if err := r.failures(wants, out); err != nil {
			return err
		}
		return r.trained(wants, out)
	})
	return out, err
}

func (r *reading) trained(wants []Want, out []Known) error {
	index := indexOf(wants)
	twin := make(map[int32]int64) // of the rows that were taken, where it is not 0
	note := func(row *trialRow) error {
		for i := index.first(row.key); i >= 0; i = index.next[i] {
			v, err := r.view(row.layout, wants[i].Probes)
			if err != nil {
				return err
			}
			k := &out[i]
			if k.Trained && (len(k.Missing) < len(v.missing) || len(k.Missing) == len(v.missing) && twin[i] < row.twin) {
				continue // the other twin has more of what is wanted
			}
			origin, err := memo(r.ctx, r.text, r.text.origins, row.provenance, parseJSON[*trial.Provenance])
			if err != nil {
				return err
			}
			*k = Known{Trained: true, Missing: v.missing, Asked: v.layout.Asked, Wall: row.wall, Origin: origin, Stamp: Stamp{row.id, row.layout, row.started}}
			if row.twin > 0 || twin[i] > 0 {
				twin[i] = row.twin
			}
		}
		return nil
	}
	if len(wants) > 2*chunk {
		return r.rows(brief, "", nil, note)
	}
	rest, err := r.fromMemory(wants, note)
	if err != nil {
		return err
	}
	return chunks(rest, func(in string, keys []any) error { return r.rows(brief, "WHERE key "+in, keys, note) })
}

// failures marks the wants that have failed. What has succeeded is overwritten.
func (r *reading) failures(wants []Want, out []Known) error {
	if r.recall != nil {
		for i, w := range wants {
			if b, err := packKey(w.Fit); err == nil {
				out[i].Failed = r.recall.failed[[32]byte(b)]
			}
		}
		return nil
	}
	index := indexOf(wants)
	mark := func(where string, keys []any) error {
		rows, err := r.query("SELECT DISTINCT key FROM attempts WHERE state = 'failed'"+where, keys)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var key []byte
			if err := rows.Scan(&key); err != nil {
				return err
			}
			for i := index.first(key); i >= 0; i = index.next[i] {
				out[i].Failed = true
			}
		}
		return rows.Err()
	}
	if len(wants) > 2*chunk {
		return mark("", nil)
	}
	return chunks(wants, func(in string, keys []any) error { return mark(" AND key "+in, keys) })
}

// Timing is how long trials of one configuration took.
type Timing struct {
	Method, Dataset string
	Settings        trial.Settings
	Budget          float64 // to so much of the training budget; 0: all
	Wall            float64 // seconds, in the mean
	Spread          float64 // standard deviation of them, as of the whole
	Trials          int
}

// Timings calls each for every configuration of a method on a dataset that has run.
func (s *Store) Timings(ctx context.Context, each func(Timing) error) error {
	return s.read(ctx, func(r *reading) error {
		rows, err := r.q.QueryContext(ctx, `SELECT m.body, d.body, coalesce(s.body, ''), t.budget, t.wall, t.square, t.n
			FROM (SELECT method, dataset, settings, budget, avg(wall) AS wall, avg(wall*wall) AS square, count(*) AS n FROM trials GROUP BY method, dataset, settings, budget) t
			JOIN texts m ON m.id = t.method JOIN texts d ON d.id = t.dataset LEFT JOIN texts s ON s.id = t.settings`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var t Timing
			var settings string
			var square float64
			if err := rows.Scan(&t.Method, &t.Dataset, &settings, &t.Budget, &t.Wall, &square, &t.Trials); err != nil {
				return err
			}
			t.Spread = math.Sqrt(max(square-t.Wall*t.Wall, 0))
			if t.Settings, err = parseJSON[trial.Settings](settings); err != nil {
				return err
			}
			if err := each(t); err != nil {
				return err
			}
		}
		return rows.Err()
	})
}
