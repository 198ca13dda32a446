package data

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// trials is a recording of n trials, of one to three samples each.
func trials(n int) *Recording {
	r := &Recording{}
	for i := range n {
		for range 1 + i%3 {
			r.Trial = append(r.Trial, int32(i))
		}
	}
	r.Samples = NewArray(len(r.Trial), 1)
	return r
}

// parts counts trials in train, val and test.
func parts(r *Recording) [3]int {
	var n [3]int
	for i, s := range r.Split {
		if i == 0 || r.Trial[i] != r.Trial[i-1] {
			if k := slices.Index([]Split{Train, Val, Test}, s); k >= 0 {
				n[k]++
			}
		}
	}
	return n
}

func TestDivideCounts(t *testing.T) {
	for _, c := range []struct {
		n                int
		train, val, test float64
		want             [3]int
	}{
		{159, 0.8, 0, 0.2, [3]int{127, 0, 32}}, // chewie-1
		{159, 0.8, 0.1, 0.1, [3]int{127, 16, 16}},
		{180, 0.8, 0.1, 0.1, [3]int{144, 18, 18}}, // chewie-2
		{209, 0.8, 0.1, 0.1, [3]int{167, 21, 21}}, // mihi-1
		{10, 0.7, 0.1, 0.2, [3]int{7, 1, 2}},      // 10·(0.7+0.1) is 7.999... in binary
		{10, 0.1, 0.2, 0.7, [3]int{1, 2, 7}},      // 10·(0.1+0.2) is 3.000...04
		{7, 1, 0, 0, [3]int{7, 0, 0}},
		{10, 0.6, 0.4, 0, [3]int{6, 4, 0}},
		{3, 0.34, 0.33, 0.33, [3]int{1, 1, 1}},
	} {
		r := trials(c.n)
		if err := (Division{Train: c.train, Val: c.val, Test: c.test}).Divide(r); err != nil {
			t.Errorf("%+v: %v", c, err)
			continue
		}
		if got := parts(r); got != c.want {
			t.Errorf("%+v: got %v", c, got)
		}
		if !slices.IsSortedFunc(r.Split, func(a, b Split) int { // train < val < test in time
			order := []Split{Train, Val, Test}
			return slices.Index(order, a) - slices.Index(order, b)
		}) {
			t.Errorf("%+v: parts are not in recorded order", c)
		}
	}
}

// Whatever the shares: no trial is torn, every sample is in a part, and counts are within one of their shares.
func TestDivideLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 60).Draw(t, "trials")
		a, b := rapid.IntRange(1, 100).Draw(t, "train"), rapid.IntRange(0, 100).Draw(t, "val")
		if a+b > 100 {
			b = 100 - a
		}
		d := Division{Train: float64(a) / 100, Val: float64(b) / 100, Test: float64(100-a-b) / 100,
			Order: rapid.SampledFrom([]string{"", "recorded", "random"}).Draw(t, "order")}
		r := trials(n)
		if err := d.Divide(r); err != nil {
			if !strings.Contains(err.Error(), "is empty") {
				t.Fatal(err)
			}
			return
		}
		for i, s := range r.Split {
			if s == "" {
				t.Fatalf("sample %d is in no part", i)
			}
			if i > 0 && r.Trial[i] == r.Trial[i-1] && s != r.Split[i-1] {
				t.Fatalf("trial %d is torn", r.Trial[i])
			}
		}
		got := parts(r)
		for k, share := range []float64{d.Train, d.Val, d.Test} {
			if diff := float64(got[k]) - share*float64(n); diff <= -1-1e-9 || diff >= 1+1e-9 {
				t.Fatalf("part %d has %d of %d trials for a share of %v", k, got[k], n, share)
			}
		}
	})
}

func TestDivideRandomFollowsTheSeed(t *testing.T) {
	split := func(seed uint64) string {
		r := trials(50)
		if err := (Division{Train: 0.5, Test: 0.5, Order: "random", Seed: seed}).Divide(r); err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(r.Split)
	}
	one, again := split(1), split(1)
	if one != again {
		t.Error("equal seeds gave different divisions")
	}
	if one == split(2) {
		t.Error("different seeds gave equal divisions")
	}
}

func TestDivideBySample(t *testing.T) {
	r := trials(1)
	r.Trial, r.Samples = []int32{0, 0, 0, 0}, NewArray(4, 1)
	d := Division{Train: 0.75, Test: 0.25}
	if err := d.Divide(r); err == nil || !strings.Contains(err.Error(), "1 trials give train 0, val 0, test 1") || !strings.Contains(err.Error(), "or divide by sample") {
		t.Errorf("error %v", err)
	}
	d.By = BySample
	if err := d.Divide(r); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(r.Split, []Split{Train, Train, Train, Test}) {
		t.Errorf("got %v", r.Split)
	}
}

func TestDivideGiven(t *testing.T) {
	r := trials(2)
	if err := (Division{By: ByGiven}).Divide(r); err == nil {
		t.Error("a recording without a split has a given one")
	}
	given := []Split{Test, Train, Train}
	r.Split = given
	if err := (Division{By: ByGiven}).Divide(r); err != nil || !slices.Equal(r.Split, given) {
		t.Errorf("got %v, %v", r.Split, err)
	}
}

func TestDivideFromFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "split.json")
	for _, c := range []struct{ text, want string }{
		{`{"train": [2, 0], "test": [3]}`, ""},
		{`{"train": [9]}`, "trial 9, which the recording does not have"},
		{`{"train": [1], "test": [1]}`, "trial 1 is named twice (train and test)"},
		{`{"test": [1]}`, "train part is empty"},
		{`{"train": ["a"]}`, "expected"},
		{`{"trian": [1]}`, "unknown field"},
		{`nonsense`, "expected"},
		{`{"train": [0]} {"train": [1]}`, "more follows"},
		{`{"train": [0], "test": [1], "Train": [2]}`, `"Train" is there twice`},
		{strings.Repeat("[", 1000), "nested deeper"},
	} {
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		r := trials(4)
		err := Division{File: path}.Divide(r)
		if c.want != "" {
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: error %v does not mention %q", c.text, err, c.want)
			}
			continue
		}
		if want := []Split{Train, "", "", Train, Train, Train, Test}; err != nil || !slices.Equal(r.Split, want) {
			t.Errorf("%s: got %q, %v", c.text, r.Split, err)
		}
	}
}

func TestDivisionCheck(t *testing.T) {
	for _, c := range []struct {
		d          Division
		path, fact string
	}{
		{Division{Train: 0.8, Test: 0.1}, "", "sum to 0.9"},
		{Division{}, "", "sum to 0"},
		{Division{Train: 1.5, Test: -0.5}, "train", "between 0 and 1"},
		{Division{Test: 1}, "train", "above 0"},
		{Division{By: "day", Train: 1}, "by", `got "day"`},
		{Division{Order: "shuffled", Train: 1}, "order", `got "shuffled"`},
		{Division{By: ByGiven, Train: 1}, "by", "leaves nothing"},
		{Division{File: "x", Train: 1}, "file", "leaves nothing"},
		{Division{Train: 1, Seed: 3}, "seed", "no effect"},
	} {
		p := c.d.Check()
		if len(p) == 0 || p[0].Path != c.path || !strings.Contains(p[0].Fact, c.fact) {
			t.Errorf("%+v: got %+v, want %s: %s", c.d, p, c.path, c.fact)
		}
	}
	if p := (Division{Train: 0.8, Val: 0.1, Test: 0.1}).Check(); len(p) > 0 {
		t.Errorf("a good division has problems: %v", p)
	}
}
