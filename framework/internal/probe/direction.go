package probe

import (
	"context"
	"fmt"
	"math"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/problem"
)

// direction reads out the direction of a reach as Swap-VAE (Liu et al. 2021) and
// MYOW (Azabou et al. 2021) do: class l of a target with C classes stands for the
// angle θ = 2πl/C, a linear layer is trained to give (cos θ, sin θ) with the mean
// squared error, and the angle that it gives is compared with θ. Every sample counts
// by itself, the samples of a trial are not pooled.
//
// Two departures: MYOW's first release trains its read-out on augmented inputs, which
// belong to the training of the method and not to its embedding; and the first releases
// of both score test after every epoch of the read-out and report an exponential average
// (new weight 0.4), where the score here is that of the last epoch.
type direction struct {
	Profile string `name:"profile" default:"swapvae" choices:"swapvae,myow1,myow2" doc:"swapvae: Adam 0.01, L2 1e-5, 300 epochs, batches of 256; myow1: the same, 100 epochs; myow2: AdamW 0.01, 100 epochs, batches of 512, decay of 2^-10 .. 2^9 with the best accuracy on val"`
	Inits   int    `name:"inits" default:"1" min:"1" doc:"initialisations that the metrics are averaged over"`
}

// The tolerances are those of eight directions whatever the number of classes.
const (
	tolerance      = math.Pi / 8
	deltaTolerance = 3 * math.Pi / 16
)

func (p direction) Run(ctx context.Context, parts Parts, target string, seed uint64) (Result, error) {
	splits := parts.splits()
	sets := make(map[data.Split]angles, len(splits))
	for _, s := range splits {
		t, err := parts[s].Recording.ClassTarget(target)
		if err != nil {
			return Result{}, err
		}
		sets[s] = newAngles(widen(parts[s].X), evenly(t))
	}
	train, ok := sets[data.Train]
	if !ok {
		train = sets[data.All]
	}
	accuracy, delta := make([]float64, len(splits)), make([]float64, len(splits))
	near, nearly := make([][]float64, len(splits)), make([][]float64, len(splits)) // by sample: share of the initialisations
	for i, s := range splits {
		near[i], nearly[i] = make([]float64, sets[s].n), make([]float64, sets[s].n)
	}
	for init := range p.Inits {
		w, err := p.fit(ctx, train, sets, seed, fmt.Sprintf("probe/direction/init/%d", init))
		if err != nil {
			return Result{}, err
		}
		for i, s := range splits {
			a, d := sets[s].score(w, near[i], nearly[i])
			accuracy[i] += a / float64(p.Inits)
			delta[i] += d / float64(p.Inits)
		}
	}
	var out Result
	for i, s := range splits {
		for _, scores := range [][]float64{near[i], nearly[i]} {
			for j := range scores {
				scores[j] /= float64(p.Inits)
			}
		}
		out.put("accuracy", s, accuracy[i], parts[s].cases.mean(accuracy[i], near[i]))
		out.put("delta_accuracy", s, delta[i], parts[s].cases.mean(delta[i], nearly[i]))
	}
	return out, nil
}

// fit trains one read-out; for myow2, one for each decay, of which the first that
// does best on val is kept.
func (p direction) fit(ctx context.Context, train angles, sets map[data.Split]angles, seed uint64, purpose string) (readout, error) {
	switch p.Profile {
	case "myow1":
		return train.fit(ctx, data.Rand(seed, purpose), plan{epochs: 100, batch: 256, adam: adam{rate: 0.01, l2: 1e-5}})
	case "myow2":
		val, ok := sets[data.Val]
		if !ok {
			return readout{}, problem.New("profile myow2 chooses its weight decay on a val part, and there is none", "divide the recording into train, val and test, or use profile swapvae or myow1")
		}
		var best readout
		most := -1.0
		for i, decay := range decays() {
			w, err := train.fit(ctx, data.Rand(seed, fmt.Sprintf("%s/decay/%d", purpose, i)),
				plan{epochs: 100, batch: 512, adam: adam{rate: 0.01, decay: decay}})
			if err != nil {
				return readout{}, err
			}
			if a, _ := val.score(w, nil, nil); a > most {
				best, most = w, a
			}
		}
		return best, nil
	}
	return train.fit(ctx, data.Rand(seed, purpose), plan{epochs: 300, batch: 256, adam: adam{rate: 0.01, l2: 1e-5}})
}

// decays are 2^-10 .. 2^9. With rate 0.01 the last two, for which |1 - rate·decay| > 1,
// make the weights grow without bound; they stand in the grid all the same and lose on val.
func decays() []float64 {
	out := make([]float64, 20)
	for i := range out {
		out[i] = math.Ldexp(1, i-10)
	}
	return out
}

// angles is a part whose samples stand for angles.
type angles struct {
	samples
	theta []float64    // [n] radians
	y     [][2]float64 // [n] cosine and sine of theta
}

func newAngles(x samples, theta []float64) angles {
	a := angles{x, theta, make([][2]float64, x.n)}
	for i, t := range theta {
		a.y[i] = [2]float64{math.Cos(t), math.Sin(t)}
	}
	return a
}

// evenly is the angles 2πl/C of samples with the classes l.
func evenly(t *data.Target) []float64 {
	theta := make([]float64, len(t.Labels))
	for i, l := range t.Labels {
		theta[i] = 2 * math.Pi * float64(l) / float64(t.Classes)
	}
	return theta
}

// score returns the shares of samples within the two tolerances, and adds 1 to
// near[i] and nearly[i], where they are given, for sample i within them. An output
// that is not a number is within neither.
func (a angles) score(w readout, near, nearly []float64) (accuracy, delta float64) {
	for i := range a.n {
		c, s := w.apply(a.row(i))
		accurate, deltaAccurate := within(distance(math.Atan2(s, c), a.theta[i]))
		if accurate {
			accuracy++
			if near != nil {
				near[i]++
			}
		}
		if deltaAccurate {
			delta++
			if nearly != nil {
				nearly[i]++
			}
		}
	}
	return accuracy / float64(a.n), delta / float64(a.n)
}

func within(e float64) (accurate, deltaAccurate bool) { return e < tolerance, e < deltaTolerance }

// distance is the angle between two directions, in [0, π].
func distance(a, b float64) float64 {
	d := math.Mod(math.Abs(a-b), 2*math.Pi)
	if d > math.Pi {
		d = 2*math.Pi - d
	}
	return d
}
