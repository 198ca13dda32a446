package search

import "math"

// A Step is one piece of training: a configuration from rung Rung − 1, or from
// the start, to rung Rung.
type Step struct {
	Question int // of the strategy, from 0 on
	Config   Config
	Rung     int
}

// A Reviser is a strategy that learns from better answers to old questions: what
// a configuration came to at a higher rung.
type Reviser interface {
	Revise(question int, a Answer)
}

// A Ladder drives a strategy whose configurations are trained in steps, of which
// a pruner says who goes on, so that what is done next depends on nothing but
// what came of it: step k is a function of the values of steps 0 … k−Batch, told
// in the order of the steps, and at the end of as many more as it takes. The same
// steps come with one worker and with a hundred, and again after a kill.
//
// Whoever may go on does so before anything new is asked, the highest rung first.
// Once the strategy has no more questions each rung sends somebody on, so that at
// least one configuration reaches the last, unless all of a rung failed.
type Ladder struct {
	Strategy Strategy
	Pruner   Pruner
	Rungs    []float64           // budgets, ascending; the last is the full one
	Batch    int                 // steps that may be open at a time; at least 1
	Over     func(told int) bool // whether steps 0 … told−1 have used up what there is to spend: nothing new is begun then; nil: never
	Steps    []Step              // so far

	told      int
	questions []Config
	rungs     []rung
	asked     bool // all that the strategy has
	done      bool
}

// A rung is what came of the steps to it.
type rung struct {
	questions []int     // in the order told
	values    []float64 // likewise
	on        []bool    // likewise: may go on
	gone      []bool    // likewise: has gone on
	open      int       // steps that are not told yet
}

// Next returns the next step, as far as the values allow. value says what step k
// came to (NaN: none), and whether that is known yet. open is false while values
// are missing, and once everything is done.
func (l *Ladder) Next(value func(k int) (v float64, known bool)) (s Step, open bool, err error) {
	if l.rungs == nil {
		l.rungs = make([]rung, len(l.Rungs))
	}
	for !l.done {
		if l.told < len(l.Steps)-l.Batch+1 {
			v, known := value(l.told)
			if !known {
				return Step{}, false, nil
			}
			l.tell(v)
			continue
		}
		if s, ok := l.promoted(); ok {
			return l.take(s), true, nil
		}
		if !l.asked && l.Over != nil && l.Over(l.told) {
			l.asked = true
		}
		if !l.asked {
			c, ok, err := l.Strategy.Ask()
			if err != nil {
				return Step{}, false, err
			}
			if ok {
				l.questions = append(l.questions, c)
				return l.take(Step{Question: len(l.questions) - 1}), true, nil
			}
			l.asked = true
			continue
		}
		if l.told == len(l.Steps) {
			l.done = true
			break
		}
		v, known := value(l.told) // nothing to do before it
		if !known {
			return Step{}, false, nil
		}
		l.tell(v)
	}
	return Step{}, false, nil
}

// Done reports whether there are no more steps.
func (l *Ladder) Done() bool { return l.done }

func (l *Ladder) take(s Step) Step {
	s.Config = l.questions[s.Question]
	l.rungs[s.Rung].open++
	l.Steps = append(l.Steps, s)
	return s
}

// tell takes in the value of the oldest step that has none.
func (l *Ladder) tell(v float64) {
	s := l.Steps[l.told]
	l.told++
	r := &l.rungs[s.Rung]
	r.open--
	r.questions, r.values, r.gone = append(r.questions, s.Question), append(r.values, v), append(r.gone, false)
	if s.Rung < len(l.rungs)-1 {
		r.on = l.Pruner.Promote(r.values, false)
	}
	a := Answer{Value: v, Part: l.Rungs[s.Rung] / l.Rungs[len(l.Rungs)-1]}
	if s.Rung == 0 {
		l.Strategy.Tell(a)
	} else if reviser, ok := l.Strategy.(Reviser); ok && !math.IsNaN(v) {
		reviser.Revise(s.Question, a)
	}
}

// promoted is the step of whoever goes on next.
func (l *Ladder) promoted() (Step, bool) {
	for r := len(l.rungs) - 2; r >= 0; r-- {
		if s, ok := l.rungs[r].next(r); ok {
			return s, true
		}
	}
	for r := range len(l.rungs) - 1 { // nobody; from below, rungs to which nothing more comes
		if !l.asked || l.rungs[r].open > 0 {
			break
		}
		l.rungs[r].on = l.Pruner.Promote(l.rungs[r].values, true)
		if s, ok := l.rungs[r].next(r); ok {
			return s, true
		}
	}
	return Step{}, false
}

func (r *rung) next(number int) (Step, bool) {
	for i, on := range r.on {
		if on && !r.gone[i] {
			r.gone[i] = true
			return Step{Question: r.questions[i], Rung: number + 1}, true
		}
	}
	return Step{}, false
}

// Spent is the training of all steps so far, in full budgets.
func (l *Ladder) Spent() (sum float64) {
	for _, s := range l.Steps {
		from := 0.0
		if s.Rung > 0 {
			from = l.Rungs[s.Rung-1]
		}
		sum += (l.Rungs[s.Rung] - from) / l.Rungs[len(l.Rungs)-1]
	}
	return sum
}
