package myow

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/nn"
	"github.com/assaylab/assay/framework/nn/nntest"
)

// The gradients of every objective are those of central differences. Mining is
// held still: a difference must not change what is mined.
func TestGradients(t *testing.T) {
	for name, s := range map[string]map[string]any{
		"gen2":          {"noise": 0.0},
		"gen2 parallel": {"layout": "parallel"},
		"gen1":          {"profile": "gen1", "mining_start": 0, "mining_ramp": 0},
		"byol":          {"objective": "byol", "profile": "gen1"},
		"simclr":        {"objective": "simclr"},
		"supervised":    {"objective": "supervised"},
	} {
		t.Run(name, func(t *testing.T) {
			s["batch"] = 12
			tr, _ := prepared(s)
			defer tr.workers.Close()
			o := tr.full
			tr.fill(o)
			o.weigh(&tr.p, 0.4)
			if o.search != nil {
				o.step.Run()
				drawn := slices.Clone(o.search.found)
				o.search.k = 1
				o.search.eligible = func(i, j int) bool { return j == drawn[i] }
			}
			nntest.Problem{Step: o.step, Tolerance: 0.01}.Check(t)
		})
	}
}

// No gradient reaches the target network.
func TestTargetGetsNoGradient(t *testing.T) {
	tr, _ := prepared(map[string]any{"batch": 12})
	defer tr.workers.Close()
	for _, p := range append(tr.target.body.All(), tr.target.heads.All()...) {
		if p.Grad != nil {
			t.Errorf("%s of the target has a gradient", p.Name)
		}
	}
	for _, p := range tr.full.step.Params() {
		if slices.Contains(tr.target.body.All(), p) || slices.Contains(tr.target.heads.All(), p) {
			t.Errorf("the optimiser changes %s of the target", p.Name)
		}
	}
}

// What is mined is eligible and among the k most similar, and every one of them
// comes up.
func TestMining(t *testing.T) {
	tr, _ := prepared(map[string]any{"batch": 20, "neighbours": 3})
	defer tr.workers.Close()
	o, s := tr.full, tr.second
	tr.fill(o)
	seen := map[int]int{}
	const draws = 300
	for range draws {
		o.step.Run()
		m := o.search
		c := len(s.all)
		for i, j := range m.found {
			if s.r.Trial[s.anchors[i]] == s.r.Trial[s.all[j]] {
				t.Fatalf("anchor %d is matched with its own trial", i)
			}
			better := 0
			for other := range c {
				if s.eligible(i, other) && m.similarity[i*c+other] > m.similarity[i*c+j] {
					better++
				}
			}
			if better > 2 {
				t.Fatalf("anchor %d: %d eligible candidates are more similar than the one mined, k is 3", i, better)
			}
		}
		seen[m.found[0]]++
	}
	if len(seen) != 3 {
		t.Errorf("anchor 0 was matched with %d candidates in %d draws, want all 3 nearest", len(seen), draws)
	}
	for j, n := range seen { // a third each: 100 ± 5·√(300·2/9)
		if math.Abs(float64(n)-draws/3) > 5*math.Sqrt(draws*2.0/9) {
			t.Errorf("candidate %d came %d times of %d, want a third", j, n, draws)
		}
	}
}

// Fewer eligible candidates than k are all that is drawn from; none at all falls
// back to the most similar.
func TestMiningFewerThanK(t *testing.T) {
	m := &mine{k: 3, rng: rand.New(rand.NewPCG(1, 2)), eligible: func(_, j int) bool { return j == 1 }}
	if j := m.choose(0, []float32{0.9, 0.1, 0.5}); j != 1 {
		t.Errorf("chose %d, only 1 is eligible", j)
	}
	m.eligible = func(int, int) bool { return false }
	if j := m.choose(0, []float32{0.3, 0.1, 0.5}); j != 2 {
		t.Errorf("chose %d, want the most similar, 2", j)
	}
}

// Anchors are a partition, positives lie ahead within the trial, and A holds
// every sample once.
func TestSecondSampler(t *testing.T) {
	tr, _ := prepared(map[string]any{"batch": 20})
	defer tr.workers.Close()
	s := tr.second
	seen := map[int]int{}
	for range 3 { // 60 samples are three batches
		tr.fill(tr.full)
		for k, i := range s.anchors {
			seen[i]++
			if d := s.positives[k] - i; d < 0 || d > 2 || s.r.Trial[i] != s.r.Trial[s.positives[k]] {
				t.Errorf("positive of %d is %d", i, s.positives[k])
			}
			if s.all[tr.full.anchors.At[k]-len(s.anchors)] != i {
				t.Errorf("row of anchor %d holds another sample", i)
			}
		}
		all := slices.Clone(s.all)
		slices.Sort(all)
		if len(slices.Compact(all)) != len(s.all) {
			t.Error("A holds a sample twice")
		}
	}
	if len(seen) != 60 {
		t.Errorf("three batches of 20 cover %d of 60 samples", len(seen))
	}
}

