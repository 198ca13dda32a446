package study

import (
	"fmt"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/source"
	"github.com/assaylab/assay/framework/internal/table"
)

// foldName is a fold's name in records and labels, "repeat.fold", both from 1.
func foldName(f data.Fold) string { return fmt.Sprintf("%d.%d", f.Repeat+1, f.Index+1) }

// fold names the division of the dataset that the point's trial is about; "" where
// there is only one. A division that every seed draws anew is a repeat of its own.
func (p *Point) fold() string {
	f, ok := p.recipe.Folded()
	if p.recipe.Redivided() {
		f.Repeat, ok = int(p.Seed), true
	}
	if !ok {
		return ""
	}
	return foldName(f)
}

// countTrials counts the behavioural trials in each part of a dataset that is divided
// several times: intervals over trainings need them.
func (s *Study) countTrials(digest string, recipe source.Dataset, role string) (map[string]int, error) {
	if _, ok := recipe.Folded(); !ok && !recipe.Redivided() {
		return nil, nil
	}
	id := digest + " " + role
	if n, ok := s.trials[id]; ok {
		return n, nil
	}
	d, err := data.Open(s.Builder.Cache.Dir(digest))
	if err != nil {
		return nil, err
	}
	defer d.Close()
	r, err := d.Role(role)
	if err != nil {
		return nil, err
	}
	n := map[string]int{}
	for _, part := range r.Parts() {
		if n[string(part.Split)] = part.Trials; part.Trials < 2 {
			_, n[string(part.Split)] = r.On(part.Split).Cases() // of one long trial: blocks
		}
	}
	s.trials[id] = n
	return n, nil
}

// foldOf is the division that a row is about, for tables.
func foldOf(row Row) *table.Fold {
	if row.Fold == "" {
		return nil
	}
	var f table.Fold
	if _, err := fmt.Sscanf(row.Fold, "%d.%d", &f.Repeat, &f.Index); err != nil {
		return nil
	}
	f.Repeat, f.Index = f.Repeat-1, f.Index-1
	f.Train, f.Test = float64(row.Provenance.Trials[string(data.Train)]), float64(row.Provenance.Trials[string(data.Test)])
	return &f
}

// originOf is where a row's test cases come from.
func originOf(row Row) table.Origin {
	o := row.Provenance.Recipe.Origin()
	return table.Origin{Subject: o.Subject, Session: o.Session, Trained: o.Trained}
}
