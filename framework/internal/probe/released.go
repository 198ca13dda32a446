package probe

import (
	"context"
	"fmt"
	"math"

	"github.com/assaylab/assay/framework/data"
)

// released fits the read-outs of the first releases, as direction does.
func (p angular) released(ctx context.Context, how course, train, val *task) ([]reader, error) {
	sets := map[data.Split]angles{}
	if val != nil {
		sets[data.Val] = newAngles(val.x, val.want.theta)
	}
	var out []reader
	for init := range p.Inits {
		w, err := direction{Profile: p.Profile}.fit(ctx, newAngles(train.x, train.want.theta), sets, how.seed, fmt.Sprintf("probe/direction/init/%d", init))
		if err != nil {
			return nil, err
		}
		out = append(out, func(_ context.Context, q *task, _ bool) (answer, error) {
			a := answer{theta: make([]float64, q.x.n)}
			for i := range a.theta {
				c, s := w.apply(q.x.row(i))
				a.theta[i] = math.Atan2(s, c)
			}
			return a, nil
		})
	}
	return out, nil
}
