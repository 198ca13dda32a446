package nemo

import (
	"math"
	"math/rand/v2"
	"slices"

	assembly "github.com/assaylab/assay/plugins/assemblies/model"
	"gonum.org/v1/gonum/floats"
)

// chooser is one random graph: the area S with assemblies A_i = neurons ik..(i+1)k
// and one fibre from each source of context.
type chooser struct {
	*settings
	m    int
	area assembly.Area
	rng  *rand.Rand // noise

	shown *[][]int32 // where the caps of the next flip go, or nil
	noisy []float64
	pick  assembly.Selector
}

// newChooser draws a graph. sources are the neurons of the context areas, a fibre
// for each.
func (s *settings) newChooser(m, n int, sources []int, engine string, seed uint64, noise *rand.Rand) (*chooser, error) {
	c := assembly.Config{N: n, K: s.K, Rule: assembly.CoinFlip(s.Beta, s.Lambda), Engine: engine, Seed: seed}
	for _, from := range sources {
		c.Fibres = append(c.Fibres, assembly.Fibre{From: from, P: s.P})
	}
	within := 0
	if s.Recurrence == "block" {
		within = s.K
	}
	c.Fibres = append(c.Fibres, assembly.Fibre{From: n, P: s.P, Recurrent: true, SelfLoops: true, Within: within})
	if s.Recurrence == "none" { // the fibre is never used: it shall take no memory
		c.Engine = assembly.Hash
	}
	area, err := assembly.New(c)
	if err != nil {
		return nil, err
	}
	for i := range m {
		if err := assembly.Patch(area, len(sources), stretch(i, s.K), stretch(i, s.K), s.WR); err != nil {
			return nil, err
		}
	}
	// Without noise inputs are whole numbers, ties at the edge of the cap are many,
	// and the rule that the lower index wins would favour A_1 over A_2 over A_3 (with
	// it the mean total variation of Markov rows was 0.19, not 0.10). A bias far below
	// any difference of inputs puts a random order of the neurons in its place, one
	// for each graph.
	order := rand.New(rand.NewPCG(seed, 1))
	for j := range int32(n) {
		area.Penalise([]int32{j}, 1e-6*order.Float64())
	}
	return &chooser{settings: s, m: m, area: area, rng: noise}, nil
}

// stretch is the neurons of assembly i.
func stretch(i, k int) assembly.Range { return assembly.Range{First: i * k, End: (i + 1) * k} }

// neurons lists them.
func neurons(i, k int) []int32 {
	out := make([]int32, k)
	for x := range out {
		out[x] = int32(i*k + x)
	}
	return out
}

// flip is what came of one.
type flip struct {
	outcome int       // the assembly, or -1: undecided
	leader  int       // of the first cap, the first of equals
	overlap float64   // largest share of an assembly in the final cap
	first   []float64 // neurons of each assembly in the first cap
	rounds  int
}

// flip draws an outcome. input is Wᵀ1_I, which is the same for all flips of a
// context, so that the first round is
//
//	C_0 = kcap(Wᵀ1_I + z),   z_j ~ N(0, σ²),  σ = noise·√(kp)
//
// and then only S fires: C_t = kcap(Wᵀ1_{C_{t−1}}). Without noise a cap that
// repeats itself stays for ever, so the rounds end there.
func (c *chooser) flip(input []float64) flip {
	sigma := c.Noise * math.Sqrt(float64(c.K)*c.P)
	c.noisy = slices.Grow(c.noisy[:0], len(input))[:len(input)]
	for j, a := range input {
		c.noisy[j] = a + sigma*c.rng.NormFloat64()
	}
	h := c.pick.KCap(c.noisy, c.K)
	c.see(h)
	var f flip
	f.first = c.meets(h)
	f.leader = floats.MaxIdx(f.first)
	if c.Recurrence != "none" {
		fire := make([][]int32, len(c.firing()))
		d := assembly.Drive{Firing: fire, Rand: c.rng}
		if c.NoiseRound == "all" {
			d.Sigma = sigma
		}
		for f.rounds < c.Rounds {
			fire[len(fire)-1] = h
			next := c.area.Project(d)
			c.see(next)
			f.rounds++
			same := slices.Equal(next, h)
			h = next
			if same && d.Sigma == 0 {
				break
			}
		}
	}
	c.shown = nil
	meets := c.meets(h)
	f.outcome = floats.MaxIdx(meets)
	f.overlap = meets[f.outcome] / float64(c.K)
	if c.Recurrence != "none" && f.overlap <= c.Decided {
		f.outcome = -1
	}
	return f
}

// firing returns silence in every fibre.
func (c *chooser) firing() [][]int32 { return make([][]int32, assembly.Fibres(c.area)) }

// meets counts the neurons of every assembly in a cap.
func (c *chooser) meets(h []int32) []float64 {
	out := make([]float64, c.m)
	for _, j := range h {
		if i := int(j) / c.K; i < c.m {
			out[i]++
		}
	}
	return out
}
