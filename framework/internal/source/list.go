package source

import (
	"context"
	"fmt"
	"strings"

	"github.com/assaylab/assay/framework/data"
)

// Item is one line of a list of what a recipe's source can name.
type Item struct {
	Source  string   `json:"source"` // as a recipe writes it
	Summary string   `json:"summary"`
	Roles   []string `json:"roles"`
	Licence string   `json:"licence,omitempty"`
	Bytes   int64    `json:"bytes,omitempty"` // to download; of packed files the unpacked size, where theirs varies
}

// List names the catalogue, then the generators.
func List() []Item {
	var out []Item
	for _, e := range catalogue {
		item := Item{Source: cataloguePrefix + e.Name, Summary: e.Summary, Roles: sortedKeys(e.Shapes), Licence: e.Licence}
		for _, f := range e.Files {
			item.Bytes += max(f.Size, f.Unpacked)
		}
		out = append(out, item)
	}
	for _, g := range generators {
		out = append(out, Item{Source: generatePrefix + g.Name, Summary: g.Summary, Roles: sortedKeys(g.Shapes)})
	}
	return out
}

// Description is what is known of a source: exactly one of Entry and Generator is set.
type Description struct {
	Source    string     `json:"source"`
	Entry     *Entry     `json:"entry,omitempty"`
	Generator *Generator `json:"generator,omitempty"`
}

// Describe finds a catalogue entry or a generator, with or without the prefix.
func Describe(name string) (Description, error) {
	bare := strings.TrimPrefix(strings.TrimPrefix(name, cataloguePrefix), generatePrefix)
	if e, err := Find(bare); err == nil && !strings.HasPrefix(name, generatePrefix) {
		return Description{Source: cataloguePrefix + bare, Entry: &e}, nil
	}
	if g, err := FindGenerator(bare); err == nil && !strings.HasPrefix(name, cataloguePrefix) {
		return Description{Source: generatePrefix + bare, Generator: &g}, nil
	}
	return Description{}, &Error{Fact: fmt.Sprintf("there is no dataset %q", name), Hint: suggestSource(name), Usage: true}
}

// Built is a dataset in the cache and what is in it.
type Built struct {
	Digest     string                  `json:"digest"`
	Dir        string                  `json:"dir"`
	Recordings map[string]data.Summary `json:"recordings"` // by role
}

// Get builds the dataset of a recipe and looks at it.
func (b *Builder) Get(ctx context.Context, recipe Dataset) (Built, error) {
	digest, err := b.Build(ctx, recipe, 1)
	if err != nil {
		return Built{}, err
	}
	d, err := b.Cache.Open(digest)
	if err != nil {
		return Built{}, err
	}
	defer d.Close()
	out := Built{Digest: digest, Dir: b.Cache.Dir(digest), Recordings: map[string]data.Summary{}}
	for role, r := range d.Recordings {
		out.Recordings[role] = r.Summarize()
	}
	return out, nil
}
