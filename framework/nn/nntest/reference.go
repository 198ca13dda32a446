package nntest

import (
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/reference-problem.json anew; then run reference.py beside it")

// Reference checks that got is what a PyTorch program computed of the same
// problem, to 1e-4 relative. The problem (weights, batches, noise: whatever is
// drawn) lies in testdata/reference-problem.json, from where
// testdata/reference.py read it to write testdata/reference-answer.json; a
// problem that is no longer the stored one fails.
func Reference(t testing.TB, problem any, got []float64) {
	t.Helper()
	ReferenceIn(t, "testdata", problem, got)
}

// ReferenceIn is Reference with the files in another folder.
func ReferenceIn(t testing.TB, dir string, problem any, got []float64) {
	t.Helper()
	want := answer(t, dir, problem)
	compare(t, "values", got, want.Values, func(w float64) float64 { return 1e-4 * math.Abs(w) }, want.Torch)
}

// ReferenceArrays is Reference for arrays by name, such as gradients: elements
// may be off by 1e-4 of the largest of their array, and by 4e-6 in arrays of
// smaller ones, which may be zero but for rounding. Both sides must have the
// same arrays.
func ReferenceArrays(t testing.TB, problem any, got map[string][]float64) {
	t.Helper()
	ReferenceArraysIn(t, "testdata", problem, got)
}

// ReferenceArraysIn is ReferenceArrays with the files in another folder.
func ReferenceArraysIn(t testing.TB, dir string, problem any, got map[string][]float64) {
	t.Helper()
	want := answer(t, dir, problem)
	for name := range want.Arrays {
		if got[name] == nil {
			t.Errorf("%s: PyTorch %s has it, we have not", name, want.Torch)
		}
	}
	for name, g := range got {
		allowed := 4e-6
		for _, w := range want.Arrays[name] {
			allowed = math.Max(allowed, 1e-4*math.Abs(w))
		}
		compare(t, name, g, want.Arrays[name], func(float64) float64 { return allowed }, want.Torch)
	}
}

type answers struct {
	Torch  string               `json:"torch"`
	Values []float64            `json:"values"`
	Arrays map[string][]float64 `json:"arrays"`
}

// answer reads what reference.py made of the problem, which must be the stored
// one; with -update it stores the problem.
func answer(t testing.TB, dir string, problem any) (want answers) {
	t.Helper()
	path := dir + "/reference-problem.json"
	text, err := json.Marshal(problem)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
		t.Skip("wrote " + path + "; now run reference.py beside it")
	}
	var now, stored any
	read(t, path, &stored)
	if err := json.Unmarshal(text, &now); err != nil {
		t.Fatal(err)
	}
	if where := differ("", now, stored); where != "" {
		t.Fatalf("the problem is not the stored one at %s; if that is meant, run this test with -update, then reference.py", where)
	}
	read(t, dir+"/reference-answer.json", &want)
	return want
}

func compare(t testing.TB, name string, got, want []float64, allowed func(want float64) float64, torch string) {
	t.Helper()
	if len(got) == 0 || len(got) != len(want) {
		t.Errorf("%s: %d numbers, PyTorch %s has %d", name, len(got), torch, len(want))
		return
	}
	for i, w := range want {
		if !(math.Abs(got[i]-w) <= allowed(w)) {
			t.Errorf("%s[%d] is %.8g, with PyTorch %s %.8g", name, i, got[i], torch, w)
		}
	}
}

func read(t testing.TB, path string, into any) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// differ returns where two JSON values differ by more than a rounding (some
// processors fuse x*y+z), or nothing.
func differ(at string, a, b any) string {
	switch a := a.(type) {
	case float64:
		if b, ok := b.(float64); ok && math.Abs(a-b) <= 1e-5*math.Max(math.Abs(a), 1) {
			return ""
		}
	case []any:
		if b, ok := b.([]any); ok && len(a) == len(b) {
			for i := range a {
				if where := differ(fmt.Sprintf("%s[%d]", at, i), a[i], b[i]); where != "" {
					return where
				}
			}
			return ""
		}
	case map[string]any:
		if b, ok := b.(map[string]any); ok && len(a) == len(b) {
			for k := range a {
				if where := differ(at+"."+k, a[k], b[k]); where != "" {
					return where
				}
			}
			return ""
		}
	default:
		if a == b {
			return ""
		}
	}
	return strings.TrimPrefix(at, ".")
}
