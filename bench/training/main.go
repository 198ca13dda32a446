// Training compares the training of Swap-VAE, MYOW and EIT with PyTorch and JAX
// programs that were written from the same equations (torch_train.py, jax_train.py
// and eit_*.py here), on one thread each, and prints Markdown tables. Run it
// from the root of the repository on an otherwise idle machine:
//
//	go run ./bench/training
//	go run ./bench/training -torch1 /usr/bin/python3 -torch2 venv/bin/python
//
// Contestants are processes that take turns, so that what else the machine does
// falls on all alike. Times are those of the processor, which count no time in
// which a process waits for one; wall-clock times stand beside them.
package main

import (
	"context"
	"encoding/binary"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"

	"github.com/assaylab/assay/framework/data"
)

var (
	torch1 = flag.String("torch1", "python3", "a Python with PyTorch 1")
	torch2 = flag.String("torch2", "python3", "a Python with PyTorch 2 and JAX")
	rounds = flag.Int("rounds", 7, "alternations; at least 5")
	steps  = flag.Int("steps", 60, "training steps in a turn")
	parts  = flag.String("parts", "steps,whole,pair", "what to measure")
	only   = flag.String("methods", "swapvae,myow,eit-2,eit-6", "whose steps to measure; eit-2 and eit-6 have windows of 2 and 6 bins")
)

func main() {
	ours := flag.String("ours", "", "be our side of the comparison: the method to train")
	folder := flag.String("data", "", "with -ours: the dataset's folder")
	out := flag.String("out", "", "with -ours: train as long as the method does by default and save here")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	if *ours != "" {
		err = train(ctx, *ours, *folder, *out)
	} else {
		err = compare(ctx)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "training: %v\n", err)
		os.Exit(1)
	}
}

func compare(ctx context.Context) error {
	if *rounds < 5 {
		return fmt.Errorf("%d rounds say little; at least 5", *rounds)
	}
	tmp, err := os.MkdirTemp("", "assay-bench-training-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	if err := machine(); err != nil {
		return err
	}
	// The sizes of chewie-1: all bins of the train part, and moving bins.
	data := map[string]string{}
	// EIT's step has the same size whatever the number of trials: 16 make an epoch
	// of 6 or 3 whole batches.
	for method, size := range map[string][3]int{"swapvae": {1332, 163, 10}, "myow": {816, 162, 6}, "eit-2": {160, 163, 10}, "eit-6": {160, 163, 10}} {
		if data[method], err = store(filepath.Join(tmp, method), size[0], size[1], size[2]); err != nil {
			return err
		}
	}
	for _, part := range strings.Split(*parts, ",") {
		switch part {
		case "steps":
			for _, m := range strings.Split(*only, ",") {
				if data[m] == "" {
					return fmt.Errorf("no method is called %q", m)
				}
				if err := compareSteps(ctx, m, data[m]); err != nil {
					return err
				}
			}
		case "whole":
			err = compareWhole(ctx, data["swapvae"])
		case "pair":
			err = comparePair(ctx, data["swapvae"])
		default:
			err = fmt.Errorf("no part is called %q", part)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// store writes a recording of Poisson counts, as rates in Hz, for both sides: a
// dataset, and beside its folder's name the raw numbers. It returns the folder
// in which the cache, the samples and the trials lie.
func store(dir string, samples, units, length int) (string, error) {
	rng := data.Rand(1, "recording")
	r := &data.Recording{Samples: data.NewArray(samples, units), Unit: "Hz", BinSeconds: 0.1}
	labels := make([]int32, samples)
	for i := range samples {
		r.Trial = append(r.Trial, int32(i/length))
		labels[i] = int32(i / length % 8)
		for j := range units {
			rate := 0.05 + 0.4*float64((i/length+j)%8)/8
			for u := rng.ExpFloat64(); u < rate; u += rng.ExpFloat64() {
				r.Samples.Row(i)[j] += 10
			}
		}
	}
	r.Targets = []data.Target{{Name: "direction", Labels: labels, Classes: 8}}
	cache, err := data.OpenCache(dir)
	if err != nil {
		return "", err
	}
	digest, err := cache.Put(map[string]*data.Recording{data.MainRole: r})
	if err != nil {
		return "", err
	}
	if err := os.Symlink(cache.Dir(digest), filepath.Join(dir, "dataset")); err != nil {
		return "", err
	}
	for name, values := range map[string]any{"samples.f32": r.Samples.Values, "trials.i32": r.Trial} {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			return "", err
		}
		if err := binary.Write(f, binary.LittleEndian, values); err != nil {
			return "", err
		}
		if err := f.Close(); err != nil {
			return "", err
		}
	}
	return dir, nil
}

// A contestant is a program that trains.
type contestant struct {
	name    string
	command []string
}

// contestants returns ours and then the peers for a method.
func contestants(method, folder string) []contestant {
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	assay := contestant{"Assay", []string{self, "-ours", method, "-data", filepath.Join(folder, "dataset")}}
	if strings.HasPrefix(method, "eit") {
		const torch, jax = "bench/training/eit_torch.py", "bench/training/eit_jax.py"
		return []contestant{
			assay,
			{"PyTorch 1, dense", []string{*torch1, torch, "dense", method, folder}},
			{"PyTorch 2, dense", []string{*torch2, torch, "dense", method, folder}},
			{"PyTorch 2, folded", []string{*torch2, torch, "folded", method, folder}},
			{"torch.compile, folded", []string{*torch2, torch, "folded-compile", method, folder}},
			{"JAX jit, folded", []string{*torch2, jax, "folded", method, folder}},
		}
	}
	const torch, jax = "bench/training/torch_train.py", "bench/training/jax_train.py"
	return []contestant{
		assay,
		{"PyTorch 1", []string{*torch1, torch, "eager", method, folder}},
		{"PyTorch 2", []string{*torch2, torch, "eager", method, folder}},
		{"torch.compile", []string{*torch2, torch, "compile", method, folder}},
		{"JAX jit", []string{*torch2, jax, "jit", method, folder}},
	}
}

// start is the command on one thread and, where taskset is at hand, one core.
func start(ctx context.Context, core string, command ...string) *exec.Cmd {
	if taskset, err := exec.LookPath("taskset"); err == nil {
		command = append([]string{taskset, "-c", core}, command...)
	}
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1", "OMP_NUM_THREADS=1", "MKL_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1")
	return cmd
}

func median(x []float64) float64 {
	s := slices.Sorted(slices.Values(x))
	n := len(s)
	return (s[(n-1)/2] + s[n/2]) / 2
}

// ratio is the median over rounds of theirs over ours, with the extremes.
func ratio(theirs, ours []float64) string {
	var r []float64
	for i := range theirs {
		r = append(r, theirs[i]/ours[i])
	}
	return fmt.Sprintf("%.2f (%.2f to %.2f)", median(r), slices.Min(r), slices.Max(r))
}
