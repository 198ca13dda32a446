package store

import (
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/assaylab/assay/framework/internal/trial"
	"github.com/assaylab/assay/framework/metric"
)

func TestNumbersArePackedExactly(t *testing.T) {
	for _, values := range [][]float64{nil, {0}, {math.Copysign(0, -1), 1, math.MaxFloat64, math.SmallestNonzeroFloat64, 1e-300}, slices.Repeat([]float64{0.25, 0.5}, 100)} {
		got, err := unpackNumbers(packNumbers(values))
		if err != nil || len(got) != len(values) {
			t.Fatalf("%v: %v, %v", values, got, err)
		}
		for i := range values {
			if math.Float64bits(values[i]) != math.Float64bits(got[i]) {
				t.Errorf("%v is %v", values[i], got[i])
			}
		}
	}
	if n := len(packNumbers(slices.Repeat([]float64{0.25, 0.5}, 100))); n > 60 {
		t.Errorf("200 numbers of two kinds take %d bytes", n)
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add(packNumbers([]float64{1, 2, 3}))
	f.Add(packCurves([]metric.Point{{Name: "loss", Step: 1, Value: 2}, {Name: "loss", Step: 5, Value: 1}, {Name: "b", Step: -3, Value: 1}}))
	f.Add(compress([]byte{4, 'l'}))
	f.Add(compress([]byte{1, 'l', 200, 200, 200, 1}))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 1<<16 {
			return
		}
		if values, err := unpackNumbers(b); err == nil {
			if again, err := unpackNumbers(packNumbers(values)); err != nil || len(again) != len(values) {
				t.Errorf("%v, %v", again, err)
			}
		}
		if points, err := unpackCurves(b); err == nil {
			again, err := unpackCurves(packCurves(points))
			if err != nil || len(again) != len(points) {
				t.Errorf("%v, %v", again, err)
			}
		}
	})
}

// Every number of a provenance is a column: one that is not would make the text that
// trials share another one for each of them.
func TestProvenanceIsShared(t *testing.T) {
	var p trial.Provenance
	v := reflect.ValueOf(&p).Elem()
	const shared = "Threads" // of all trials of a run
	for i := range v.NumField() {
		name, f := v.Type().Field(i).Name, v.Field(i)
		if name == shared {
			continue
		}
		switch f.Kind() {
		case reflect.Int, reflect.Int64:
			f.SetInt(int64(i + 1))
		case reflect.Float64:
			f.SetFloat(float64(i) + 0.5)
		}
	}
	p.Started = time.Date(2026, 11, 30, 1, 2, 3, 4, time.UTC)
	p.Node, p.Path = "n1", "/bin/x"
	row, rest := usage(p)
	bare, err := json.Marshal(trial.Provenance{})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(rest)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(bare), string(text)); d != "" {
		t.Error(d)
	}
	rec := toy(1)
	rec.Provenance = p
	s := open(t, t.TempDir())
	run(t, s, rec, "")
	got, _, err := s.Record(t.Context(), rec.Key)
	if d := cmp.Diff(rec, got); d != "" || err != nil || row.wall != p.WallSec {
		t.Error(d, err)
	}
}
