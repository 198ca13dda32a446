// Package augment makes the views that self-supervised methods compare: temporal
// neighbours of a sample within its trial, and augmented copies of its
// activity. Swap-VAE and MYOW share it.
package augment

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"

	"github.com/assaylab/assay/framework/nn"
)

// Pairs are all ordered pairs (i, j) of samples of one trial with
// from ≤ j − i ≤ to; a pair never crosses the boundary of a trial.
type Pairs struct {
	first, second []int32
	order         []int32 // a permutation; what Draw has shuffled so far stays shuffled
}

// NewPairs lists the pairs. trial holds the trial of each sample; the samples of
// a trial lie one after another.
func NewPairs(trial []int32, from, to int) *Pairs {
	p := new(Pairs)
	for i, t := range trial {
		for j := max(0, i+from); j <= min(len(trial)-1, i+to); j++ {
			if trial[j] == t {
				p.order = append(p.order, int32(len(p.first)))
				p.first, p.second = append(p.first, int32(i)), append(p.second, int32(j))
			}
		}
	}
	return p
}

// MarshalBinary returns the permutation, which the next draw depends on.
func (p *Pairs) MarshalBinary() ([]byte, error) {
	out := make([]byte, 0, 4*len(p.order))
	for _, k := range p.order {
		out = binary.LittleEndian.AppendUint32(out, uint32(k))
	}
	return out, nil
}

// UnmarshalBinary sets the permutation of the same pairs to what MarshalBinary has
// returned.
func (p *Pairs) UnmarshalBinary(b []byte) error {
	if len(b) != 4*len(p.order) {
		return fmt.Errorf("augment: a permutation of %d pairs in %d bytes", len(p.order), len(b))
	}
	seen := make([]bool, len(p.order))
	for i := range p.order {
		k := binary.LittleEndian.Uint32(b[4*i:])
		if int(k) >= len(seen) || seen[k] {
			return fmt.Errorf("augment: no permutation of %d pairs", len(p.order))
		}
		seen[k] = true
		p.order[i] = int32(k)
	}
	return nil
}

// Len returns the number of pairs.
func (p *Pairs) Len() int { return len(p.first) }

// Draw fills i and j with pairs drawn uniformly and without replacement from
// all pairs, of which there must be enough.
func (p *Pairs) Draw(i, j []int, rng *rand.Rand) {
	for n := range i {
		k := n + rng.IntN(len(p.order)-n)
		p.order[n], p.order[k] = p.order[k], p.order[n]
		i[n], j[n] = int(p.first[p.order[n]]), int(p.second[p.order[n]])
	}
}

// Dropout is randomised dropout: for every row a rate p ~ U(0, Most), with
// which each of its units is set to zero; survivors are not rescaled. A row is
// touched with probability Apply.
type Dropout struct{ Most, Apply float64 }

// Mask fills mask [rows x cols] with 1 for what stays and 0 for what goes.
func (d Dropout) Mask(mask []float32, cols int, rng *rand.Rand) {
	for at := 0; at < len(mask); at += cols {
		row := mask[at : at+cols]
		p := d.Most * rng.Float64()
		if d.Apply < 1 && rng.Float64() >= d.Apply {
			p = 0
		}
		nn.FillBernoulli(row, 1-p, 1, rng)
	}
}

// Pepper adds Size to each unit with probability P; a row is touched with
// probability Apply.
type Pepper struct{ P, Size, Apply float64 }

// Add fills noise [rows x cols] with Size or 0.
func (p Pepper) Add(noise []float32, cols int, rng *rand.Rand) {
	for at := 0; at < len(noise); at += cols {
		q := p.P
		if p.Apply < 1 && rng.Float64() >= p.Apply {
			q = 0
		}
		nn.FillBernoulli(noise[at:at+cols], q, float32(p.Size), rng)
	}
}

// Gaussian adds N(0, SD²) to each unit; a row is touched with probability Apply.
type Gaussian struct{ SD, Apply float64 }

// Add fills noise [rows x cols].
func (g Gaussian) Add(noise []float32, cols int, rng *rand.Rand) {
	for at := 0; at < len(noise); at += cols {
		row := noise[at : at+cols]
		if g.Apply < 1 && rng.Float64() >= g.Apply {
			clear(row)
			continue
		}
		for i := range row {
			row[i] = float32(g.SD * rng.NormFloat64())
		}
	}
}