// Queries and candidates of the first release never share a trial.
func TestFirstSampler(t *testing.T) {
	tr, _ := prepared(map[string]any{"profile": "gen1", "batch": 10, "pool": 15})
	defer tr.workers.Close()
	share := 0.0
	for range 200 {
		tr.fill(tr.full)
		s := tr.first
		in := map[int32]bool{}
		for _, i := range s.s1 {
			in[s.r.Trial[i]] = true
		}
		for _, j := range s.s2 {
			if in[s.r.Trial[j]] {
				t.Fatal("a trial is in both sets")
			}
		}
		share += float64(len(s.s1)) / float64(s.r.Len()) / 200
	}
	if math.Abs(share-0.56) > 0.06 { // ⌊6 + 1.2 + n⌋ of 12 trials
		t.Errorf("queries come of %.3f of the trials, want about 0.56", share)
	}
}

// One pattern for both views, or one for each.
func TestPatterns(t *testing.T) {
	for pattern, want := range map[string]bool{"shared": true, "independent": false} {
		tr, _ := prepared(map[string]any{"batch": 20, "pattern": pattern, "jitter": 0})
		tr.workers.Close()
		tr.fill(tr.full)
		x, N := tr.full.x, tr.full.x.Cols()
		same := true
		for k := range tr.second.anchors { // with jitter 0 the positive is the anchor itself
			a := tr.full.anchors.At[k]
			same = same && slices.Equal(x.Data()[k*N:(k+1)*N], x.Data()[a*N:(a+1)*N])
		}
		if same != want {
			t.Errorf("pattern %s: equal views %v", pattern, same)
		}
	}
}

func TestSchedules(t *testing.T) {
	p := with(nil).resolve()
	for step, want := range map[int]float64{0: 0, 5: 0.25, 10: 0.5, 9999: 0.5} {
		if got := p.mining(step); math.Abs(got-want) > 1e-12 {
			t.Errorf("mining weight at step %d: %v, want %v", step, got, want)
		}
	}
	if got := nn.WarmupCosine(2, 50, 100, 1100); got != 1 {
		t.Errorf("rate in the middle of the warm-up %v, want 1", got)
	}
	if got := nn.WarmupCosine(2, 600, 100, 1100); math.Abs(got-1) > 1e-12 {
		t.Errorf("rate in the middle of the cosine %v, want 1", got)
	}
	if a, b := nn.CosineTo1(0.98, 0, 100), nn.CosineTo1(0.98, 100, 100); math.Abs(a-0.98) > 1e-12 || b != 1 {
		t.Errorf("moving average from %v to %v, want 0.98 to 1", a, b)
	}
}

// SimSiam's target is the online network after every step.
func TestSimSiam(t *testing.T) {
	tr, _ := prepared(map[string]any{"batch": 12, "objective": "simsiam"})
	defer tr.workers.Close()
	for step := range 3 {
		tr.fill(tr.full)
		tr.full.step.Run()
		tr.optimiser.Step(1e-2)
		tr.follow(step)
	}
	for i, p := range tr.online.body.Trained() {
		if !slices.Equal(p.Data, tr.target.body.Trained()[i].Data) {
			t.Errorf("%s differs between online and target", p.Name)
		}
	}
}

type silent struct{}

func (silent) Progress(int64, int64, string)  {}
func (silent) Metric(string, int64, float64)  {}
func (silent) Log(format string, args ...any) {}

// One seed gives the same weights on 1, 2 and 4 threads, in two runs of each.
func TestThreadsChangeNoBit(t *testing.T) {
	var want []float32
	for _, threads := range []int{1, 1, 2, 2, 4, 4} {
		p := with(map[string]any{"steps": 6, "batch": 50}).resolve()
		m, r := new(model), toy()
		if err := m.standardise(r, p); err != nil {
			t.Fatal(err)
		}
		req := request
		req.Threads = threads
		tr, err := newTraining(p, m, r, req)
		if err != nil {
			t.Fatal(err)
		}
		err = tr.run(t.Context(), request, silent{})
		tr.workers.Close()
		if err != nil {
			t.Fatal(err)
		}
		var got []float32
		for _, q := range append(tr.online.body.All(), tr.target.heads.All()...) {
			got = append(got, q.Data...)
		}
		if want == nil {
			want = got
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d threads: the weights differ", threads)
		}
	}
}

// The budget that Describe writes as an expression is the number of steps made.
func TestBudget(t *testing.T) {
	d := New().Describe()
	for profile := range profiles {
		for _, steps := range []int64{-1, 0, 1, 250} {
			values := map[string]any{"profile": profile, "steps": steps}
			s := &settings{Profile: profile, Objective: "myow", Steps: int(steps), Batch: -1}
			got, err := d.BudgetFor(values)
			if want := int64(s.resolve().steps); err != nil || steps < 0 && got != int64(profiles[profile].steps) || steps >= 0 && got != want {
				t.Errorf("%s, steps %d: %d, %v; want %d", profile, steps, got, err, want)
			}
		}
	}
}

// The spread without a case is that of the recording without its samples.
func TestSpreadWithoutACase(t *testing.T) {
	r := toy()
	x := r.Samples
	moments := data.MomentsOf(x, 0)
	s := framework.NewSheet(r, true)
	without := spreadWithout(x, moments.Mean, s)
	for j := range s.N {
		var rows []int
		for i := range r.Len() {
			if s.Of[i] != j {
				rows = append(rows, i)
			}
		}
		variance := 0.0
		for _, sd := range data.MomentsOf(x.Take(rows), 0).Std {
			variance += sd * sd
		}
		if got, want := without(j), math.Sqrt(variance); math.Abs(got-want) > 1e-6*want {
			t.Errorf("without case %d: %v, want %v", j, got, want)
		}
	}
}
