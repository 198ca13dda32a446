package myow

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/methodtest"
	"github.com/assaylab/assay/framework/nn/nntest"
)

// toyPictures are 60 of 9 x 9 pixels: a bar in one of four places, with noise.
func toyPictures() *data.Recording {
	rng := data.Rand(1, "pictures")
	const n, side = 60, 9
	r := &data.Recording{Samples: data.NewArray(n, side*side), Unit: "intensity"}
	labels := make([]int32, n)
	for i := range n {
		r.Trial = append(r.Trial, int32(i))
		labels[i] = int32(i % 4)
		for j := range side * side {
			v := 0.3 * rng.Float64()
			if j%side/2 == i%4 {
				v += 0.6
			}
			r.Samples.Row(i)[j] = float32(v)
		}
	}
	r.Targets = []data.Target{{Name: "bar", Labels: labels, Classes: 4}}
	return r
}

func pictureSettings(more map[string]any) map[string]any {
	s := map[string]any{"profile": "image", "target": "bar", "steps": 4, "batch": 16, "mining_start": 0, "flip": 0.5}
	for k, v := range more {
		s[k] = v
	}
	return s
}

// picturesTrained returns a training of the toy pictures, and its model.
func picturesTrained(t *testing.T, more map[string]any) (*training, *model) {
	t.Helper()
	p := with(pictureSettings(more)).resolve()
	m, r := &model{Profile: "image", Encoder: "conv"}, toyPictures()
	if err := m.standardise(r, p); err != nil {
		t.Fatal(err)
	}
	training, err := newTraining(p, m, r, request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(training.workers.Close)
	return training, m
}

func TestPicturesConform(t *testing.T) {
	recs := map[string]*data.Recording{data.MainRole: toyPictures()}
	var cases []methodtest.Case
	for _, objective := range []string{"myow", "byol", "simsiam", "simclr", "supervised"} {
		s := pictureSettings(map[string]any{"objective": objective})
		if objective != "myow" {
			delete(s, "mining_start")
		}
		cases = append(cases, methodtest.Case{Name: objective, Settings: s, Data: recs})
	}
	cases = append(cases, methodtest.Case{Name: "layers", Settings: pictureSettings(map[string]any{"encoder": "mlp"}), Data: recs})
	methodtest.Run(t, New(), cases...)
}

// Of the whole step on pictures, mining and all, as of the supervised one.
func TestPictureGradients(t *testing.T) {
	for _, objective := range []string{"byol", "simclr", "supervised"} {
		t.Run(objective, func(t *testing.T) {
			more := map[string]any{"objective": objective, "batch": 8}
			s := pictureSettings(more)
			delete(s, "mining_start")
			training, _ := picturesTrained(t, more)
			training.fill(training.full)
			training.full.weigh(&training.p, 0.5)
			nntest.Problem{Step: training.full.step, Tolerance: 0.02}.Check(t)
		})
	}
}

// Without views a picture is only z-scored, with one mean and deviation; each view is
// of the picture it is said to be of; what is mined is another picture.
func TestPictureViews(t *testing.T) {
	training, m := picturesTrained(t, map[string]any{"crop": 1, "flip": 0, "blur": 0, "brightness": 0, "contrast": 0, "neighbours": 3})
	o, s := training.full, training.second
	training.fill(o)
	o.weigh(&training.p, 0.5)
	o.step.Run()
	if len(m.Kept) != 81 || m.Mean[0] != m.Mean[80] || m.Std[0] != m.Std[80] {
		t.Fatalf("%d pixels kept, means %v and %v", len(m.Kept), m.Mean[0], m.Mean[80])
	}
	n, B := 81, len(s.anchors)
	if !slices.Equal(s.positives, s.anchors) || !slices.Equal(s.all, s.anchors) {
		t.Fatalf("views of %v and %v", s.anchors, s.positives)
	}
	for k, i := range s.anchors {
		for j, v := range s.r.Samples.Row(i) {
			want := (float64(v) - m.Mean[0]) / m.Std[0]
			for _, row := range []int{k, B + k} {
				if got := float64(o.x.Data()[row*n+j]); math.Abs(got-want) > 1e-5 {
					t.Fatalf("pixel %d of view %d is %v, want %v", j, row, got, want)
				}
			}
		}
	}
	for i, j := range o.search.found {
		if s.anchors[i] == s.all[j] {
			t.Errorf("picture %d is mined for itself", s.anchors[i])
		}
	}
}

// Every augmentation has a stream of its own: another crop moves no flip.
func TestPictureStreams(t *testing.T) {
	draws := func(more map[string]any) []pattern {
		training, _ := picturesTrained(t, more)
		training.fill(training.full)
		return training.second.aug.(*pictureViews).patterns[:20]
	}
	a, b := draws(nil), draws(map[string]any{"crop": 1.0, "brightness": 0.1})
	for i := range a {
		if a[i].flip != b[i].flip || a[i].blur != b[i].blur {
			t.Fatalf("view %d: %+v and %+v", i, a[i], b[i])
		}
	}
	if a[0].window == b[0].window || a[0].window == a[1].window {
		t.Errorf("windows %+v, %+v, %+v", a[0].window, a[1].window, b[0].window)
	}
}

func TestPicturesRefused(t *testing.T) {
	p := with(pictureSettings(nil)).resolve()
	wide, bright := toyPictures(), toyPictures()
	wide.Samples = data.NewArray(60, 80)
	bright.Samples.Row(3)[4] = 255
	for want, r := range map[string]*data.Recording{"square pictures": wide, "grey values from 0 to 1": bright} {
		if err := new(model).standardise(r, p); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want something about %s", err, want)
		}
	}
}

// A SimCLR run of the first release's networks, whose g is no identity, projects y.
func TestSimCLROfFirstRelease(t *testing.T) {
	recs := map[string]*data.Recording{data.MainRole: toy()}
	methodtest.Run(t, New(), methodtest.Case{Name: "gen1 simclr", Settings: map[string]any{"profile": "gen1", "objective": "simclr", "steps": 4, "batch": 16}, Data: recs})
}
