package nemo

import (
	"context"
	"fmt"
	"slices"

	"github.com/assaylab/assay/framework"
	assembly "github.com/assaylab/assay/plugins/assemblies/model"
)

// text is what a trigram experiment leaves: the text, what was sampled, and for
// every word what followed it.
type text struct {
	Words   []int       `json:"words"`   // of the training text
	Sampled [][]int     `json:"sampled"` // [graphs] the first two are the text's own
	Next    [][]float64 `json:"next"`    // [m][m] how often each word was sampled after each
	TV      []float64   `json:"tv"`      // [graphs] from the text's continuations, mean over the contexts sampled
}

// trigram learns and speaks (section 4.4 of the paper). Area A chooses; B holds the
// word before and C the one before that. The sequence is presented with B and C
// firing into A, so that the synapses B_b → A_a and C_c → A_a are reinforced once for
// every occurrence. To sample, B and C fire into A, A settles in A_a, and memory
// moves on: C takes what B held, B takes a. The links A → B → C are taken as given,
// as the assemblies are: they copy exactly.
//
// Inputs of B and C add, so that what is learned is a product of experts
// exp(λ(w_b + w_c)), not the conditional of the trigram.
func (e *experiment) trigram(ctx context.Context, m *model, x []int, trial []int32) error {
	if len(x) < 3 {
		return framework.Refuse(fmt.Sprintf("a text of %d words has no trigram", len(x)), "give a longer one")
	}
	distinct := map[[3]int]int{} // c, b, a
	var order [][3]int
	for i := 2; i < len(x); i++ {
		if trial[i] != trial[i-2] {
			continue
		}
		t := [3]int{x[i-2], x[i-1], x[i]}
		if distinct[t] == 0 {
			order = append(order, t)
		}
		distinct[t] += e.Presentations
	}
	rule := assembly.CoinFlip(e.Beta, e.Lambda)
	fromB, fromC := e.pairs(order, distinct, rule, 1), e.pairs(order, distinct, rule, 0)
	n := max(e.N, e.m*e.K)
	out := &text{Words: x, Next: make([][]float64, e.m)}
	for w := range out.Next {
		out.Next[w] = make([]float64, e.m)
	}
	for g := range e.Graphs {
		purpose := fmt.Sprintf("graph %d", g)
		// The context graphs are used a few times each, so they are drawn when needed.
		c, err := e.newChooser(e.m, n, []int{e.m * e.K, e.m * e.K}, assembly.Hash, e.req.Rand(purpose+" synapses").Uint64(), e.req.Rand(purpose+" noise"))
		if err != nil {
			return framework.Refuse(err.Error(), "see the settings n, k and p")
		}
		for f, weights := range []map[[2]int]float64{fromB, fromC} {
			for _, pair := range sortedPairs(weights) {
				if err := assembly.Patch(c.area, f, stretch(pair[0], e.K), stretch(pair[1], e.K), weights[pair]); err != nil {
					return err
				}
			}
		}
		said, err := e.speak(ctx, m, c, g, x[:2])
		if err != nil {
			return err
		}
		out.Sampled = append(out.Sampled, said)
		out.TV = append(out.TV, continuations(distinct, said))
		for i := 2; i < len(said); i++ {
			if said[i] >= 0 && said[i-1] >= 0 {
				out.Next[said[i-1]][said[i]]++
			}
		}
		e.rec.Log("graph %d says: %s", g, m.spell(said[:min(len(said), 60)]))
	}
	for _, row := range out.Next {
		if total := sum(row); total > 0 {
			for a := range row {
				row[a] /= total
			}
		}
	}
	m.Text = out
	return nil
}

// pairs are the weights from the word at that place of a trigram to its last.
func (e *experiment) pairs(order [][3]int, distinct map[[3]int]int, rule *assembly.Rule, place int) map[[2]int]float64 {
	total, out := map[[2]int]int{}, map[[2]int]float64{}
	for _, t := range order {
		pair := [2]int{t[place], t[2]}
		if out[pair] == 0 {
			out[pair] = 1
		}
		out[pair] *= rule.Weight(distinct[t])
		total[pair] += distinct[t]
	}
	if e.Pairs == "total" {
		for pair, n := range total {
			out[pair] = rule.Weight(n)
		}
	}
	return out
}

func sortedPairs(m map[[2]int]float64) [][2]int {
	var out [][2]int
	for p := range m {
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b [2]int) int { return slices.Compare(a[:], b[:]) })
	return out
}

