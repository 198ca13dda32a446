package probe

import (
	"encoding/json"
	"flag"
	"os"
	"runtime"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assaylab/assay/framework/data"
)

var update = flag.Bool("update", false, "write testdata/first.json anew")

// Kinds of the first edition give what they gave, bit for bit, and their specs have
// the JSON form that keys are made of.
func TestFirstEditionStays(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("the last bits are those of amd64")
	}
	part := func(seed uint64, n int) Part { return ring(n, 1.5, data.Rand(seed, "first")) }
	parts := Parts{data.Train: part(1, 160), data.Val: part(2, 40), data.Test: part(3, 56)}
	got := map[string]map[string]string{}
	for _, s := range []Spec{
		{Kind: "direction", Target: "direction"},
		{Kind: "direction", Target: "direction", Settings: map[string]any{"profile": "myow1", "inits": 2}},
		{Kind: "direction", Target: "direction", Settings: map[string]any{"profile": "myow2"}},
		{Kind: "logistic", Target: "direction"}, {Kind: "logistic", Target: "direction", Settings: map[string]any{"l2": 0.01}},
		{Kind: "state", Target: "direction", Settings: map[string]any{"passes": 3}},
		{Kind: "ridge", Target: "velocity"}, {Kind: "ridge", Target: "velocity", Settings: map[string]any{"choose": "fixed", "penalty": 3, "min_speed": 5}, Columns: []int{0, 2}},
		{Kind: "knn", Target: "direction"}, {Kind: "knn", Target: "velocity", Settings: map[string]any{"k": 3}},
	} {
		full, err := Complete(s)
		if err != nil {
			t.Fatal(err)
		}
		form, err := json.Marshal(full)
		if err != nil {
			t.Fatal(err)
		}
		one := map[string]string{}
		for _, v := range mustRun(t, s, parts, 11) {
			one[v.Name+" "+v.Split] = strconv.FormatFloat(v.Value, 'x', -1, 64)
		}
		got[string(form)] = one
	}
	const file = "testdata/first.json"
	if *update {
		text, _ := json.MarshalIndent(got, "", " ")
		if err := os.WriteFile(file, append(text, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]map[string]string{}
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-was +is\n%s", d)
	}
}
