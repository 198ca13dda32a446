package stats

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
)

// BootstrapSubjects is the number of subjects below which a hierarchical bootstrap
// gives no interval: it covers .66 to .90 there.
const BootstrapSubjects = 20

// Bootstrap is the outcome of [Hierarchical].
type Bootstrap struct {
	Estimate float64 // mean over subjects of means over sessions of means over trials
	SE       float64 // standard deviation over draws
	Lo, Hi   float64 // 95 % percentile interval
	Interval bool    // Lo and Hi may be reported
}

// Hierarchical draws subjects, then sessions of each, then trials of each
// (Saravanan, Berman and Sober 2020): x[subject][session][trial], draws times,
// reproducibly by seed.
func Hierarchical(x [][][]float64, draws int, seed uint64) (Bootstrap, error) {
	if len(x) == 0 || draws < 2 {
		return Bootstrap{}, errors.New("a bootstrap needs subjects, and draws")
	}
	subjects := make([]float64, len(x))
	for s, sessions := range x {
		if len(sessions) == 0 {
			return Bootstrap{}, errors.New("a subject without sessions cannot be drawn")
		}
		means := make([]float64, len(sessions))
		for k, trials := range sessions {
			if len(trials) == 0 {
				return Bootstrap{}, errors.New("a session without trials cannot be drawn")
			}
			if err := finite(trials); err != nil {
				return Bootstrap{}, err
			}
			means[k] = Mean(trials)
		}
		subjects[s] = Mean(means)
	}
	r := rand.New(rand.NewPCG(seed, 20))
	drawn := make([]float64, draws)
	for b := range drawn {
		for range x {
			sessions := x[r.IntN(len(x))]
			var subject float64
			for range sessions {
				trials := sessions[r.IntN(len(sessions))]
				var session float64
				for range trials {
					session += trials[r.IntN(len(trials))] / float64(len(trials))
				}
				subject += session / float64(len(sessions))
			}
			drawn[b] += subject / float64(len(x))
		}
	}
	c, err := OfMean(drawn)
	if err != nil {
		return Bootstrap{}, err
	}
	u := unit(drawn)
	slices.Sort(drawn)
	out := Bootstrap{Estimate: Mean(subjects), Lo: quantile(drawn, 0.025), Hi: quantile(drawn, 0.975), Interval: len(x) >= BootstrapSubjects}
	if c.SE > 0 {
		out.SE = math.Sqrt(variance(scaled(drawn, u))) / u
	}
	return out, nil
}

// CaseDraws returns the cases of each of 2,000 bootstrap draws of m cases, the same
// for every method: what a quantile metric is drawn on.
func CaseDraws(m int) [][]int {
	r := rand.New(rand.NewPCG(2000, uint64(m)))
	out := make([][]int, 2000)
	for b := range out {
		out[b] = make([]int, m)
		for j := range out[b] {
			out[b][j] = r.IntN(m)
		}
	}
	return out
}
