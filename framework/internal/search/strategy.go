package search

import (
	"fmt"
	"math"
)

// A Strategy asks for configurations, one question after another, and is told
// what they came to. Question k is a function of the space, the seed and the
// answers told before it was asked; whoever drives a strategy tells the answers
// in the order of the questions (see [Sequence]).
type Strategy interface {
	// Ask returns the next question; ok is false when there are no more.
	Ask() (c Config, ok bool, err error)
	// Tell gives the answer to the oldest question that has none yet.
	Tell(Answer)
}

// An Answer is what a configuration came to.
type Answer struct {
	Value float64 // of what is selected by, mean over seeds, larger is better; NaN: none came
	Part  float64 // of the full budget after which the value was taken; 0: all of it
}

// None is the answer of a configuration without a value, such as one that failed.
var None = Answer{Value: math.NaN()}

// A List is a strategy that knows all its questions from the start, such as a
// grid, a random draw or explicit configurations, and learns nothing.
type List struct {
	Configs []Config
	asked   int
}

// Ask returns the next configuration of the list.
func (l *List) Ask() (Config, bool, error) {
	if l.asked == len(l.Configs) {
		return Config{}, false, nil
	}
	l.asked++
	return l.Configs[l.asked-1], true, nil
}

// Tell does nothing.
func (l *List) Tell(Answer) {}

// A Sequence drives a strategy so that what it asks depends on nothing but its
// own answers: question k is asked when exactly the answers to questions
// 0 … k−Batch have been told, however many more are known by then. The same
// questions come with one worker and with a hundred, and again after a kill.
type Sequence struct {
	Strategy Strategy
	Batch    int                 // questions that may be open at a time; at least 1
	Over     func(told int) bool // whether questions 0 … told−1 have used up what there is to spend; nil: never
	Asked    []Config
	told     int
	done     bool
}

// Next asks the next question, as far as the answers allow. answer says what
// question i came to, and whether that is known yet. open is false while answers
// are missing, and once the strategy has no more questions.
func (s *Sequence) Next(answer func(i int) (a Answer, known bool)) (c Config, open bool, err error) {
	if s.done {
		return Config{}, false, nil
	}
	for ; s.told < len(s.Asked)-s.Batch+1; s.told++ {
		a, known := answer(s.told)
		if !known {
			return Config{}, false, nil
		}
		s.Strategy.Tell(a)
	}
	if s.Over != nil && s.Over(s.told) {
		s.done = true
		return Config{}, false, nil
	}
	c, ok, err := s.Strategy.Ask()
	if err != nil || !ok {
		s.done = err == nil
		return Config{}, false, err
	}
	s.Asked = append(s.Asked, c)
	return c, true, nil
}

// Done reports whether there are no more questions.
func (s *Sequence) Done() bool { return s.done }

// NewStrategy returns the strategy of that name, which asks up to n questions;
// of a grid, all.
func NewStrategy(name string, s *Space, seed uint64, n int) (Strategy, error) {
	var list []Config
	var err error
	switch name {
	case "grid":
		list, err = s.Grid()
	case "random":
		list, _, err = s.Random(seed, n)
	case "sobol":
		list, _, err = s.Sobol(seed, n)
	case "tpe":
		return NewTPE(s, seed, n), nil
	case "cmaes":
		return NewCMAES(s, seed, n)
	default:
		return nil, fmt.Errorf("there is no search strategy %q", name)
	}
	return &List{Configs: list}, err
}
