package search

import (
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden file anew")

// golden are spaces of every kind of parameter. What a committed sweep has asked
// it asks for ever: the first edition's questions are in testdata/golden.json.
var golden = map[string][]Param{
	"lists": {{Name: "lr", Values: []any{0.1, 0.01, 1e-3}}, {Name: "optimizer", Values: []any{"adam", "sgd"}}, {Name: "layers", Values: []any{1, 2, 4}}},
	"steps": {{Name: "dropout", Min: 0, Max: 0.6, Step: 0.05}, {Name: "layers", Min: 1, Max: 9, Step: 2}},
	"whens": {{Name: "dropout", Values: []any{0.2, 0.4}, When: "optimizer == 'sgd' and momentum > 0.6"},
		{Name: "momentum", Min: 0.5, Max: 0.9, Step: 0.1}, {Name: "optimizer", Values: []any{"adam", "sgd"}}},
	"ranges": {{Name: "lr", Min: 1e-4, Max: 1, Log: true}, {Name: "dropout", Min: 0.2, Max: 0.6}, {Name: "layers", Min: 1, Max: 64, Log: true}},
	"small":  {{Name: "layers", Min: 1, Max: 5, Log: true}, {Name: "optimizer", Values: []any{"adam", "sgd"}}},
}

func TestQuestionsOfTheFirstEdition(t *testing.T) {
	got := map[string]string{}
	write := func(name string, list []Config, note string, err error) {
		text, _ := json.Marshal(list)
		got[name] = fmt.Sprintf("%d configurations, sha256 %x, note %q, error %v", len(list), sha256.Sum256(text), note, err)
	}
	for name, params := range golden {
		s := space(t, params...)
		list, err := s.Grid()
		write(name+" grid", list, "", err)
		for seed := range uint64(3) {
			list, note, err := s.Random(seed, 30)
			write(fmt.Sprintf("%s random %d", name, seed), list, note, err)
		}
	}
	const file = "testdata/golden.json"
	if *update {
		text, _ := json.MarshalIndent(got, "", "\t")
		if err := os.WriteFile(file, append(text, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]string
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Fatalf("committed sweeps would ask other questions: %s", d)
	}
}
