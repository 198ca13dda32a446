package study

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/assaylab/assay/framework/internal/table"
	"github.com/assaylab/assay/framework/internal/trial"
	"github.com/assaylab/assay/framework/metric"
)

// Chance stands once for each dataset, whichever method's trial tells it; what
// shuffled targets give is each method's own.
func TestRowsBesideMethods(t *testing.T) {
	row := func(method, digest string, seed uint64) Row {
		r := Row{MethodID: method, Dataset: "maze"}
		r.Status, r.Key = trial.Succeeded, method+digest
		r.Spec.Dataset, r.Spec.Seed = digest, seed
		r.Metrics = []metric.Value{
			{Name: "probe/knn/accuracy", Split: "test", Goal: metric.Max, Value: 0.9},
			{Name: "probe/knn/chance/accuracy", Split: "test", Goal: metric.Max, Value: 0.125},
			{Name: "probe/knn/chance/accuracy", Split: "val", Goal: metric.Max, Value: 0.2},
			{Name: "probe/knn/shuffled/accuracy", Split: "test", Goal: metric.Max, Value: 0.14},
		}
		r.Cases = []trial.Cases{{Split: "test", Values: map[string][]float64{"probe/knn/chance/accuracy": {0, 0.25}}}}
		return r
	}
	spec := table.Spec{Cell: "probe/knn/accuracy", Split: "test", Chance: true, Shuffled: true}
	var l levels
	var out []table.Observation
	for _, r := range []Row{row("a", "one", 1), row("b", "one", 1), row("a", "one", 2), row("a", "drawn anew", 3)} {
		out = l.observe(out, r, spec)
	}
	count := map[string]int{}
	for _, o := range out {
		count[o.Method]++
		if !o.Chance || o.Metric != "probe/knn/accuracy" || o.Split != "test" {
			t.Errorf("%+v", o)
		}
		if o.Method == "chance" && (o.Value != 0.125 || !o.Seedless || o.Cases == nil || len(o.Cases.Z) != 2) {
			t.Errorf("chance is %+v", o)
		}
		if o.Method != "chance" && (o.Value != 0.14 || o.Seedless) {
			t.Errorf("shuffled is %+v", o)
		}
	}
	if count["chance"] != 2 || count["a, shuffled"] != 3 || count["b, shuffled"] != 1 {
		t.Errorf("rows %v", count)
	}
	if l.remarks != nil {
		t.Errorf("remarks %v", l.remarks)
	}
	strange := row("a", "one", 1)
	strange.Metrics = append(strange.Metrics, metric.Value{Name: "probe/knn/unseen", Split: "test", Value: 0.25}, metric.Value{Name: "probe/knn/unseen", Split: "val", Value: 1})
	l.observe(nil, strange, spec)
	l.observe(nil, strange, spec)
	if len(l.remarks) != 1 || l.remarks[0] != "maze: 25 % of the test samples are of a class that train lacks and nothing can learn" {
		t.Errorf("remarks %q", l.remarks)
	}
	var none levels
	if out := none.observe(nil, row("a", "one", 1), table.Spec{Cell: "probe/knn/accuracy", Split: "test"}); out != nil {
		t.Errorf("a table that asks for none has %v", out)
	}
}

// A method that was trained anew on permuted targets has a row of these trainings, and
// its read-outs alone are left out: on that dataset, and of no variant.
func TestTrainedAnew(t *testing.T) {
	row := func(method, variant, dataset, role string, deal int, value float64) Row {
		r := Row{MethodID: method, Variant: variant, Dataset: dataset, Role: role}
		r.Status, r.Spec.Seed, r.Provenance.Recipe.Shuffled = trial.Succeeded, 1, deal
		name := "probe/knn/accuracy"
		if deal == 0 {
			r.Metrics = []metric.Value{{Name: "probe/knn/shuffled95/accuracy", Split: "test", Goal: metric.Max, Value: 0.3}}
			name = "probe/knn/shuffled/accuracy"
		}
		r.Metrics = append(r.Metrics, metric.Value{Name: name, Split: "test", Goal: metric.Max, Value: value})
		return r
	}
	spec := table.Spec{Cell: "probe/knn/accuracy", Split: "test", Shuffled: true}
	var l levels
	var out []table.Observation
	failed := row("eit", "", "maze", Shuffled, 3, 0)
	failed.Status = trial.Failed
	for _, r := range []Row{row("eit", "", "maze", "", 0, 0.5), row("eit", "", "arena", "", 0, 0.6), row("eit", "deep", "maze", Ablation, 0, 0.7), row("raw", "", "maze", "", 0, 0.8),
		row("eit", "", "maze", Shuffled, 1, 0.1), row("eit", "", "maze", Shuffled, 2, 0.2), failed} {
		spec := spec
		if r.Role == Ablation {
			spec.Rows = "variant"
		}
		out = l.observe(out, r, spec)
	}
	var said []string
	for _, o := range l.settled(out) {
		p95 := 0.0
		if o.P95 != nil {
			p95 = *o.P95
		}
		said = append(said, fmt.Sprintf("%s/%s/%s %v %v seed %d anew %v failed %v", o.Method, o.Variant, o.Dataset, o.Value, p95, o.Seed, o.Retrained, o.Failed))
	}
	want := []string{
		"eit, shuffled//arena 0.6 0.3 seed 1 anew false failed false",
		"eit, shuffled/deep/maze 0.7 0.3 seed 1 anew false failed false",
		"raw, shuffled//maze 0.8 0.3 seed 1 anew false failed false",
		"eit, shuffled//maze 0.1 0 seed 1 anew true failed false",
		"eit, shuffled//maze 0.2 0 seed 2 anew true failed false",
		"eit, shuffled//maze 0 0 seed 3 anew true failed true",
	}
	if !slices.Equal(said, want) {
		t.Errorf("%s", strings.Join(said, "\n"))
	}
}
