package source

import (
	"context"
	"fmt"

	"github.com/assaylab/assay/framework/data"
)

// catalogued is an entry of the catalogue.
type catalogued struct{ name string }

func (catalogued) takes() keys { return keys{} }

func (p catalogued) check(_ Recording, many bool) []Problem {
	e, err := Find(p.name)
	if err != nil {
		return []Problem{problemAt("source", err)}
	}
	return severalRoles(e.Shapes, many)
}

func (p catalogued) shapes() (map[string]Shape, bool) {
	e, err := Find(p.name)
	return e.Shapes, err == nil
}

func (p catalogued) identity(r Recording, _ uint64) (identity, error) {
	id := identity{Source: r.Source}
	e, err := Find(p.name)
	for _, f := range e.Files {
		id.Contents = append(id.Contents, f.SHA256)
		id.sources = append(id.sources, data.AboutSource{Name: f.Path, SHA256: f.SHA256})
	}
	return id, err
}

func (p catalogued) read(ctx context.Context, b *Builder, _ Recording, _ uint64) (map[string]reading, error) {
	e, err := Find(p.name)
	if err != nil {
		return nil, err
	}
	fetcher := &Fetcher{Cache: b.Cache, Mirror: b.Mirror, Progress: b.Progress}
	var files [][]byte
	for _, f := range e.Files {
		path, err := fetcher.Fetch(ctx, f)
		if err != nil {
			return nil, fmt.Errorf("dataset %s: %w", e.Name, err)
		}
		text, err := f.contents(path)
		if err != nil {
			return nil, fmt.Errorf("dataset %s: %s: %w", e.Name, path, err)
		}
		files = append(files, text)
	}
	recs, err := e.read(files)
	if err != nil {
		return nil, fmt.Errorf("dataset %s: %w", e.Name, err)
	}
	out := map[string]reading{}
	for role, rec := range recs {
		about := data.AboutRecording{Subject: e.Subject, Session: e.Session, Targets: map[string]data.AboutTarget{}}
		for _, t := range e.Shapes[role].Targets {
			if t.Class {
				about.Targets[t.Name] = data.AboutTarget{Labels: t.labels(), Angles: t.angles}
			}
		}
		out[role] = reading{rec: rec, about: about}
	}
	return out, nil
}

// cataloguedItems lists the catalogue.
func cataloguedItems() []Item {
	var out []Item
	for _, e := range catalogue {
		item := Item{Source: e.Name, Summary: e.Summary, Roles: sortedKeys(e.Shapes), Licence: e.Licence, entry: &e}
		for _, f := range e.Files {
			item.Bytes += max(f.Size, f.Unpacked)
		}
		out = append(out, item)
	}
	return out
}

// severalRoles refuses a source of several roles where one recording is wanted.
func severalRoles(shapes map[string]Shape, many bool) []Problem {
	if roles := sortedKeys(shapes); !many && len(roles) > 1 {
		return []Problem{{Path: "source", Fact: fmt.Sprintf("brings the roles %s itself", joinWords(roles)), Hint: "write it as the source of the whole dataset"}}
	}
	return nil
}
