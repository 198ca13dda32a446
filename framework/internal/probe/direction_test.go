package probe

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/problem"
)

func ringAngles(n int, noise float64) angles {
	p := ring(n, noise, data.Rand(3, "toy"))
	return newAngles(widen(p.X), evenly(&p.Recording.Targets[0]))
}

func TestReadoutGradient(t *testing.T) {
	a := ringAngles(21, 0.5)
	w := newReadout(a.d, data.Rand(4, "weights"))
	rows := []int{0, 3, 4, 7, 19}
	got, none := make([]float64, len(w.p)), make([]float64, len(w.p))
	w.gradient(got, a, rows)
	// The loss is quadratic: central differences err by rounding alone, 1e-16/h.
	const h = 1e-4
	for i, p := range w.p {
		w.p[i] = p + h
		up := w.gradient(none, a, rows)
		w.p[i] = p - h
		down := w.gradient(none, a, rows)
		w.p[i] = p
		if want := (up - down) / (2 * h); !near(got[i], want, 1e-10) {
			t.Errorf("parameter %d: gradient %v, want %v", i, got[i], want)
		}
	}
}

// The loss of outputs (1, 0) for a direction of 90°: ((1-0)² + (0-1)²)/2.
func TestReadoutLoss(t *testing.T) {
	p := toy([][]float64{{5}}, [][]float64{{0}}, []int{2}, 8)
	a := newAngles(widen(p.X), evenly(&p.Recording.Targets[0]))
	w := readout{1, []float64{0.2, 0, 0, 0}}
	if got := w.gradient(make([]float64, 4), a, []int{0}); !near(got, 1, 1e-15) {
		t.Errorf("loss %v, want 1", got)
	}
}

// Two steps worked out by hand. The first has m̂ = g and v̂ = g², so its size is the rate.
func TestAdamSteps(t *testing.T) {
	for _, c := range []struct {
		name          string
		o             adam
		first, second float64
	}{
		// g = 0.5 then -0.25. m = .9·.05 - .025 = .02, m̂ = .02/.19;
		// v = .999·.00025 + .0000625 = .00031225, v̂ = v/.001999.
		{"adam", adam{rate: 0.01}, 2 - 0.01, 1.99 - 0.01*(0.02/0.19)/math.Sqrt(0.00031225/0.001999)},
		// g = 0.5 + 0.1·2 = 0.7 then -0.25 + 0.1·1.99 = -0.051: m = .063 - .0051, v = .999·.00049 + .000002601.
		{"l2", adam{rate: 0.01, l2: 0.1}, 2 - 0.01, 1.99 - 0.01*(0.0579/0.19)/math.Sqrt(0.000492111/0.001999)},
		// 2·(1 - 0.01·3) = 1.94, less 0.01; then 1.93·0.97 less the step of adam.
		{"decay", adam{rate: 0.01, decay: 3}, 1.93, 1.93*0.97 - 0.01*(0.02/0.19)/math.Sqrt(0.00031225/0.001999)},
	} {
		p := []float64{2}
		c.o.step(p, []float64{0.5})
		if !near(p[0], c.first, 1e-9) {
			t.Errorf("%s: %v after a step, want %v", c.name, p[0], c.first)
		}
		c.o.step(p, []float64{-0.25})
		if !near(p[0], c.second, 1e-9) {
			t.Errorf("%s: %v after two steps, want %v", c.name, p[0], c.second)
		}
	}
}

func TestInitialWeights(t *testing.T) {
	w := newReadout(400, data.Rand(1, "weights"))
	low, high := 0.0, 0.0
	for _, v := range w.p {
		low, high = min(low, v), max(high, v)
	}
	// 802 draws of U(-0.05, 0.05): the extremes are within 2 % of the ends but for 1 in 3000.
	if low < -0.05 || low > -0.049 || high > 0.05 || high < 0.049 {
		t.Errorf("weights from %v to %v, want ±1/√400", low, high)
	}
}

func TestTolerances(t *testing.T) {
	for _, c := range []struct {
		e           float64
		near, delta bool
	}{
		{math.Nextafter(math.Pi/8, 0), true, true},
		{math.Pi / 8, false, true},
		{math.Nextafter(3*math.Pi/16, 0), false, true},
		{3 * math.Pi / 16, false, false},
		{math.NaN(), false, false},
	} {
		if n, d := within(c.e); n != c.near || d != c.delta {
			t.Errorf("within(%v) = %v, %v", c.e, n, d)
		}
	}
	for _, c := range [][3]float64{{0, 7 * math.Pi / 4, math.Pi / 4}, {-math.Pi, math.Pi, 0}, {-3, 3, 2*math.Pi - 6}, {1, 3, 2}, {-math.Pi / 2, 3 * math.Pi / 2, 0}} {
		if d := distance(c[0], c[1]); !near(d, c[2], 1e-14) {
			t.Errorf("distance(%v, %v) = %v, want %v", c[0], c[1], d, c[2])
		}
	}
}

