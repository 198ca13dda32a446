package source

import (
	"context"
	"fmt"
	"path"

	"github.com/assaylab/assay/framework/data"
)

// Item is one line of a list of what a recipe's source can name.
type Item struct {
	Source  string   `json:"source"` // as a recipe writes it
	Summary string   `json:"summary"`
	Roles   []string `json:"roles"`
	Licence string   `json:"licence,omitempty"`
	Bytes   int64    `json:"bytes,omitempty"` // to download; of packed files the unpacked size, where theirs varies

	entry     *Entry // one of the two
	generator *Generator
}

// List names the catalogue, then the generators.
func List() []Item {
	var out []Item
	for _, c := range collections {
		for _, item := range c.items() {
			item.Source = c.prefix + item.Source
			out = append(out, item)
		}
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
	for _, item := range List() {
		if name == item.Source || name == path.Base(item.Source) {
			return Description{Source: item.Source, Entry: item.entry, Generator: item.generator}, nil
		}
	}
	return Description{}, &Error{Fact: fmt.Sprintf("there is no dataset %q", name), Hint: suggestSource(name), Usage: true}
}

// Built is a dataset in the cache and what is in it.
type Built struct {
	Digest     string                         `json:"digest"`
	Dir        string                         `json:"dir"`
	Recordings map[string]data.Summary        `json:"recordings"` // by role
	About      map[string]data.AboutRecording `json:"about"`      // by role
}

// Get builds the dataset of a recipe and looks at it.
func (b *Builder) Get(ctx context.Context, recipe Dataset) (Built, error) {
	made, err := b.Make(ctx, recipe, 1)
	if err != nil {
		return Built{}, err
	}
	d, err := b.Cache.Open(made.Digest)
	if err != nil {
		return Built{}, err
	}
	defer d.Close()
	out := Built{Digest: made.Digest, Dir: b.Cache.Dir(made.Digest), Recordings: map[string]data.Summary{}, About: made.About.Recordings}
	for role, r := range d.Recordings {
		out.Recordings[role] = r.Summarize()
	}
	return out, nil
}

// Shapes says what a dataset in the cache looks like, by role, without reading its
// samples: what can be checked before anything is trained on it.
func (b *Builder) Shapes(digest string) (map[string]Shape, error) {
	d, err := b.Cache.Open(digest)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	out := map[string]Shape{}
	for role, r := range d.Recordings {
		s := Shape{Samples: r.Len(), Channels: r.Samples.Cols(), Trials: r.Trials(), Unit: r.Unit, Divided: r.Split != nil, Targets: []TargetInfo{}, Parts: r.Parts()}
		for _, t := range r.Targets {
			info := TargetInfo{Name: t.Name, Class: t.IsClass(), Classes: t.Classes, Unit: t.Unit}
			if !t.IsClass() {
				info.Dims = t.Values.Cols()
			}
			s.Targets = append(s.Targets, info)
		}
		out[role] = s
	}
	return out, nil
}
