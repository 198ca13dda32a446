package model

import "math"

// Rule is the sequence of weights w_0 = 1, w_1, w_2, ... of a synapse that is
// reinforced again and again. It is not safe for concurrent use while it grows.
type Rule struct {
	next        func(w float64) float64
	weights     []float64
	homogeneous bool // next(s·w) = s·next(w): columns may be rescaled
}

// most is where weights stop growing, so that sums stay finite.
const most = 1e100

// Multiplicative is w ← (1+β) w.
func Multiplicative(beta float64) *Rule {
	return &Rule{next: func(w float64) float64 { return (1 + beta) * w }, weights: []float64{1}, homogeneous: true}
}

// CoinFlip is w ← w + π(w) with
//
//	π(w) = min(α, exp(λ(1 + β − w))),   α = β + ln(λ)/λ
//
// With y = exp(λ(w − 1 − β))/λ it is y_1 = 1, y_{T+1} = y_T exp(1/y_T): after T
// presentations exp(λw) grows nearly as T.
func CoinFlip(beta, lambda float64) *Rule {
	alpha := beta + math.Log(lambda)/lambda
	return &Rule{next: func(w float64) float64 {
		return w + math.Min(alpha, math.Exp(lambda*(1+beta-w)))
	}, weights: []float64{1}}
}

// Weight is w_c.
func (r *Rule) Weight(c int) float64 {
	if c < len(r.weights) {
		return r.weights[c]
	}
	return r.grow(c)
}

func (r *Rule) grow(c int) float64 {
	for len(r.weights) <= c {
		r.weights = append(r.weights, math.Min(most, r.next(r.weights[len(r.weights)-1])))
	}
	return r.weights[c]
}