// speak samples words, beginning with the two given. An undecided flip leaves
// memory without a word, -1: then it begins again with the text's first two.
func (e *experiment) speak(ctx context.Context, m *model, c *chooser, g int, start []int) ([]int, error) {
	said := slices.Clone(start)
	inputs := map[[2]int][]float64{} // Wᵀ1 of a context, which does not change
	fire := c.firing()
	prev2, prev := start[0], start[1]
	for word := range e.Words {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		key := [2]int{prev2, prev}
		if inputs[key] == nil {
			fire[0], fire[1] = neurons(prev, e.K), neurons(prev2, e.K)
			inputs[key] = assembly.Inputs(c.area, fire)
		}
		if g == 0 && len(m.Shown) < shown {
			c.show(&m.Shown, -1)
		}
		f := c.flip(inputs[key])
		m.Tally.add(f)
		said = append(said, f.outcome)
		if f.outcome < 0 {
			said = append(said, start...)
			prev2, prev = start[0], start[1]
		} else {
			prev2, prev = prev, f.outcome
		}
		e.rec.Progress(int64(g*e.Words+word+1), int64(e.Graphs*e.Words), "words")
	}
	return said, nil
}

// continuations is the total variation between what followed a pair of words in
// the sample and in the text, mean over the pairs sampled that the text has.
func continuations(distinct map[[3]int]int, said []int) float64 {
	sampled, known := map[[2]int]map[int]float64{}, map[[2]int]map[int]float64{}
	for t, n := range distinct {
		pair := [2]int{t[0], t[1]}
		if known[pair] == nil {
			known[pair] = map[int]float64{}
		}
		known[pair][t[2]] += float64(n)
	}
	var order [][2]int
	for i := 2; i < len(said); i++ {
		pair := [2]int{said[i-2], said[i-1]}
		if known[pair] == nil || said[i] < 0 {
			continue
		}
		if sampled[pair] == nil {
			sampled[pair] = map[int]float64{}
			order = append(order, pair)
		}
		sampled[pair][said[i]]++
	}
	if len(order) == 0 {
		return 1
	}
	sum := 0.0
	for _, pair := range order {
		sum += distance(sampled[pair], known[pair]) / float64(len(order))
	}
	return sum
}

// distance is the total variation between two counts, 1 − Σ min(p, q).
func distance(p, q map[int]float64) float64 {
	var totalP, totalQ float64
	for _, n := range p { // whole numbers: the order of a map does not matter
		totalP += n
	}
	for _, n := range q {
		totalQ += n
	}
	common := make([]float64, 0, len(p))
	for a, n := range p {
		common = append(common, min(n/totalP, q[a]/totalQ))
	}
	slices.Sort(common)
	return 1 - sum(common)
}

// metrics: a sampled trigram is valid if the text has it, wherever; words said
// anew after an undecided flip are not sampled.
func (t *text) metrics(out framework.Metrics) {
	has := map[[3]int]bool{}
	for i := 2; i < len(t.Words); i++ {
		has[[3]int{t.Words[i-2], t.Words[i-1], t.Words[i]}] = true
	}
	valid, all, copied := 0.0, 0.0, 0.0
	for g, said := range t.Sampled {
		restart := 0
		for i := 2; i < len(said); i++ {
			if restart > 0 {
				restart--
				continue
			}
			all++
			if said[i] < 0 {
				restart = 2
			} else if has[[3]int{said[i-2], said[i-1], said[i]}] {
				valid++
			}
		}
		copied += float64(longestRun(t.Words, said)) / float64(max(1, len(said)-2)) / float64(len(t.Sampled))
		out["tv"] += t.TV[g] / float64(len(t.Sampled))
	}
	if all > 0 {
		out["valid"] = valid / all
	}
	out["copied"] = copied
}

// longestRun is the length of the longest common stretch of two sequences.
func longestRun(a, b []int) (best int) {
	row := make([]int, len(b)+1)
	for _, x := range a {
		for j := len(b); j > 0; j-- {
			if x == b[j-1] {
				row[j] = row[j-1] + 1
				best = max(best, row[j])
			} else {
				row[j] = 0
			}
		}
	}
	return best
}

// spell writes words by their names, or numbers.
func (m *model) spell(words []int) (line string) {
	for _, w := range words {
		switch {
		case w < 0:
			line += " |"
		case w < len(m.Names):
			line += " " + m.Names[w]
		default:
			line += fmt.Sprint(" ", w)
		}
	}
	return line[min(1, len(line)):]
}

func (t *text) check(m int) error {
	if len(t.Next) != m || len(t.TV) != len(t.Sampled) {
		return fmt.Errorf("rows for %d words of %d; %d samples, %d distances", len(t.Next), m, len(t.Sampled), len(t.TV))
	}
	for _, row := range t.Next {
		if len(row) != m {
			return fmt.Errorf("a row of %d for %d words", len(row), m)
		}
	}
	return nil
}
