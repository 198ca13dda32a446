package main

import (
	"bufio"
	_ "embed"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

//go:embed peer.py
var program string

// A peer is Python in a process of its own that computes on request.
type peer struct {
	version string
	in      *bufio.Writer
	pipe    io.Closer
	out     *bufio.Reader
	cmd     *exec.Cmd
}

func startPeer(python string) (*peer, error) {
	cmd := exec.Command(python, "-c", program)
	cmd.Env = append(os.Environ(), "OPENBLAS_NUM_THREADS=1", "MKL_NUM_THREADS=1", "OMP_NUM_THREADS=1")
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
	p := &peer{in: bufio.NewWriter(in), pipe: in, out: bufio.NewReader(out), cmd: cmd}
	if p.version, err = p.out.ReadString('\n'); err != nil {
		p.stop()
		lines := strings.Split(strings.TrimSpace(stderr.String()), "\n")
		return nil, fmt.Errorf("%s", lines[len(lines)-1])
	}
	p.version = strings.TrimSpace(p.version)
	return p, nil
}

// ask sends a command with numbers, which make so many rows, and returns the
// seconds of the fastest call and its result.
func (p *peer) ask(command string, numbers []float64, rows int) (seconds float64, result []float64, err error) {
	fmt.Fprintf(p.in, "%g %d %d %s\n", span.Seconds(), rows, len(numbers)/rows, command)
	if err := binary.Write(p.in, binary.LittleEndian, numbers); err != nil {
		return 0, nil, err
	}
	if err := p.in.Flush(); err != nil {
		return 0, nil, err
	}
	line, err := p.out.ReadString('\n')
	if err != nil {
		return 0, nil, fmt.Errorf("the peer ended at %q: %w", command, err)
	}
	var n int
	if _, err := fmt.Sscan(line, &seconds, &n); err != nil {
		return 0, nil, fmt.Errorf("the peer says %q", strings.TrimSpace(line))
	}
	result = make([]float64, n)
	return seconds, result, binary.Read(p.out, binary.LittleEndian, result)
}

func (p *peer) stop() {
	p.pipe.Close()
	p.cmd.Wait()
}
