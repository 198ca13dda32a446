package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/assaylab/assay/framework/metric"
)

// one is a method of one measurement per case.
func one(t *testing.T, z []float64, unit float64) Parts {
	t.Helper()
	p, err := Crossed([][]float64{z}, []float64{Mean(z)}, nil, unit)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// The two deterministic methods that a t test over seeds called different with
// p = 0: 10 of 31 samples against 9 of 31, one measurement repeated.
func TestOneMeasurementRepeatedIsOne(t *testing.T) {
	a, b := make([]float64, 31), make([]float64, 31)
	for j := range 10 {
		a[j] = 1
	}
	for j := range 9 {
		b[5+j] = 1
	}
	three := [][]float64{a, a, a}
	pa, err := Crossed(three, []float64{10.0 / 31, 10.0 / 31, 10.0 / 31}, nil, 1)
	if err != nil || pa.Stochastic() || pa.N != 1 {
		t.Fatalf("%+v, %v", pa, err)
	}
	c, err := pa.Minus(one(t, b, 1))
	if err != nil {
		t.Fatal(err)
	}
	if _, p := c.T(); !(p > 0.5) {
		t.Errorf("10/31 against 9/31: p = %v", p)
	}
	same, err := pa.Minus(one(t, a, 1))
	if err != nil || same.SE != 0 {
		t.Fatal(same, err)
	}
	if _, p := same.T(); !math.IsNaN(p) {
		t.Errorf("identical methods have p = %v", p)
	}
	in, ok := Of(metric.Proportion, pa.Alone(), 93, 31)
	if !ok || in.Lo < 0.15 || in.Hi > 0.55 || in.Lo > 0.2 {
		t.Errorf("interval of 10/31: %+v", in)
	}
}

// A difference is the same in every unit, up to 1e±300, and changes sign with the order.
func TestScaleAndOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	z := func(shift float64) [][]float64 {
		out := make([][]float64, 4)
		for i := range out {
			for range 20 {
				out[i] = append(out[i], r.NormFloat64()+shift)
			}
		}
		return out
	}
	a, b := z(0), z(0.4)
	var want Contrast
	for _, scale := range []float64{1, 0x1p990, 0x1p-990, 0x1p40} {
		put := func(z [][]float64) ([][]float64, []float64) {
			out, values := make([][]float64, len(z)), make([]float64, len(z))
			for i := range z {
				out[i] = scaled(z[i], scale)
				values[i] = Mean(out[i])
			}
			return out, values
		}
		za, va := put(a)
		zb, vb := put(b)
		u := Unit(append(za, zb...)...)
		pa, err1 := Crossed(za, va, nil, u)
		pb, err2 := Crossed(zb, vb, nil, u)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		c, err := pa.Minus(pb)
		if err != nil {
			t.Fatal(err)
		}
		back, err := pb.Minus(pa)
		if err != nil || back.Estimate != -c.Estimate || back.SE != c.SE || back.Nu != c.Nu {
			t.Errorf("b − a is %+v, a − b %+v", back, c)
		}
		if scale == 1 {
			want = c
		} else if c.Estimate/scale != want.Estimate || math.Abs(c.SE/scale-want.SE) > 1e-14*want.SE || math.Abs(c.Nu-want.Nu) > 1e-10*want.Nu {
			t.Errorf("scale %g: %+v, want %+v times it", scale, c, want)
		}
	}
}

func TestMeanIsTheSameInAnyOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 3))
	for range 2000 {
		x := make([]float64, 1+r.IntN(12))
		for i := range x {
			x[i] = math.Ldexp(r.NormFloat64(), r.IntN(60)-30)
		}
		want := Mean(x)
		r.Shuffle(len(x), func(i, j int) { x[i], x[j] = x[j], x[i] })
		if got := Mean(x); got != want {
			t.Fatalf("%v: %v, and %v in another order", x, got, want)
		}
		same := make([]float64, 1+r.IntN(100))
		for i := range same {
			same[i] = x[0]
		}
		if got := Mean(same); got != x[0] {
			t.Fatalf("mean of %d times %v is %v", len(same), x[0], got)
		}
	}
	if got := Mean([]float64{math.MaxFloat64, math.MaxFloat64, math.MaxFloat64}); got != math.MaxFloat64 {
		t.Errorf("mean of the largest number: %v", got)
	}
	if got := Mean([]float64{1e16, 1, -1e16}); math.Abs(got-1.0/3) > 1e-16 {
		t.Errorf("a third of 1: %v", got)
	}
}

