package source

import (
	"context"
	"fmt"
	"strings"

	"github.com/assaylab/assay/framework/data"
)

// generated is what a generator draws.
type generated struct{ name string }

func (generated) takes() keys { return keys{draw: true} }

func (p generated) check(r Recording, many bool) []Problem {
	g, err := FindGenerator(p.name)
	if err != nil {
		return []Problem{problemAt("source", err)}
	}
	var out []Problem
	for _, x := range g.Settings.Check(r.Params) {
		fact := x.Fact
		if x.Unknown {
			fact = fmt.Sprintf("generator %s has no setting %q", g.Name, x.Setting)
		}
		out = append(out, Problem{Path: "params." + x.Setting, Fact: fact, Hint: x.Hint})
	}
	for _, x := range g.check(r.Params) {
		x.Path = "params." + x.Path
		out = append(out, x)
	}
	return append(out, severalRoles(g.Shapes, many)...)
}

func (p generated) shapes() (map[string]Shape, bool) {
	g, err := FindGenerator(p.name)
	return g.Shapes, err == nil
}

func (p generated) identity(r Recording, trialSeed uint64) (identity, error) {
	id := identity{Source: r.Source, Seed: r.seed(trialSeed)}
	g, err := FindGenerator(p.name)
	if err != nil {
		return id, err
	}
	id.Contents = []string{fmt.Sprint("version ", g.Version)}
	id.sources = []data.AboutSource{{Name: fmt.Sprintf("%s, version %d, seed %d", r.Source, g.Version, id.Seed)}}
	id.Params, err = g.Settings.Complete(r.Params)
	return id, err
}

func (p generated) read(_ context.Context, _ *Builder, r Recording, trialSeed uint64) (map[string]reading, error) {
	g, err := FindGenerator(p.name)
	if err != nil {
		return nil, err
	}
	recs, err := g.Generate(r.Params, r.seed(trialSeed))
	if err != nil {
		return nil, err
	}
	out := map[string]reading{}
	for role, rec := range recs {
		out[role] = reading{rec: rec}
	}
	return out, nil
}

// seed is what a generated recording is drawn with.
func (r Recording) seed(trialSeed uint64) uint64 {
	switch {
	case r.PerTrial:
		return trialSeed
	case r.Seed == 0:
		return 1
	}
	return r.Seed
}

// generatorItems lists the generators.
func generatorItems() []Item {
	var out []Item
	for _, g := range Generators() {
		out = append(out, Item{Source: g.Name, Summary: g.Summary, Roles: sortedKeys(g.Shapes), generator: &g})
	}
	return out
}

func joinWords(words []string) string { return strings.Join(words, " and ") }
