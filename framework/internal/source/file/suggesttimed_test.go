package file

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A table with a row for each spike is one of spikes, whatever else stands in it; one
// with trials or without times is none.
func TestSuggestSpikeTable(t *testing.T) {
	for text, want := range map[string]string{
		"time,unit\n0.01,3\n0.02,1\n0.9,3\n":                            "spikes: {times: time, unit: unit}",
		"cluster_id,spike_time (s),amplitude\n3,0.01,1.5\n1,0.9,0.25\n": `times: "spike_time (s)", unit: cluster_id`,
		"Neuron;Timestamps\nA7;0,01\nB1;0,9\n":                          "spikes: {times: Timestamps, unit: Neuron}",
		"spike_times,spike_clusters\n300,3\n900,1\n":                    "add rate: 30000",
		"time,trial,unit\n0.1,1,2\n0.2,1,3\n":                           "",
		"time,unit0,unit1\n0.1,1,2\n0.2,1,3\n":                          "",
		"onset,unit\n0.1,1\n0.2,1\n":                                    "",
	} {
		path := filepath.Join(t.TempDir(), "spikes.csv")
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		s, err := Suggest(t.Context(), path, Options{Limit: 1 << 20})
		if err != nil {
			t.Fatal(err)
		}
		got := s.YAML(path)
		if !strings.Contains(got, want) {
			t.Errorf("%q:\n%s", text, got)
		}
		if want == "" && s.Columns.Spikes != nil {
			t.Errorf("%q is taken for spikes", text)
		}
	}
}
