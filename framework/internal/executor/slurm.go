package executor

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/internal/queue"
)

// Slurm starts workers as arrays of jobs. It talks to the site by the commands that
// every login node has: sbatch, squeue, scancel.
type Slurm struct {
	Dir        string   // of the queue
	Command    []string // of a worker
	Directives []string // of sbatch: "--partition=gpu"
	Setup      []string // lines of shell before it: modules and the prologue
	Workers    int      // at most
	Slots      int      // trials at a time in each
	MaxArray   int      // jobs in one array; 0: as the site says
	Note       func(format string, args ...any)

	asked  time.Time // last look at the site's queue
	sent   time.Time // last sbatch
	active int       // jobs that run or wait
	failed int       // arrays in a row of which no worker came
	seen   bool      // a worker since the last sbatch
	down   bool      // the controller does not answer
}

// askEvery is how often squeue is called at most: sites count.
const askEvery = 10 * time.Second

// patience is how many arrays in a row may come to nothing.
const patience = 3

// Jobs is what all jobs of a queue are called: whoever takes the queue over finds them.
func Jobs(dir string) string {
	return fmt.Sprintf("assay-%x", sha256.Sum256([]byte(dir)))[:18]
}

// Script is the batch script of one worker.
func (s *Slurm) Script() string {
	var b strings.Builder
	fmt.Fprintf(&b, "#!/bin/bash\n#SBATCH --job-name=%s\n#SBATCH --output=%s\n#SBATCH --open-mode=append\n#SBATCH --no-requeue\n#SBATCH --signal=B:USR1@60\n",
		Jobs(s.Dir), filepath.Join(s.Dir, "logs", "%A_%a.log"))
	for _, d := range s.Directives {
		fmt.Fprintf(&b, "#SBATCH %s\n", d)
	}
	for _, line := range s.Setup {
		fmt.Fprintln(&b, line)
	}
	b.WriteString("exec")
	for _, arg := range s.Command {
		b.WriteString(" '" + strings.ReplaceAll(arg, "'", `'\''`) + "'")
	}
	b.WriteString("\n")
	return b.String()
}

// run calls a command of Slurm.
func (s *Slurm) run(stdin string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Stdin = strings.NewReader(stdin)
	cmd.WaitDelay = time.Second
	var out, talk bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &talk
	err := cmd.Run()
	if errors.Is(err, exec.ErrNotFound) {
		return "", problem.Usage(fmt.Errorf("%s is not on this machine", args[0]), "run: {executor: slurm} is for a login node of a cluster; \"assay plan\" works anywhere")
	}
	if err != nil {
		err = fmt.Errorf("%s: %w: %s", args[0], err, strings.TrimSpace(talk.String()))
	}
	return out.String(), err
}

// Tend keeps as many workers as there is work for.
func (s *Slurm) Tend(open int, alive map[string]queue.Beat) error {
	if len(alive) > 0 {
		s.seen, s.failed = true, 0
	}
	if open == 0 || time.Since(s.asked) < askEvery {
		return nil
	}
	s.asked = time.Now()
	// One call for all jobs: -r has a line for each task of an array.
	out, err := s.run("", "squeue", "--me", "-h", "-r", "-n", Jobs(s.Dir), "-o", "%i|%T|%r")
	if err != nil {
		if _, ok := errors.AsType[problem.Problem](err); ok {
			return err
		}
		if !s.down { // what is known stays, and workers need no controller
			s.Note("note: %v (workers go on; it is asked again)", err)
		}
		s.down = true
		return nil
	}
	s.down = false
	s.active = 0
	for line := range strings.Lines(out) {
		f := strings.SplitN(strings.TrimSpace(line), "|", 3)
		if len(f) < 3 || f[1] == "COMPLETING" || strings.Contains(f[2], "held") || strings.Contains(f[2], "Held") {
			continue
		}
		s.active++
	}
	want := min(s.Workers, (open+s.Slots-1)/s.Slots) - s.active
	if want <= 0 {
		return nil
	}
	if s.active == 0 && !s.sent.IsZero() && !s.seen {
		if s.failed++; s.failed >= patience {
			return problem.Advise(fmt.Errorf("%d arrays of workers came to nothing", s.failed), "their output is in "+filepath.Join(s.Dir, "logs")+s.lastLog())
		}
	}
	return s.submit(want)
}

