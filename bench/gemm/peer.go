package main

import (
	"bufio"
	_ "embed"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

//go:embed peer.py
var program string

// A peer is another library, in a process of its own that computes on request.
type peer struct {
	name, version string
	empty         float64 // seconds of a product of 1 x 1 x 1: what a call costs
	in            io.WriteCloser
	out           *bufio.Reader
	cmd           *exec.Cmd
}

// startPeer starts the library of a specification like numpy@python3.
func startPeer(spec string) (*peer, error) {
	name, python, _ := strings.Cut(spec, "@")
	cmd := exec.Command(python, "-c", program, name)
	for _, v := range []string{"OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "BLIS_NUM_THREADS"} {
		cmd.Env = append(cmd.Env, v+"=1")
	}
	cmd.Env = append(os.Environ(), cmd.Env...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &peer{name: name, in: in, out: bufio.NewReader(out), cmd: cmd}
	p.version, err = p.out.ReadString('\n')
	if err != nil {
		p.stop()
		lines := strings.Split(strings.TrimSpace(stderr.String()), "\n")
		return nil, fmt.Errorf("%s", lines[len(lines)-1])
	}
	p.version = strings.TrimSpace(p.version)
	p.empty, err = p.time(shape{form: "NN", count: 1, m: 1, n: 1, k: 1}, 10*time.Millisecond)
	return p, err
}

// time returns the seconds of one call, in the fastest of the series that fit in
// span.
func (p *peer) time(s shape, span time.Duration) (float64, error) {
	if _, err := fmt.Fprintf(p.in, "%s %d %d %d %d %g\n", s.form, s.count, s.m, s.n, s.k, span.Seconds()); err != nil {
		return 0, fmt.Errorf("%s: %w", p.name, err)
	}
	line, err := p.out.ReadString('\n')
	if err != nil {
		return 0, fmt.Errorf("%s ended at %v: %w", p.name, s, err)
	}
	return strconv.ParseFloat(strings.TrimSpace(line), 64)
}

func (p *peer) stop() {
	p.in.Close()
	p.cmd.Wait()
}