func TestDirectionOfNoiselessSamples(t *testing.T) {
	for _, profile := range []string{"swapvae", "myow1", "myow2"} {
		parts := Parts{data.Train: ring(1600, 0, data.Rand(1, "a")), data.Val: ring(80, 0, data.Rand(1, "b")), data.Test: ring(80, 0, data.Rand(1, "c"))}
		v := mustRun(t, Spec{Kind: "direction", Target: "direction", Settings: map[string]any{"profile": profile}}, parts, 5)
		if len(v) != 6 {
			t.Fatalf("%s: %d values, want 6", profile, len(v))
		}
		for _, x := range v {
			if x.Value != 1 {
				t.Errorf("%s: %s on %s is %v, want 1", profile, x.Name, x.Split, x.Value)
			}
		}
	}
}

func TestDirectionDependsOnSeedAlone(t *testing.T) {
	parts := Parts{data.All: ring(300, 2, data.Rand(1, "a"))}
	s := Spec{Kind: "direction", Target: "direction", Settings: map[string]any{"profile": "myow1", "inits": 2}}
	a, b, c := mustRun(t, s, parts, 7), mustRun(t, s, parts, 7), mustRun(t, s, parts, 8)
	if d := cmp.Diff(a, b); d != "" {
		t.Error(d)
	}
	if cmp.Equal(a, c) {
		t.Errorf("seeds 7 and 8 both give %v", a)
	}
}

// The metrics of two initialisations are the mean of each one's.
func TestDirectionAveragesInitialisations(t *testing.T) {
	part := ring(200, 2, data.Rand(1, "a"))
	p := direction{Profile: "myow1", Inits: 2}
	got, err := p.Run(context.Background(), Parts{data.All: part}, "direction", 7)
	if err != nil {
		t.Fatal(err)
	}
	a := newAngles(widen(part.X), evenly(&part.Recording.Targets[0]))
	var mean float64
	for _, purpose := range []string{"probe/direction/init/0", "probe/direction/init/1"} {
		w, err := p.fit(context.Background(), a, nil, 7, purpose)
		if err != nil {
			t.Fatal(err)
		}
		score, _ := a.score(w, nil, nil)
		mean += score / 2
	}
	if got.Values[0].Value != mean {
		t.Errorf("accuracy %v, want %v", got.Values[0].Value, mean)
	}
}

// A batch larger than the part is one step along the whole gradient.
func TestLastBatchIsKept(t *testing.T) {
	a := ringAngles(11, 0.5)
	got, err := a.fit(context.Background(), data.Rand(2, "fit"), plan{epochs: 1, batch: 256, adam: adam{rate: 0.01}})
	if err != nil {
		t.Fatal(err)
	}
	want := newReadout(a.d, data.Rand(2, "fit"))
	g := make([]float64, len(want.p))
	want.gradient(g, a, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
	(&adam{rate: 0.01}).step(want.p, g)
	for i := range want.p {
		if !near(got.p[i], want.p[i], 1e-12) {
			t.Errorf("parameter %d: %v, want %v", i, got.p[i], want.p[i])
		}
	}
}

func TestMyow2TakesTheFirstBestDecay(t *testing.T) {
	d := decays()
	if len(d) != 20 || d[0] != 1./1024 || d[10] != 1 || d[19] != 512 {
		t.Fatalf("decays %v, want 2^-10 .. 2^9", d)
	}
	train, val := ringAngles(600, 1), ringAngles(64, 0.25)
	scores := make([]float64, len(d))
	fits := make([]readout, len(d))
	for i := range d {
		w, err := train.fit(context.Background(), data.Rand(7, fmt.Sprintf("p/decay/%d", i)), plan{epochs: 100, batch: 512, adam: adam{rate: 0.01, decay: d[i]}})
		if err != nil {
			t.Fatal(err)
		}
		fits[i] = w
		scores[i], _ = val.score(w, nil, nil)
	}
	best := largest(scores)
	if last := slices.Max(scores); scores[best] != last || slices.Index(scores[best+1:], last) < 0 {
		t.Fatalf("scores %v: no tie for the best, so this test shows nothing", scores)
	}
	got, err := direction{Profile: "myow2"}.fit(context.Background(), train, map[data.Split]angles{data.Val: val}, 7, "p")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(fits[best].p, got.p); d != "" {
		t.Errorf("not the read-out of decay %v: %s", decays()[best], d)
	}
}

func TestMyow2NeedsVal(t *testing.T) {
	parts := Parts{data.Train: ring(80, 0, data.Rand(1, "a")), data.Test: ring(80, 0, data.Rand(1, "b"))}
	_, err := Run(context.Background(), Spec{Kind: "direction", Target: "direction", Settings: map[string]any{"profile": "myow2"}}, parts, 5)
	p, ok := errors.AsType[problem.Problem](err)
	if !ok || p.Fact != "profile myow2 chooses its weight decay on a val part, and there is none" || p.Hint == "" {
		t.Errorf("got %v", err)
	}
}
