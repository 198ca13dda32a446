package source

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/assaylab/assay/framework/data"
)

// joined is several recordings of the same channels, one after another, as one:
// sessions of which some train and others test.
type joined struct{ parts []Recording }

func (joined) takes() keys { return keys{} }

func (p joined) check(Recording, bool) []Problem {
	var out []Problem
	if len(p.parts) < 2 {
		out = append(out, Problem{Path: "join", Fact: "needs at least two recordings"})
	}
	for i, r := range p.parts {
		for _, x := range r.check("", false) {
			x.Path = fmt.Sprintf("join.%d.%s", i, x.Path)
			out = append(out, x)
		}
	}
	return out
}

// shapes has the targets that every part has; samples and trials are in the files.
func (p joined) shapes() (map[string]Shape, bool) {
	var out Shape
	for i, r := range p.parts {
		shapes, ok := r.shapes()
		if !ok {
			return nil, false
		}
		s := shapes[data.MainRole]
		if i == 0 {
			out = Shape{Channels: s.Channels, Unit: s.Unit, Divided: true, Targets: slices.Clone(s.Targets)}
			continue
		}
		out.Targets = slices.DeleteFunc(out.Targets, func(t TargetInfo) bool {
			return !slices.ContainsFunc(s.Targets, func(u TargetInfo) bool { return u.Name == t.Name && u.Class == t.Class })
		})
	}
	return map[string]Shape{data.MainRole: out}, true
}

func (p joined) identity(_ Recording, trialSeed uint64) (identity, error) {
	id := identity{Source: "join"}
	for _, r := range p.parts {
		part, err := r.identity(trialSeed)
		if err != nil {
			return id, err
		}
		text, err := json.Marshal(part)
		if err != nil {
			return id, err
		}
		id.Contents = append(id.Contents, string(text))
		id.sources = append(id.sources, part.sources...)
	}
	return id, nil
}

func (p joined) read(ctx context.Context, b *Builder, _ Recording, trialSeed uint64) (map[string]reading, error) {
	var parts []reading
	for _, r := range p.parts {
		got, err := b.read(ctx, r, trialSeed)
		if err != nil {
			return nil, err
		}
		parts = append(parts, got[data.MainRole])
	}
	rec, err := data.Join(recordingsOf(parts)...)
	if err != nil {
		names := make([]string, len(p.parts))
		for i, r := range p.parts {
			names[i] = r.name()
		}
		return nil, &Error{Fact: fmt.Sprintf("%s cannot stand in one recording: %v", joinWords(names), err),
			Hint: "recordings of other channels have roles of their own (sources: pretrain)", Usage: true}
	}
	about := parts[0].about
	about.Targets = map[string]data.AboutTarget{}
	for _, t := range rec.Targets {
		first := parts[0].about.Targets[t.Name]
		for i, part := range parts {
			if other := part.about.Targets[t.Name]; !slices.Equal(first.Labels, other.Labels) {
				return nil, &Error{Fact: fmt.Sprintf("%s and %s call the classes of %s by other names: %s and %s", p.parts[0].name(), p.parts[i].name(), t.Name, few(first.Labels), few(other.Labels)),
					Hint: "give both files the same classes", Usage: true}
			}
		}
		if t.IsClass() {
			about.Targets[t.Name] = first
		}
	}
	about.Subject, about.Session = "", ""
	return alone(reading{rec: rec, about: about, own: true}), nil
}

func recordingsOf(parts []reading) []*data.Recording {
	out := make([]*data.Recording, len(parts))
	for i := range parts {
		out[i] = parts[i].rec
	}
	return out
}