func TestModerationIsUpwardsOnly(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	var all []Parts
	for k := range 5 {
		var z [][]float64
		var values []float64
		for range 3 {
			shift := r.NormFloat64() * float64(k) // the first is seedless
			row := make([]float64, 10)
			for j := range row {
				row[j] = float64(j) + shift
			}
			z, values = append(z, row), append(values, Mean(row))
		}
		p, err := Crossed(z, values, nil, 1)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if all[0].Stochastic() {
		t.Fatal("the first method is seedless")
	}
	got := Moderate(all)
	raised := 0
	for k := range all {
		switch {
		case got[k].q > all[k].q:
			raised++
			if got[k].Nu != float64(all[k].N+3) {
				t.Errorf("method %d: ν = %v", k, got[k].Nu)
			}
		case got[k].q < all[k].q || got[k].Nu != all[k].Nu:
			t.Errorf("method %d was shrunk: %+v from %+v", k, got[k], all[k])
		}
	}
	if raised == 0 || raised == 4 || got[0].q != 0 {
		t.Errorf("%d raised, seedless %v", raised, got[0].q)
	}
	three := Moderate(all[:4]) // three stochastic ones
	for k := range three {
		if three[k].q != all[k].q {
			t.Error("three stochastic methods were moderated")
		}
	}
}

// Letters say of every pair what the tests said, and no set lies within another.
func TestLettersSayWhatDiffers(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 500 {
		k := 1 + r.IntN(10)
		d := make([][]bool, k)
		for a := range d {
			d[a] = make([]bool, k)
		}
		for _, p := range Pairs(k) {
			v := r.IntN(3) == 0
			d[p[0]][p[1]], d[p[1]][p[0]] = v, v
		}
		sets := Cliques(k, func(a, b int) bool { return d[a][b] })
		together := func(a, b int) bool {
			return slices.ContainsFunc(sets, func(s []int) bool { return slices.Contains(s, a) && slices.Contains(s, b) })
		}
		for _, p := range Pairs(k) {
			if together(p[0], p[1]) == d[p[0]][p[1]] {
				t.Fatalf("%v: pair %v", sets, p)
			}
		}
		for i, s := range sets {
			for x := range k { // maximal: whoever is left out differs from a member
				if !slices.Contains(s, x) && !slices.ContainsFunc(s, func(y int) bool { return d[x][y] }) {
					t.Fatalf("set %d of %v could hold %d", i, sets, x)
				}
			}
		}
	}
	letters := Letters(3, func(a, b int) bool { return a == 0 && b == 2 || a == 2 && b == 0 })
	if !slices.Equal(letters, []string{"a", "ab", "b"}) {
		t.Errorf("letters %q", letters)
	}
	if l := Letters(3, func(a, b int) bool { return a != b }); !slices.Equal(l, []string{"a", "b", "c"}) {
		t.Errorf("all different: %q", l)
	}
}

func TestShafferSteps(t *testing.T) {
	// Shaffer 1986: with 4 means, once one pair differs at most 3 of the 5 others are equal.
	for k, want := range map[int][]int{2: {1}, 3: {3, 1, 1}, 4: {6, 3, 3, 3, 2, 1}} {
		if got := ShafferSteps(k); !slices.Equal(got, want) {
			t.Errorf("%d means: %v, want %v", k, got, want)
		}
	}
}

// 18 differences of about −0.01 and two of +0.5: the sign is that of what is
// tested, the mean, and here nothing is shown.
func TestDirectionIsThatOfTheMean(t *testing.T) {
	var d []float64
	for i := range 18 {
		d = append(d, -0.010-0.0001*float64(i))
	}
	d = append(d, 0.50, 0.51)
	f, err := SignFlips([][]float64{d})
	if err != nil || !f.Exact {
		t.Fatal(f, err)
	}
	if !(f.T[0] > 0) || f.P[0] < 0.05 {
		t.Errorf("t %v, p %v", f.T[0], f.P[0])
	}
}

func TestManyGroupsAreDrawn(t *testing.T) {
	d := make([]float64, 30)
	r := rand.New(rand.NewPCG(3, 4))
	for g := range d {
		d[g] = r.NormFloat64() + 0.45
	}
	f, err := SignFlips([][]float64{d})
	again, _ := SignFlips([][]float64{d})
	c, _ := OfMean(d)
	_, p := c.T()
	if err != nil || f.Exact || f.P[0] != again.P[0] || math.Abs(f.P[0]-p) > 0.01 || f.P[0] < 1e-5 {
		t.Errorf("drawn %+v, t test %v, %v", f, p, err)
	}
	far := make([]float64, 40)
	for g := range far {
		far[g] = 1 + float64(g)*1e-3
	}
	if f, _ := SignFlips([][]float64{far}); f.P[0] != 1e-5 {
		t.Errorf("p below what 100,000 draws can show: %v", f.P[0])
	}
}

// Estimates that one outlying draw decides must be found by hand.
func TestBestSetKeepsTheBest(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	base := make([]float64, 40)
	for j := range base {
		base[j] = r.NormFloat64()
	}
	var parts []Parts
	for _, shift := range []float64{1, 0.98, 0} {
		z := make([]float64, 40)
		for j := range z {
			z[j] = base[j] + shift + 0.3*r.NormFloat64()
		}
		parts = append(parts, one(t, z, 1))
	}
	p, err := BestSet(parts)
	if err != nil {
		t.Fatal(err)
	}
	best := 0
	if parts[1].Estimate > parts[0].Estimate {
		best = 1
	}
	if !(p[best] > 0.5) || !(p[2] < 1e-3) || !(p[1-best] > 0.01) {
		t.Errorf("p %v of estimates %v %v %v", p, parts[0].Estimate, parts[1].Estimate, parts[2].Estimate)
	}
	if _, err := BestSet(append(parts, make([]Parts, 30)...)); err == nil {
		t.Error("33 methods on 40 cases pass")
	}
}

func TestBlocks(t *testing.T) {
	for n, want := range map[int]int{1000: 10, 100: 10, 99: 9, 80: 8} {
		at, err := Blocks(n)
		if err != nil || len(at) != want+1 || at[want] != n || at[0] != 0 {
			t.Errorf("%d samples: %v, %v", n, at, err)
		}
		for b := range want {
			if size := at[b+1] - at[b]; size < 10 || size > n/want+1 {
				t.Errorf("%d samples: block %d has %d", n, b, size)
			}
		}
	}
	if _, err := Blocks(79); err == nil {
		t.Error("79 samples make blocks")
	}
	r := rand.New(rand.NewPCG(8, 8))
	slow, fast := make([]float64, 4000), make([]float64, 4000)
	for i := range slow {
		slow[i], fast[i] = math.Sin(float64(i)/500), r.NormFloat64()
	}
	if l := Lag1(slow); l < 0.8 {
		t.Errorf("slow scores: %v", l)
	}
	if l := Lag1(fast); math.Abs(l) > 0.4 {
		t.Errorf("fast scores: %v", l)
	}
}

// With one session and one trial each, it is the plain bootstrap, whose standard
// error is known: the population's deviation over √n.
func TestHierarchicalBootstrap(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	var x [][][]float64
	var flat []float64
	for range 25 {
		v := r.NormFloat64()
		x, flat = append(x, [][]float64{{v}}), append(flat, v)
	}
	b, err := Hierarchical(x, 4000, 1)
	if err != nil {
		t.Fatal(err)
	}
	want := math.Sqrt(variance(flat)*24/25) / 5
	if math.Abs(b.SE-want) > 4*want/math.Sqrt(2*4000) || !b.Interval || !(b.Lo < b.Estimate && b.Estimate < b.Hi) {
		t.Errorf("%+v, want SE %v", b, want)
	}
	few, _ := Hierarchical(x[:19], 100, 1)
	if few.Interval {
		t.Error("19 subjects have an interval")
	}
}

func TestPlannedPower(t *testing.T) {
	d := Design{Seeds: [2]int{5, 5}, Cases: 32, Methods: 2}
	s := Spread{Seed: [2]float64{0.02, 0.02}, Case: 0.3}
	se, nu, delta := PlannedPower(d, s)
	want := math.Sqrt(2*0.02*0.02/5 + 0.09/32)
	if math.Abs(se-want) > 1e-15 || math.Abs(Power(delta, se, nu, 0.05)-0.8) > 1e-9 {
		t.Errorf("se %v, want %v; ν %v, δ %v", se, want, nu, delta)
	}
	d.Methods = 12
	if _, _, more := PlannedPower(d, s); more <= delta {
		t.Errorf("66 pairs: %v, 1 pair: %v", more, delta)
	}
	d.Seeds = [2]int{}
	if se, nu, _ := PlannedPower(d, s); math.Abs(se-0.3/math.Sqrt(32)) > 1e-15 || math.Abs(nu-31) > 1e-12 {
		t.Errorf("seedless: %v, %v", se, nu)
	}
}
