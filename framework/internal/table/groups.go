package table

import (
	"slices"

	"github.com/assaylab/assay/framework/internal/stats"
)

// Group is one recording's, session's or subject's share of a comparison over
// recordings.
type Group struct {
	Name     string   `json:"name"`
	Datasets []string `json:"datasets"`
	Sessions []string `json:"sessions,omitempty"`
}

// Units of a group.
const (
	unitSubject = "subject"
	unitSession = "session"
	unitDataset = "dataset"
)

// grouping sorts datasets into groups that may count as independent: subjects, or
// where there is one subject, its sessions. Datasets whose test cases are of one
// recording are one session; those with equal values bit for bit must be, whatever
// they are called.
type grouping struct {
	unit   string
	groups []Group
	at     [][][]int // [group][session] to positions of datasets
	merged [][]string
}

func newGrouping(datasets []*contest, origins map[string]Origin) grouping {
	n := len(datasets)
	session, subject := make([]string, n), make([]string, n)
	known := false
	for i, k := range datasets {
		o := origins[k.other]
		known = known || o.Subject != "" || o.Session != "" || o.Recording != ""
		subject[i], session[i] = or(o.Subject, k.other), or(o.Recording, o.Session, k.other)
	}
	var merged [][]string
	for i := range datasets {
		for j := range i {
			if session[i] != session[j] && sameValues(datasets[i], datasets[j]) {
				merged = append(merged, []string{datasets[j].other, datasets[i].other})
				rename(session, session[i], session[j])
				rename(subject, subject[i], subject[j])
			}
		}
	}
	g := grouping{unit: unitSubject, merged: merged}
	key := subject
	if distinct(subject) == 1 {
		g.unit, key = unitSession, session
	}
	if !known {
		g.unit = unitDataset
	}
	for i, k := range datasets {
		at := slices.IndexFunc(g.groups, func(x Group) bool { return x.Name == key[i] })
		if at < 0 {
			at = len(g.groups)
			g.groups, g.at = append(g.groups, Group{Name: key[i]}), append(g.at, nil)
		}
		x := &g.groups[at]
		x.Datasets = append(x.Datasets, k.other)
		s := slices.Index(x.Sessions, session[i])
		if s < 0 {
			s = len(x.Sessions)
			x.Sessions, g.at[at] = append(x.Sessions, session[i]), append(g.at[at], nil)
		}
		g.at[at][s] = append(g.at[at][s], i)
	}
	return g
}

func or(names ...string) string {
	for _, n := range names {
		if n != "" {
			return n
		}
	}
	return ""
}

func rename(names []string, from, to string) {
	for i := range names {
		if names[i] == from {
			names[i] = to
		}
	}
}

func distinct(names []string) int {
	s := slices.Clone(names)
	slices.Sort(s)
	return len(slices.Compact(s))
}

// sameValues reports whether two or more rivals have, trial for trial, the same
// values on two datasets: more than chance does to recordings that share nothing.
func sameValues(a, b *contest) bool {
	same := 0
	for _, x := range a.rivals() {
		if i := b.index(x.name); i >= 0 && slices.Equal(x.Values, b.rivals()[i].Values) {
			same++
		}
	}
	return same >= 2
}

// mean averages the values of datasets: those of one session first, then the
// sessions of a group, so that each group weighs 1.
func (g grouping) mean(group int, value func(dataset int) float64) float64 {
	var sessions []float64
	for _, datasets := range g.at[group] {
		var own []float64
		for _, d := range datasets {
			own = append(own, value(d))
		}
		sessions = append(sessions, stats.Mean(own))
	}
	return stats.Mean(sessions)
}
