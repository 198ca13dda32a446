package study

import (
	"errors"

	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/trial"
)

// dropCheckpoints removes those of configurations that were pruned: once their search
// is over nobody goes on from them.
func (l *Ledger) dropCheckpoints(st *store.Store) (err error) {
	for _, c := range l.cells {
		if !c.done || c.rungs == nil {
			continue
		}
		for _, s := range c.last {
			for _, p := range s.points {
				if p.Until == 0 || !p.Trained() {
					continue
				}
				err = errors.Join(err, st.DropCheckpoints(trial.Short(p.Key)))
			}
		}
	}
	return err
}
