// Package recordings makes recordings for the tests of methods: generated ones, and
// published ones where they are at hand. It lies apart from methodtest because it
// needs what reads files, which most plugins do without.
package recordings

import (
	"os"
	"testing"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/source"
)

// Generate draws the recordings of generate/NAME; params are its settings.
func Generate(t testing.TB, name string, params map[string]any, seed uint64) map[string]*data.Recording {
	t.Helper()
	g, err := source.FindGenerator(name)
	if err != nil {
		t.Fatal(err)
	}
	recs, err := g.Generate(params, seed)
	if err != nil {
		t.Fatal(err)
	}
	return recs
}

// Published reads the main recording of catalogue/NAME, divided as split says or,
// where that is nil, as it was published. The files come from the folder that
// ASSAY_DATA_MIRROR names; without it the test is skipped, and fails where CI is
// true.
func Published(t testing.TB, name string, split *data.Division) *data.Recording {
	t.Helper()
	if os.Getenv(source.MirrorVariable) == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal(source.MirrorVariable + " is not set")
		}
		t.Skip("needs published recordings: set " + source.MirrorVariable + " to a folder with them")
	}
	cache, err := data.OpenCache(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	b := &source.Builder{Cache: cache}
	recipe := source.Dataset{Recording: source.Recording{Source: "catalogue/" + name, Split: split}}
	digest, err := b.Build(t.Context(), recipe, 1)
	if err != nil {
		t.Fatal(err)
	}
	set, err := cache.Open(digest)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { set.Close() })
	r, err := set.Role(data.MainRole)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
