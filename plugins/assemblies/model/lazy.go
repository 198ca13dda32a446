package model

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// lazy simulates only the neurons that have ever fired (the support, numbered in
// the order of their first firing) and samples the rest. A neuron that never fired
// has all its synapses at their first weight, so its input is one of n − w
// independent Bin(K, p), K the number of firing sources; of these only the k
// largest matter, and topCounts draws them exactly. A candidate that wins becomes
// known: its d synapses are spread over the firing sources without replacement,
// and those from any other source are drawn, Bernoulli(p), when that source fires.
//
// What is not exact: a neuron that lost is drawn afresh in the next round, although
// its synapses are what they were, so inputs of overlapping rounds are less alike
// than in a real graph; and ties between a known and a new neuron go to the known
// one. With normalisation every in-degree is taken to be n_in p.
type lazy struct {
	Config
	fibres []*lazyFibre
	known  int
	bias   []float64 // [known]
	stream uint64
	rounds uint64
}

type lazyFibre struct {
	Fibre
	changes
	upto []int32   // [lists]
	sum  []float64 // [known] Σ_i (w_ij − 1)
	held []float64
}

func newLazy(c Config) (Area, error) {
	l := &lazy{Config: c}
	for _, f := range c.Fibres {
		if f.P != c.Fibres[0].P || c.Normalise && f.From != c.Fibres[0].From {
			return nil, fmt.Errorf("the lazy engine needs fibres of one probability, and with normalisation of one number of sources")
		}
		if f.Within > 0 {
			return nil, fmt.Errorf("the lazy engine knows no positions, so no stretches")
		}
		l.fibres = append(l.fibres, &lazyFibre{Fibre: f})
	}
	return l, nil
}

func (l *lazy) Support() int { return l.known }

// list returns the place of source i's list.
func (f *lazyFibre) list(i int32) int {
	if n := int(i) + 1 - len(f.index); n > 0 {
		f.index = append(f.index, make([]int32, n)...)
	}
	f.of(i)
	if len(f.upto) < len(f.lists) {
		f.upto = append(f.upto, 0)
	}
	return int(f.index[i] - 1)
}

// draw reveals the synapses of source i to support neurons that it has not met.
func (f *lazyFibre) draw(i int32, known int, rng *rand.Rand) []change {
	at := f.list(i)
	list := &f.lists[at]
	if f.P > 0 {
		log := math.Log1p(-f.P)
		for slot := int(f.upto[at]); ; slot++ {
			skip := 0.0
			if f.P < 1 {
				skip = math.Floor(math.Log(1-rng.Float64()) / log)
			}
			if skip >= float64(known-slot) {
				break
			}
			slot += int(skip)
			if !f.Recurrent || f.SelfLoops || slot != int(i) {
				*list = append(*list, change{int32(slot), 0})
			}
		}
	}
	f.upto[at] = int32(known)
	return *list
}

func (l *lazy) Project(in Drive) []int32 {
	if in.Sigma > 0 {
		panic("model: the lazy engine has no noise")
	}
	rng := rand.New(rand.NewPCG(mix(l.Seed+l.stream*golden), l.rounds))
	l.rounds++
	a := make([]float64, l.known)
	sources := 0
	for x, f := range l.fibres {
		sources += len(in.Firing[x])
		sum := make([]float64, l.known)
		for _, i := range in.Firing[x] {
			for _, ch := range f.draw(i, l.known, rng) {
				sum[ch.slot] += l.Rule.weights[ch.count]
			}
		}
		for slot := range sum {
			a[slot] += sum[slot] / l.scale(f, slot)
		}
	}
	for slot, b := range l.bias {
		a[slot] += b
	}
	counts := topCounts(rng, l.N-l.known, sources, l.Fibres[0].P, l.K)
	for _, d := range counts {
		a = append(a, float64(d)/l.scale(l.fibres[0], -1))
	}
	cap := KCap(a, l.K)
	old := l.known
	for x, j := range cap {
		if int(j) >= old { // candidates stand behind the support
			cap[x] = int32(l.known)
			l.meet(in.Firing, sources, counts[int(j)-old], rng)
		}
	}
	for x, f := range l.fibres {
		for _, i := range in.Firing[x] { // what fired has now met everyone
			f.upto[f.list(i)] = int32(l.known)
		}
	}
	return cap
}

// scale is Σ_i w_ij of a support neuron, or of one that never fired (slot < 0).
func (l *lazy) scale(f *lazyFibre, slot int) float64 {
	if !l.Normalise {
		return 1
	}
	degree := float64(f.From) * f.P
	if slot < 0 || slot >= len(f.held) {
		return degree
	}
	return degree + f.held[slot]
}

// meet makes a winner known: d of the firing sources, all equally likely, have
// synapses to it.
func (l *lazy) meet(firing [][]int32, sources, d int, rng *rand.Rand) {
	slot := int32(l.known)
	l.known++
	for x, f := range l.fibres {
		f.sum = append(f.sum, 0)
		for _, i := range firing[x] { // each is among the d left of those left (Knuth's algorithm S)
			if rng.IntN(sources) < d {
				list := &f.lists[f.list(i)]
				*list = append(*list, change{slot, 0})
				d--
			}
			sources--
		}
	}
}

func (l *lazy) Reinforce(firing [][]int32, cap []int32) {
	wins := make([]bool, l.known)
	for _, slot := range cap {
		wins[slot] = true
	}
	for x, f := range l.fibres {
		for _, i := range firing[x] {
			list := f.lists[f.list(i)]
			for y := range list {
				if ch := &list[y]; wins[ch.slot] {
					n := int(ch.count)
					ch.count++
					f.sum[ch.slot] += l.Rule.Weight(n+1) - l.Rule.Weight(n)
				}
			}
		}
	}
}

func (l *lazy) Homeostasis() {
	for _, f := range l.fibres {
		f.held = slices.Clone(f.sum)
	}
}

func (l *lazy) Penalise(neurons []int32, step float64) {
	l.bias = append(l.bias, make([]float64, l.known-len(l.bias))...)
	for _, j := range neurons {
		l.bias[j] -= step
	}
}

func (l *lazy) ClearBias() { l.bias = nil }
