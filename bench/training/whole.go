package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// cost is what a process took from its start to its end.
type cost struct{ wall, cpu float64 }

// finish waits for a training that writes into a folder of its own.
func finish(cmd *exec.Cmd) error {
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, cmd.Stderr)
	}
	return nil
}

func begin(ctx context.Context, core string, c contestant) (*exec.Cmd, string, error) {
	out, err := os.MkdirTemp("", "assay-bench-model-")
	if err != nil {
		return nil, "", err
	}
	command := append([]string{}, c.command...)
	if c.name == "Assay" {
		command = append(command, "-out")
	}
	cmd := start(ctx, core, append(command, out)...)
	cmd.Stderr = new(strings.Builder)
	return cmd, out, cmd.Start()
}

// whole trains once from the start of the process to the saved model.
func whole(ctx context.Context, core string, c contestant) (cost, error) {
	from := time.Now()
	cmd, out, err := begin(ctx, core, c)
	defer os.RemoveAll(out)
	if err == nil {
		err = finish(cmd)
	}
	if err != nil {
		return cost{}, err
	}
	return cost{time.Since(from).Seconds(), (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()}, nil
}

func compareWhole(ctx context.Context, folder string) error {
	all := contestants("swapvae", folder)[:3]
	wall, cpu := make([][]float64, len(all)), make([][]float64, len(all))
	for range *rounds {
		for i, c := range all {
			took, err := whole(ctx, "0", c)
			if err != nil {
				return err
			}
			wall[i], cpu[i] = append(wall[i], took.wall), append(cpu[i], took.cpu)
		}
	}
	fmt.Printf("\n### Swap-VAE, 225 epochs (1125 steps), from the start of the process to the saved model, %d rounds, load %s\n\n", *rounds, load())
	fmt.Println("| program | time over ours | s of processor | s of wall clock |\n|---|--:|--:|--:|")
	for i, c := range all {
		fmt.Printf("| %s | %s | %.2f | %.2f |\n", c.name, ratio(cpu[i], cpu[0]), median(cpu[i]), median(wall[i]))
	}
	return nil
}

// comparePair trains once and then twice at once, on two cores.
func comparePair(ctx context.Context, folder string) error {
	ours := contestants("swapvae", folder)[0]
	var one, two, busyOne, busyTwo []float64
	for range *rounds {
		single, err := whole(ctx, "0", ours)
		if err != nil {
			return err
		}
		type result struct {
			cost
			err error
		}
		done := make(chan result, 2)
		from := time.Now()
		for _, core := range []string{"0", "1"} {
			go func() {
				c, err := whole(ctx, core, ours)
				done <- result{c, err}
			}()
		}
		a, b := <-done, <-done
		both := time.Since(from).Seconds()
		for _, r := range []result{a, b} {
			if r.err != nil {
				return r.err
			}
		}
		one, two = append(one, 2*single.wall), append(two, both)
		busyOne, busyTwo = append(busyOne, 2*single.cpu), append(busyTwo, (a.cpu+b.cpu)/2)
	}
	fmt.Printf("\n### Two trainings of Swap-VAE at once on two cores, %d rounds, load %s\n\n", *rounds, load())
	fmt.Printf("- throughput over that of one: %s by the wall clock\n", ratio(one, two))
	fmt.Printf("- %s by processor time: what sharing caches and memory leaves of 2\n", ratio(busyOne, busyTwo))
	return nil
}
