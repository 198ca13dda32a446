package stats

// moderateFrom is the number of stochastic methods from which on their seed
// variances are moderated, prior is the weight of the others in seeds.
const (
	moderateFrom = 4
	prior        = 4
)

// Moderate returns the parts with seed variances for comparing them: a few seeds
// say little about a variance, and one that came out small by chance claims
// differences that are not there. With σ²_k = n_k·q_k and pool_k the mean of the
// other stochastic methods' σ²,
//
//	σ'²_k = (4·pool_k + (n_k−1)·σ²_k)/(n_k + 3)
//
// replaces σ²_k where it is larger, with ν_k = n_k + 3. Upwards only: shrinking
// both ways (Smyth 2004) has more power, and false claims where one method is much
// noisier than the others. Fewer than four stochastic methods stay as they are;
// methods without seed variance neither give nor take.
func Moderate(all []Parts) []Parts {
	out := make([]Parts, len(all))
	copy(out, all)
	var total float64
	k := 0
	for _, p := range all {
		if p.Stochastic() {
			total += p.q * float64(p.N)
			k++
		}
	}
	if k < moderateFrom {
		return out
	}
	for i, p := range all {
		if !p.Stochastic() {
			continue
		}
		n := float64(p.N)
		own := p.q * n
		pool := (total - own) / float64(k-1)
		if moderated := (prior*pool + (n-1)*own) / (n + prior - 1); moderated > own {
			out[i].q, out[i].Nu = moderated/n, n+prior-1
		}
	}
	return out
}
