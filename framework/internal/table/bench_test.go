package table

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
)

// BenchmarkBuild makes and writes a table of 12 methods on 5 datasets with 10 seeds
// and 500 test cases.
func BenchmarkBuild(b *testing.B) {
	r := rand.New(rand.NewPCG(12, 5))
	var obs []Observation
	for d := range 5 {
		shared := difficulty(r, 500)
		for m := range 12 {
			obs = join(obs, cased(fmt.Sprintf("method-%d", m), fmt.Sprintf("dataset-%d", d), hits(r, shared, 10, float64(m)/20, 0.1)...))
		}
	}
	for b.Loop() {
		tab, err := Build(Spec{Name: "big", Cell: accuracy, Letters: true}, obs)
		if err != nil {
			b.Fatal(err)
		}
		for _, format := range []string{"json", "csv", "text", "markdown", "latex", "svg"} {
			var out bytes.Buffer
			if err := Render(&out, tab, format); err != nil {
				b.Fatal(err)
			}
		}
	}
}
