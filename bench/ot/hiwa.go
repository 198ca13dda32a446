package main

import (
	"context"
	"fmt"
	"reflect"
	"strconv"
	"time"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/setting"
	"github.com/assaylab/assay/plugins/hiwa"
)

// iterations is how many outer iterations a fit makes.
const iterations = 10

// A pairing is the size of a problem: clusters a side, points of each.
type pairing struct {
	clusters, n, m int
	like           string
}

// hiwas prints, for problems of the sizes of the authors' two examples, the time of
// an outer iteration: of fits of as many iterations, from other starts in every round.
func hiwas(p *peer) error {
	fmt.Printf("\n## An outer iteration of HiWA beside the authors' release\n\n")
	fmt.Println("| clusters | points | ms | release ms | release / ours |")
	fmt.Println("|--:|---|--:|--:|--:|")
	for _, size := range []pairing{{4, 100, 100, "example A"}, {4, 200, 155, "example B"}} {
		source, target := size.sides()
		var ours, theirs []float64
		for round := range *rounds {
			seconds, _, err := fit(source, target, uint64(round), 1)
			if err != nil {
				return err
			}
			ours = append(ours, seconds)
			numbers := append(rows(0, source), rows(1, target)...)
			command := fmt.Sprintf("hiwa %s %d %d", *release, iterations, round)
			seconds, _, err = p.ask(command, numbers, source.Len()+target.Len())
			if err != nil {
				return err
			}
			theirs = append(theirs, seconds)
		}
		fmt.Printf("| %d | %d to %d a cluster (%s) | %.3g | %.3g | %s |\n", size.clusters, size.n, size.m, size.like,
			1e3*median(ours), 1e3*median(theirs), ratio(theirs, ours))
	}
	return nil
}

// scaling prints how an iteration's time grows with the points of a cluster and with
// the number of pairs, and what a second thread saves.
func scaling() error {
	fmt.Printf("\n## How an outer iteration of HiWA scales\n\n")
	fmt.Println("| clusters | points each | processor ms | per pair and 10⁴ pairs of points, us | seconds on one thread / on two |")
	fmt.Println("|--:|--:|--:|--:|--:|")
	for _, size := range []pairing{{4, 50, 50, ""}, {4, 100, 100, ""}, {4, 200, 200, ""}, {4, 400, 400, ""}, {4, 800, 800, ""},
		{2, 100, 100, ""}, {8, 100, 100, ""}, {16, 100, 100, ""}} {
		source, target := size.sides()
		var one, two, processor []float64
		for round := range *rounds {
			p, wall, err := fit(source, target, uint64(round), 1)
			if err != nil {
				return err
			}
			processor, one = append(processor, p), append(one, wall)
			if _, wall, err = fit(source, target, uint64(round), 2); err != nil {
				return err
			}
			two = append(two, wall)
		}
		pairs := float64(size.clusters*size.clusters) * float64(size.n*size.m) / 1e4
		fmt.Printf("| %d | %d | %.3g | %.3g | %s |\n", size.clusters, size.n, 1e3*median(processor), 1e6*median(processor)/pairs, ratio(one, two))
	}
	return nil
}

// sides are clusters in three dimensions; the target's lie as the source's do, its
// points are others.
func (p pairing) sides() (source, target *data.Recording) {
	rng := data.Rand(1, "bench hiwa")
	source, target = &data.Recording{}, &data.Recording{}
	means := make([]float64, 3*p.clusters)
	for i := range means {
		means[i] = 2 * rng.NormFloat64()
	}
	for _, side := range []struct {
		r *data.Recording
		n int
	}{{source, p.n}, {target, p.m}} {
		side.r.Samples = data.NewArray(p.clusters*side.n, 3)
		labels := make([]int32, p.clusters*side.n)
		side.r.Trial = make([]int32, len(labels))
		for i := range labels {
			c := i / side.n
			labels[i] = int32(c)
			for d := range 3 {
				side.r.Samples.Row(i)[d] = float32(means[3*c+d] + rng.NormFloat64()/float64(1+d))
			}
		}
		side.r.Targets = []data.Target{{Name: "cluster", Labels: labels, Classes: p.clusters}}
	}
	return source, target
}

// rows are points as the peer reads them: side, label, coordinates.
func rows(side float64, r *data.Recording) (out []float64) {
	for i := range r.Len() {
		out = append(out, side, float64(r.Targets[0].Labels[i]))
		for _, v := range r.Samples.Row(i) {
			out = append(out, float64(v))
		}
	}
	return out
}

// fit returns the processor's and the clock's seconds of an iteration.
func fit(source, target *data.Recording, seed uint64, threads int) (processor, wall float64, err error) {
	m := hiwa.New()
	settings := reflect.New(reflect.TypeOf(m.Describe().Settings)).Interface()
	values := map[string]any{"projection": "linear", "embedding": "pca", "restarts": 1, "iterations": iterations, "tol": 0.0}
	if err := setting.Of(m.Describe().Settings).Decode(values, settings); err != nil {
		return 0, 0, err
	}
	d := &data.Dataset{Recordings: map[string]*data.Recording{"source": source, "target": target}}
	start, began := processorTime(), time.Now()
	model, err := m.Train(context.Background(), framework.TrainRequest{Settings: settings, Data: d, Seed: seed, Threads: threads}, silent{})
	processor, wall = (processorTime()-start).Seconds()/iterations, time.Since(began).Seconds()/iterations
	if err != nil {
		return 0, 0, err
	}
	metrics, err := model.Evaluate(context.Background(), source)
	if err != nil {
		return 0, 0, err
	}
	if made := metrics["iterations"]; made != iterations {
		return 0, 0, fmt.Errorf("%s iterations made", strconv.FormatFloat(made, 'g', -1, 64))
	}
	return processor, wall, nil
}

type silent struct{}

func (silent) Progress(int64, int64, string)  {}
func (silent) Metric(string, int64, float64)  {}
func (silent) Log(format string, args ...any) {}
