package study

import "github.com/assaylab/assay/framework/internal/trial"

// Spent is what a run has done and what it cost.
type Spent struct {
	Succeeded, Failed int       // trials, each once
	Trained, Scored   int       // of those, what was trained and what was scored alone
	Stopped           []Stopped // methods that were given up
	seen              map[string]trial.Status
	wall, start       map[string]float64 // seconds, by plugin
}

func (s *Spent) add(rec trial.Record, scored bool) {
	if s.seen == nil {
		s.seen, s.wall, s.start = map[string]trial.Status{}, map[string]float64{}, map[string]float64{}
	}
	if rec.Status == trial.Succeeded || rec.Status == trial.Failed {
		switch s.seen[rec.Key] {
		case trial.Succeeded:
			s.Succeeded--
		case trial.Failed:
			s.Failed--
		}
		if s.seen[rec.Key] == "" && scored {
			s.Scored++
		} else if s.seen[rec.Key] == "" {
			s.Trained++
		}
		s.seen[rec.Key] = rec.Status
		if rec.Status == trial.Succeeded {
			s.Succeeded++
		} else {
			s.Failed++
		}
	}
	p := rec.Provenance
	s.wall[p.Plugin] += p.WallSec
	s.start[p.Plugin] += p.StartSec
}

// slowStart is the share of the trials' time from which on start-up is worth a word,
// and worthSaving what it must amount to, in seconds.
const (
	slowStart   = 0.2
	worthSaving = 5
)

// SlowStarts lists the plugins whose processes took more than a fifth of their
// trials' time to start, with the seconds and the share.
func (s Spent) SlowStarts(tell func(plugin string, seconds, share float64)) {
	for _, plugin := range sortedKeys(s.start) {
		if start, wall := s.start[plugin], s.wall[plugin]; start > slowStart*wall && start > worthSaving {
			tell(plugin, start, start/wall)
		}
	}
}
