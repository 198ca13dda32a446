package source

import (
	"context"
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/source/file"
	"github.com/assaylab/assay/framework/setting"
)

// A provider is where recordings come from. A recipe's source is looked at once,
// in providerOf; whatever depends on the kind of source is asked of the provider.
type provider interface {
	// takes says which keys of a recipe have a meaning.
	takes() keys
	// check returns what is wrong with those keys; paths are relative to the
	// recording. many allows a source that brings several roles.
	check(r Recording, many bool) []Problem
	// shapes says what will come, by role; ok is false where only reading tells.
	shapes() (shapes map[string]Shape, ok bool)
	// identity is all that what comes depends on: contents, never names of files.
	identity(r Recording, trialSeed uint64) (identity, error)
	// read reads or draws the recordings, by role.
	read(ctx context.Context, b *Builder, r Recording, trialSeed uint64) (map[string]reading, error)
}

// keys are those of a recipe that not every provider takes.
type keys struct {
	draw bool // params, seed: it makes what it brings
	file bool // read, sha256: it is a file of the user's
}

// reading is a recording and what is known of it beside its numbers.
type reading struct {
	rec   *data.Recording
	about data.AboutRecording
	own   bool // no two of its arrays share memory, so that samples can be left out in place
}

// collections are the providers that have names, by the prefix of a source.
var collections = []collection{
	{"catalogue/", func(name string) provider { return catalogued{name} }, cataloguedItems},
	{"generate/", func(name string) provider { return generated{name} }, generatorItems},
}

type collection struct {
	prefix string
	open   func(name string) provider
	items  func() []Item // what there is, without the prefix
}

// provider is the one that a source names. A file is what has no known prefix.
func (r Recording) provider() provider {
	if len(r.Join) > 0 {
		return joined{r.Join}
	}
	for _, c := range collections {
		if name, ok := strings.CutPrefix(r.Source, c.prefix); ok {
			return c.open(name)
		}
	}
	return userFile{r.Source}
}

// IsFile reports whether the source is the path of a file.
func (r Recording) IsFile() bool { return r.provider().takes().file }

// suggestSource helps with a source that is neither a known name nor a file.
func suggestSource(source string) string {
	var names, bare []string
	for _, item := range List() {
		names = append(names, item.Source)
		bare = append(bare, path.Base(item.Source))
	}
	base := path.Base(filepath.ToSlash(source))
	nearest := setting.Suggest(base, bare) // a misspelt name, whatever its prefix
	for i, n := range bare {
		if n == base || nearest == fmt.Sprintf("did you mean %q?", n) {
			return fmt.Sprintf("did you mean %q?", names[i])
		}
	}
	if _, hint := file.Unreadable(source); hint != "" {
		return hint
	}
	return setting.Suggest(source, names)
}

// alone gives a recording the role that single recordings have.
func alone(r reading) map[string]reading { return map[string]reading{data.MainRole: r} }
