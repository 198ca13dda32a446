package source

import (
	"math"
	"strings"
	"testing"

	"github.com/assaylab/assay/framework/data"
)

// Cores fire with probability r, all others with q k/n, and cores overlap as asked.
func TestStimulusClasses(t *testing.T) {
	r := generate(t, "stimulus-classes", map[string]any{"classes": 3, "inputs": 600, "core": 60, "q": 0.5, "cores": "shared", "alpha": 0.25, "test": 400}, 2)["main"]
	class, _ := r.ClassTarget("class")
	if got := r.On(data.Train).Len(); got != 15 {
		t.Errorf("%d training samples, want 3 x 5", got)
	}
	mean := make([][]float64, 3)
	for c := range mean {
		mean[c] = make([]float64, 600)
	}
	test := r.On(data.Test)
	for i := range test.Len() {
		c := class.Labels[15+i]
		for j, v := range test.Samples.Row(i) {
			mean[c][j] += float64(v) / 400
		}
	}
	core := make([]map[int]bool, 3)
	for c := range mean {
		core[c] = map[int]bool{}
		var in, out float64
		for j, v := range mean[c] {
			if v > 0.5 {
				core[c][j] = true
				in += v / 60
			} else {
				out += v / 540
			}
		}
		// 24,000 and 216,000 draws: five standard errors.
		if len(core[c]) != 60 || math.Abs(in-0.9) > 0.01 || math.Abs(out-0.05) > 0.003 {
			t.Errorf("class %d: core of %d firing at %.3f, the others at %.4f", c, len(core[c]), in, out)
		}
	}
	for _, pair := range [][2]int{{0, 1}, {0, 2}, {1, 2}} {
		shared := 0
		for j := range core[pair[0]] {
			if core[pair[1]][j] {
				shared++
			}
		}
		if shared != 15 {
			t.Errorf("cores %v share %d neurons, want 15", pair, shared)
		}
	}
}

func TestLinearThreshold(t *testing.T) {
	for _, c := range []struct {
		params             map[string]any
		m, exact1, exact0  int // ones along v, where exact
		positive, negative float64
	}{
		{map[string]any{"direction": 125, "delta": 3.0}, 125, 45, 0, 45, 0}, // the authors' demonstration
		{map[string]any{"delta": 9.0}, 100, 100, 0, 100, 0},
		{map[string]any{"delta": 0.5}, 100, 15, 5, 15, 5},
		{map[string]any{"delta": 3.0, "variant": "bernoulli"}, 100, -1, -1, 40, 10},
	} {
		r := generate(t, "linear-threshold", c.params, 1)["main"]
		class, _ := r.ClassTarget("class")
		var along, rest [2]float64
		for i, l := range class.Labels {
			n := 0
			for j, v := range r.Samples.Row(i) {
				if j < c.m {
					n += int(v)
				} else {
					rest[l] += float64(v)
				}
			}
			along[l] += float64(n) / 1005
			if want := []int{c.exact0, c.exact1}[l]; want >= 0 && n != want {
				t.Fatalf("%v: sample %d of class %d has %d ones along v, want %d", c.params, i, l, n, want)
			}
		}
		if math.Abs(along[1]-c.positive) > 1 || math.Abs(along[0]-c.negative) > 0.6 {
			t.Errorf("%v: %.1f and %.1f ones along v", c.params, along[1], along[0])
		}
		for l, n := range rest {
			if p := n / 1005 / float64(1000-c.m); math.Abs(p-0.1) > 0.002 {
				t.Errorf("%v: other coordinates of class %d fire at %.4f", c.params, l, p)
			}
		}
	}
}

// Steps follow the matrix that the target shows.
func TestMarkovChain(t *testing.T) {
	r := generate(t, "markov-chain", map[string]any{"states": 4, "length": 40_000}, 3)["main"]
	symbol, _ := r.ClassTarget("symbol")
	P, _ := r.ContinuousTarget("transition")
	var count, from [4][4]float64
	for i := 1; i < r.Len(); i++ {
		s := symbol.Labels[i-1]
		count[s][symbol.Labels[i]]++
		for x, p := range P.Values.Row(i - 1) {
			from[s][x] += float64(p)
		}
	}
	for s := range count {
		n := 0.0
		for _, c := range count[s] {
			n += c
		}
		for x := range count[s] {
			if d := (count[s][x] - from[s][x]) / math.Sqrt(n); math.Abs(d) > 2.5 { // five deviations of at most a half
				t.Errorf("P(%d|%d): %v of %v steps, expected %v", x, s, count[s][x], n, from[s][x])
			}
		}
	}
	if n := generate(t, "markov-chain", map[string]any{"states": 7}, 3)["main"].Len(); n != 700 {
		t.Errorf("%d steps for 7 states", n)
	}
}

func TestCoinFlips(t *testing.T) {
	r := generate(t, "coin-flips", map[string]any{"counts": []int{3, 0, 9}}, 3)["main"]
	counts := r.Summarize().Targets[0].Counts
	if r.Len() != 12 || counts[0] != 3 || counts[1] != 0 || counts[2] != 9 {
		t.Errorf("counts %v", counts)
	}
	f, _ := r.ContinuousTarget("frequency")
	if f.Values.Row(5)[2] != 0.75 {
		t.Errorf("frequencies %v", f.Values.Row(5))
	}
}

// The text and its words; near the 184 words, 109 of them different, of the
// authors' shorter edition.
func TestPoem(t *testing.T) {
	r := generate(t, "owl-and-pussycat", nil, 1)["main"]
	symbol, _ := r.ClassTarget("symbol")
	var words []string
	for _, l := range symbol.Labels {
		words = append(words, r.Channels[l])
	}
	text := strings.Join(words, " ")
	if !strings.HasPrefix(text, "the owl and the pussy cat went to sea in a beautiful pea green boat they") || !strings.HasSuffix(text, "by the light of the moon . . . .") {
		t.Error(text)
	}
	t.Logf("%d words, %d different", len(words), symbol.Classes)
	if symbol.Classes != len(r.Channels) || symbol.Classes < 105 || symbol.Classes > 120 {
		t.Errorf("%d different words", symbol.Classes)
	}
}
