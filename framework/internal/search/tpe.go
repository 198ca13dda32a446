package search

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/assaylab/assay/framework/data"
)

// A TPE learns where good configurations lie: the tree-structured Parzen
// estimator (Bergstra et al. 2011), multivariate (Falkner et al. 2018), with the
// rules that Watanabe (2023) found to serve best. Of the answers told, the best
// tenth make a density l and all others a density g; of configurations drawn
// from l the one with the greatest l/g is asked. Questions that are still open
// count as bad ones (constant liar), so that workers look in different places;
// so do configurations that failed.
type TPE struct {
	fresh
	points  []point // of the questions
	answers []Answer
}

const (
	tpeStart      = 10 // answers with a value that come before learning
	tpeCandidates = 48 // of which the best is asked
	tpeRounds     = 20 // of candidates, until one is new
	tpeGood       = 25 // at most so many configurations are good ones
)

// NewTPE returns a TPE that asks up to n questions.
func NewTPE(s *Space, seed uint64, n int) *TPE {
	return &TPE{fresh: newFresh(s, "tpe", seed, n)}
}

// Ask returns the next question.
func (t *TPE) Ask() (Config, bool, error) {
	if t.over() {
		return Config{}, false, nil
	}
	good, bad := t.split()
	var c Config
	var d digest
	var ok bool
	var err error
	if good != nil {
		c, d, ok, err = t.best(newMixture(t.axes, good), newMixture(t.axes, bad))
	}
	if err == nil && !ok {
		c, d, ok, err = t.any()
	}
	if err != nil || !ok {
		return Config{}, false, err
	}
	t.keep(c, d)
	t.points = append(t.points, t.space.point(t.axes, c))
	return c, true, nil
}

// Tell gives the answer to the oldest question that has none.
func (t *TPE) Tell(a Answer) { t.answers = append(t.answers, a) }

// Revise gives a better answer to an old question.
func (t *TPE) Revise(question int, a Answer) { t.answers[question] = a }

// split divides the questions so far into good and bad ones, each in the order
// asked; good is nil while too few have a value.
func (t *TPE) split() (good, bad []point) {
	var rank []int
	for i, a := range t.answers {
		if !math.IsNaN(a.Value) {
			rank = append(rank, i)
		}
	}
	if len(rank) < tpeStart {
		return nil, nil
	}
	slices.SortStableFunc(rank, func(i, j int) int { return t.answers[j].compare(t.answers[i]) })
	top := map[int]bool{}
	for _, i := range rank[:min(int(math.Ceil(0.1*float64(len(rank)))), tpeGood)] {
		top[i] = true
	}
	for i, x := range t.points {
		if top[i] {
			good = append(good, x)
		} else {
			bad = append(bad, x)
		}
	}
	return good, bad
}

// best is the new one of the candidates that l/g is greatest for.
func (t *TPE) best(l, g *mixture) (best Config, of digest, found bool, err error) {
	r := data.Rand(t.seed, fmt.Sprintf("tpe %d", len(t.list)))
	for round := 0; round < tpeRounds && !found; round++ {
		most := math.Inf(-1)
		for range tpeCandidates {
			i := l.kernel(r)
			given, err := t.space.choose(t.axes, func(k int) float64 { return l.draw(r, i, k) })
			if err != nil {
				return Config{}, digest{}, false, err
			}
			c, d, result, err := t.offer(given)
			if err != nil {
				return Config{}, digest{}, false, err
			}
			if result != added {
				continue
			}
			x := t.space.point(t.axes, c)
			if score := l.logDensity(x) - g.logDensity(x); score > most {
				best, of, found, most = c, d, true, score
			}
		}
	}
	return best, of, found, nil
}

// compare orders answers by how much they promise: those of the full budget come
// before those of a part of it, larger parts before smaller ones, then values;
// none is the worst.
func (a Answer) compare(b Answer) int {
	if math.IsNaN(a.Value) || math.IsNaN(b.Value) {
		return cmp.Compare(a.Value, b.Value)
	}
	if c := cmp.Compare(a.part(), b.part()); c != 0 {
		return c
	}
	return cmp.Compare(a.Value, b.Value)
}

func (a Answer) part() float64 {
	if a.Part == 0 {
		return 1
	}
	return a.Part
}
