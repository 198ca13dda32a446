package source

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/assaylab/assay/framework/data"
)

// Targets are dealt among the trials of train, all of a trial's together; val, test and
// the samples stay, and so does the file that holds them.
func TestShuffled(t *testing.T) {
	cache, err := data.OpenCache(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	b := &Builder{Cache: cache}
	recipe := Dataset{Recording: Recording{Source: "generate/swapvae-population", Params: map[string]any{"per_cluster": 200}, Split: &data.Division{Train: 0.6, Val: 0.2, Test: 0.2}}}
	open := func(d Dataset) (*data.Recording, string) {
		t.Helper()
		made, err := b.Make(t.Context(), d, 1)
		if err != nil {
			t.Fatal(err)
		}
		set, err := data.Open(b.Cache.Dir(made.Digest))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { set.Close() })
		return set.Recordings[data.MainRole], made.Digest
	}
	was, plain := open(recipe)
	seen := map[string]bool{plain: true}
	for deal := 1; deal <= 3; deal++ {
		again := recipe
		again.Shuffled = deal
		is, digest := open(again)
		if _, twice := open(again); twice != digest || seen[digest] {
			t.Fatalf("deal %d is %s, then %s", deal, digest, twice)
		}
		seen[digest] = true
		a, errA := os.Stat(b.Cache.Dir(plain) + "/main.samples.npy")
		c, errC := os.Stat(b.Cache.Dir(digest) + "/main.samples.npy")
		if errA != nil || errC != nil || !os.SameFile(a, c) {
			t.Errorf("deal %d has samples of its own (%v, %v)", deal, errA, errC)
		}
		moved := 0
		from := map[int32]string{} // what a trial was given
		for i := range was.Len() {
			before, now := describeSample(was, i), describeSample(is, i)
			switch {
			case was.Split[i] != is.Split[i] || was.Trial[i] != is.Trial[i]:
				t.Fatalf("deal %d, sample %d: part or trial changed", deal, i)
			case was.Split[i] == data.Train:
				if before != now {
					moved++
				}
				from[was.Trial[i]] += now + "\n"
			case before != now:
				t.Fatalf("deal %d, sample %d of %s: %s was %s", deal, i, was.Split[i], now, before)
			}
		}
		given := map[string]int{}
		for _, text := range from {
			given[text]++
		}
		had := map[string]int{}
		for trial := range from {
			text := ""
			for i := range was.Len() {
				if was.Trial[i] == trial {
					text += describeSample(was, i) + "\n"
				}
			}
			had[text]++
		}
		if !maps.Equal(given, had) { // all trials have four samples here
			t.Errorf("deal %d: trials were given other targets than there are", deal)
		}
		if n := len(slices.Collect(maps.Keys(from))); moved < 3*n {
			t.Errorf("deal %d moved %d samples of %d trials", deal, moved, n)
		}
	}
}

func describeSample(r *data.Recording, i int) (text string) {
	for _, target := range r.Targets {
		if target.IsClass() {
			text += fmt.Sprint(target.Labels[i], " ")
		} else {
			text += fmt.Sprint(target.Values.Row(i), " ")
		}
	}
	return text
}

// One long trial has no trials to deal, but blocks; too few samples are left alone.
func TestShuffledWithoutTrials(t *testing.T) {
	for n, dealt := range map[int]bool{400: true, 60: false} {
		r := &data.Recording{Trial: make([]int32, n), Targets: []data.Target{{Name: "n", Labels: make([]int32, n), Classes: n}}}
		for i := range n {
			r.Targets[0].Labels[i] = int32(i)
		}
		r.Samples = data.NewArray(n, 1)
		out := shuffled(r, data.Rand(1, "test").Perm).Targets[0].Labels
		if changed := !slices.Equal(out, r.Targets[0].Labels); changed != dealt {
			t.Errorf("%d samples: dealt %v", n, changed)
		}
		if dealt && out[1] != out[0]+1 {
			t.Errorf("blocks were torn: %v", out[:12])
		}
	}
}
