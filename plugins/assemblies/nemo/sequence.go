package nemo

import (
	"fmt"

	"github.com/assaylab/assay/framework/data"
	assembly "github.com/assaylab/assay/plugins/assemblies/model"
)

// symbols returns the symbol of every sample: its largest channel.
func (m *model) symbols(r *data.Recording) ([]int, error) {
	if c := r.Samples.Cols(); c != m.Symbols {
		return nil, fmt.Errorf("the model knows %d symbols; this recording has %d channels", m.Symbols, c)
	}
	out := make([]int, r.Len())
	for i := range out {
		row := r.Samples.Row(i)
		for s, v := range row {
			if v > row[out[i]] {
				out[i] = s
			}
		}
	}
	return out, nil
}

// count returns how often each symbol follows each context: all samples follow the
// one context of a coin; in a chain, a symbol follows the one before in its trial.
// Where every count is presented several times, all are multiplied.
func count(task string, x []int, trial []int32, m, times int) [][]int {
	contexts := m
	if task == "coin" {
		contexts = 1
	}
	T := make([][]int, contexts)
	for s := range T {
		T[s] = make([]int, m)
	}
	for i, next := range x {
		switch {
		case task == "coin":
			T[0][next] += times
		case i > 0 && trial[i] == trial[i-1]:
			T[x[i-1]][next] += times
		}
	}
	return T
}

// weights are those of the rule after T presentations: every synapse from I to A_i
// has been through the same, so that one number stands for them all.
func weights(rule *assembly.Rule, T []int) []float64 {
	w := make([]float64, len(T))
	for i, n := range T {
		w[i] = rule.Weight(n)
	}
	return w
}
