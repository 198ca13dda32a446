package main

import (
	"bufio"
	"context"
	"fmt"
	"math"
	"os"
	"reflect"
	"strconv"
	"time"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/nn/kernel"
	"github.com/assaylab/assay/framework/setting"
	"github.com/assaylab/assay/plugins/eit"
	"github.com/assaylab/assay/plugins/myow"
	"github.com/assaylab/assay/plugins/swapvae"
)

// train runs a method's own training: whole, and saved, where out is given, else
// until standard input ends, a turn for each of its lines.
func train(ctx context.Context, name, folder, out string) error {
	m := map[string]framework.Method{"swapvae": swapvae.New(), "myow": myow.New(), "eit-2": eit.New(), "eit-6": eit.New()}[name]
	if m == nil {
		return fmt.Errorf("no method %q here", name)
	}
	d, err := data.Open(folder)
	if err != nil {
		return err
	}
	defer d.Close()
	values := map[string]any{}
	var rec framework.Recorder = silent{}
	if out == "" {
		// A report of progress is where a turn can end: every epoch of Swap-VAE, 5
		// steps, every 20 of MYOW's 10000 steps, and every epoch of EIT.
		each := map[string]int{"swapvae": 5, "myow": 20, "eit-2": 6, "eit-6": 3}[name]
		switch name {
		case "swapvae":
			values["epochs"] = math.MaxInt32
		case "eit-6":
			values["window"] = 6
		}
		rec = &turns{lines: bufio.NewScanner(os.Stdin), each: each, left: 60}
	}
	settings := reflect.New(reflect.TypeOf(m.Describe().Settings)).Interface()
	if err := setting.Of(m.Describe().Settings).Decode(values, settings); err != nil {
		return err
	}
	model, err := m.Train(ctx, framework.TrainRequest{Settings: settings, Data: d, Seed: 1, Threads: 1}, rec)
	if err != nil {
		return err
	}
	return model.Save(out)
}

type silent struct{}

func (silent) Progress(_, _ int64, _ string)       {}
func (silent) Metric(_ string, _ int64, _ float64) {}
func (silent) Log(string, ...any)                  {}

// turns makes training wait, at its reports of progress, for the next line "n"
// and answers it with the wall and processor seconds of n steps. The first steps
// warm up.
type turns struct {
	silent
	lines      *bufio.Scanner
	each, left int // steps between reports; steps until the end of the turn
	wall       time.Time
	cpu        time.Duration
}

func (t *turns) Progress(_, _ int64, _ string) {
	if t.left -= t.each; t.left > 0 {
		return
	}
	if t.wall.IsZero() {
		fmt.Printf("Assay, kernels %v\n", kernel.Active())
	} else {
		fmt.Println(time.Since(t.wall).Seconds(), (processorTime() - t.cpu).Seconds())
	}
	if !t.lines.Scan() {
		os.Exit(0)
	}
	n, err := strconv.Atoi(t.lines.Text())
	if err != nil || n%t.each != 0 {
		fmt.Fprintf(os.Stderr, "a turn of %q steps; progress comes every %d\n", t.lines.Text(), t.each)
		os.Exit(1)
	}
	t.left, t.wall, t.cpu = n, time.Now(), processorTime()
}
