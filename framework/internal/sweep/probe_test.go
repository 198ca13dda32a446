package sweep

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/internal/probe"
)

const probed = `
datasets: {a: {source: testdata/x.npz}}
methods: {tuned: {plugin: toy, search: {rate: [0.1, 0.2]}}}
select: {metric: loss, split: val}
probes:
  - {kind: direction, target: direction}
  - {kind: state, target: state}
  - {kind: wiener, target: velocity, lags: 3}
`

// Files of version 1 ask for the probes of the first edition, of version 2 for the
// newest.
func TestProbesGoByTheVersionOfTheFile(t *testing.T) {
	read := func(version, text string) ([]probe.Spec, error) {
		s, err := Parse("sweep.yaml", []byte(version+text), nil)
		if err != nil {
			t.Fatal(err)
		}
		err = s.Bind(map[string]framework.Description{"tuned": describe("toy")})
		return s.Probes, err
	}
	first, err := read("version: 1", probed)
	if err != nil {
		t.Fatal(err)
	}
	want := probe.Spec{Name: "direction", Kind: "direction", Target: "direction", Settings: map[string]any{"profile": "swapvae", "inits": int64(1), "min_speed": 0.0}}
	if d := cmp.Diff(want, first[0]); d != "" {
		t.Error(d)
	}
	second, err := read("version: 2", probed)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range [][2]string{{"", "2"}, {"", "2"}, {"2", "2"}} {
		if got := [2]string{first[i].Version, second[i].Version}; got != v {
			t.Errorf("%s is of version %q in files of version 1 and 2, want %q", first[i].Kind, got, v)
		}
	}
	if second[0].Settings["profile"] != "ridge" || second[0].Settings["scale"] != "global" || second[0].Settings["penalty"] != "folds" {
		t.Errorf("settings %v", second[0].Settings)
	}
	for text, want := range map[string]string{
		"  - {kind: knn, target: direction, scale: global}\n":           "there is no setting \"scale\"",
		"  - {kind: wiener, name: w, target: velocity, penalty: val}\n": "probe w chooses its penalty on val, where select chooses settings",
	} {
		if _, err := read("version: 1", probed+text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}
