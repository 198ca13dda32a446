package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os/exec"
	"strings"
)

// A runner is a contestant's process, which trains on request.
type runner struct {
	contestant
	version   string
	cmd       *exec.Cmd
	in        io.WriteCloser
	out       *bufio.Reader
	wall, cpu []float64 // milliseconds of a step, per round
}

func startRunner(ctx context.Context, c contestant) (*runner, error) {
	r := &runner{contestant: c, cmd: start(ctx, "0", c.command...)}
	var stderr strings.Builder
	r.cmd.Stderr = &stderr
	in, err := r.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := r.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := r.cmd.Start(); err != nil {
		return nil, err
	}
	r.in, r.out = in, bufio.NewReader(out)
	if r.version, err = r.out.ReadString('\n'); err != nil {
		r.stop()
		lines := strings.Split(strings.TrimSpace(stderr.String()), "\n")
		return nil, fmt.Errorf("%s", lines[len(lines)-1])
	}
	r.version = strings.TrimSpace(r.version)
	return r, nil
}

// turn has n steps trained and notes what one took.
func (r *runner) turn(n int) error {
	if _, err := fmt.Fprintln(r.in, n); err != nil {
		return fmt.Errorf("%s: %w", r.name, err)
	}
	var wall, cpu float64
	if _, err := fmt.Fscanln(r.out, &wall, &cpu); err != nil {
		return fmt.Errorf("%s ended in its turn: %w", r.name, err)
	}
	r.wall, r.cpu = append(r.wall, 1e3*wall/float64(n)), append(r.cpu, 1e3*cpu/float64(n))
	return nil
}

func (r *runner) stop() {
	r.in.Close()
	r.cmd.Wait()
}

func compareSteps(ctx context.Context, method, folder string) error {
	var runners []*runner
	for _, c := range contestants(method, folder) {
		if c.name != "Assay" && !strings.Contains(c.name, *among) {
			continue
		}
		r, err := startRunner(ctx, c)
		if err != nil {
			fmt.Printf("- absent: %s: %v\n", c.name, err)
			continue
		}
		defer r.stop()
		runners = append(runners, r)
	}
	if len(runners) == 0 || runners[0].name != "Assay" {
		return fmt.Errorf("our own side did not start")
	}
	for range *rounds {
		for _, r := range runners {
			if err := r.turn(*steps); err != nil {
				return err
			}
		}
	}
	fmt.Printf("\n### A training step of %s, %d rounds of %d steps, load %s\n\n", method, *rounds, *steps, load())
	fmt.Println("| program | time over ours | ms of processor | ms of wall clock | steps/s | peak MiB |\n|---|--:|--:|--:|--:|--:|")
	for _, r := range runners {
		fmt.Printf("| %s | %s | %.2f | %.2f | %.0f | %.0f |\n", r.version, ratio(r.cpu, runners[0].cpu), median(r.cpu), median(r.wall), 1e3/median(r.cpu), peak(r.cmd.Process.Pid))
	}
	return nil
}