// submit sends n workers, in arrays that the site takes.
func (s *Slurm) submit(n int) error {
	if err := os.MkdirAll(filepath.Join(s.Dir, "logs"), 0o755); err != nil {
		return err
	}
	if s.MaxArray == 0 {
		s.MaxArray = s.siteArray()
	}
	for n > 0 {
		some := min(n, s.MaxArray)
		out, err := s.run(s.Script(), "sbatch", "--parsable", fmt.Sprintf("--array=0-%d", some-1))
		if err != nil {
			if s.active > 0 || len(out) > 0 { // a limit of the site: with fewer it goes on too
				s.Note("note: %v", err)
				return nil
			}
			if _, ok := errors.AsType[problem.Problem](err); ok {
				return err
			}
			if s.failed++; s.failed < patience { // the controller may be restarting
				s.Note("note: %v (tried again)", err)
				return nil
			}
			return problem.Advise(err, "run: slurm: says what is asked of the site; \"sinfo\" shows its partitions")
		}
		id, _, _ := strings.Cut(strings.TrimSpace(out), ";")
		s.Note("job %s: %d worker(s) of %d trial(s) at a time", id, some, s.Slots)
		s.active, n = s.active+some, n-some
	}
	s.sent, s.seen = time.Now(), false
	return nil
}

// siteArray is how many jobs the site takes in one array.
func (s *Slurm) siteArray() int {
	const usual = 1000 // below Slurm's default of 1001
	out, err := s.run("", "scontrol", "show", "config")
	if err != nil {
		return usual
	}
	for line := range strings.Lines(out) {
		if name, value, ok := strings.Cut(line, "="); ok && strings.TrimSpace(name) == "MaxArraySize" {
			if n, err := strconv.Atoi(strings.TrimSpace(value)); err == nil && n > 1 {
				return n - 1
			}
		}
	}
	return usual
}

// End takes all jobs of the queue out of Slurm.
func (s *Slurm) End() {
	if _, err := s.run("", "scancel", "--me", "-n", Jobs(s.Dir)); err != nil {
		s.Note("note: %v: \"scancel -n %s\" ends the workers", err, Jobs(s.Dir))
	}
}

// lastLog is the end of what the last worker wrote.
func (s *Slurm) lastLog() string {
	logs, _ := filepath.Glob(filepath.Join(s.Dir, "logs", "*.log"))
	if len(logs) == 0 {
		return " (there is none: \"sacct\" or \"scontrol show job\" may say why)"
	}
	text, _ := os.ReadFile(logs[len(logs)-1])
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return "; it ends: " + lines[len(lines)-1]
}

// Left reads how long a job may still run, as squeue's %L writes it: D-HH:MM:SS.
func Left(text string) (time.Duration, bool) {
	text = strings.TrimSpace(text)
	days, rest, ok := strings.Cut(text, "-")
	if !ok {
		days, rest = "0", text
	}
	d, err := strconv.Atoi(days)
	if err != nil {
		return 0, false // UNLIMITED, NOT_SET
	}
	total := 0
	for part := range strings.SplitSeq(rest, ":") {
		n, err := strconv.Atoi(part)
		if err != nil {
			return 0, false
		}
		total = 60*total + n
	}
	if strings.Count(rest, ":") == 0 && ok { // D-HH
		total *= 3600
	}
	return time.Duration(d)*24*time.Hour + time.Duration(total)*time.Second, true
}
