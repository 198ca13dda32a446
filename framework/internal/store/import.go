package store

import (
	"context"
	"iter"

	"github.com/assaylab/assay/framework/internal/trial"
)

// Imported says what became of records that were taken over.
type Imported struct {
	New    int         // fits, or measures of fits that were here
	Here   int         // here already
	Differ []string    // keys of those that are here with other results, which stay
	Bad    []BadRecord // left out
}

// BadRecord is one that was left out, and why.
type BadRecord struct {
	Key string
	Err error
}

// Import takes over trials that succeeded elsewhere, in one transaction: all, but for
// those that no host would have written, which are named. What is here already stays
// as it is. An error of the sequence ends it with nothing taken.
func (s *Store) Import(ctx context.Context, records iter.Seq2[trial.Record, error]) (out Imported, err error) {
	err = s.write(ctx, func(tx *tx) error { return tx.take(records, &out) })
	if err != nil {
		return Imported{}, err
	}
	return out, nil
}

func (tx *tx) take(records iter.Seq2[trial.Record, error], out *Imported) error {
	for rec, err := range records {
		if err == nil {
			err = tx.ctx.Err()
		}
		if err != nil {
			return err
		}
		if rec.Status != trial.Succeeded {
			continue
		}
		if err := rec.Check(); err != nil {
			out.Bad = append(out.Bad, BadRecord{rec.Key, err})
			continue
		}
		p, err := tx.put(rec)
		switch {
		case err != nil:
			return err
		case p.isNew:
			out.New++
		default:
			out.Here++
		}
		if p.differ {
			out.Differ = append(out.Differ, rec.Key)
		}
	}
	return nil
}

// Add takes over trials that succeeded elsewhere, all or none, and returns which of
// them are new here. What is here already stays as it is.
func (s *Store) Add(ctx context.Context, records []trial.Record) (added []trial.Record, err error) {
	err = s.write(ctx, func(tx *tx) error {
		for _, rec := range records {
			p, err := tx.put(rec)
			if err != nil {
				return err
			}
			if p.isNew {
				added = append(added, rec)
			}
		}
		return nil
	})
	return added, err
}
