package cli

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var withSlurm = flag.Bool("slurm", false, "start a Slurm of two virtual nodes and run sweeps through it (as root)")

// cluster starts a Slurm, and returns a function that runs the assay binary with it.
func cluster(t *testing.T) (dir string, assay func(args ...string) string) {
	t.Helper()
	if !*withSlurm {
		t.Skip("needs -slurm, root, and Debian's slurmctld, slurmd, slurm-client, slurm-wlm-basic-plugins and munge")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir, err = os.MkdirTemp("", "assay-slurm-") // short: sockets lie in it
	if err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(dir, "assay")
	if out, err := exec.Command("go", "build", "-o", binary, root).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	script := filepath.Join(root, ".ci", "slurm")
	t.Cleanup(func() {
		_ = exec.Command(script, "stop", filepath.Join(dir, "slurm")).Run()
		time.Sleep(time.Second)
		os.RemoveAll(dir)
	})
	if out, err := exec.Command(script, "start", filepath.Join(dir, "slurm")).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Setenv("SLURM_CONF", filepath.Join(dir, "slurm", "slurm.conf"))
	t.Setenv("ASSAY_CACHE", filepath.Join(dir, "cache"))
	return dir, func(args ...string) string {
		t.Helper()
		cmd := exec.Command(binary, args...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			logs, _ := filepath.Glob(filepath.Join(dir, "*", "queue", "logs", "*"))
			for _, l := range logs {
				text, _ := os.ReadFile(l)
				t.Logf("%s: %s", l, text)
			}
			t.Fatalf("assay %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return string(out)
	}
}

// onSlurm is a sweep with a line that has it run on the cluster.
func onSlurm(t *testing.T, dir, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "on-slurm.yaml")
	text = append(text, "\nrun: {executor: slurm, slurm: {partition: main, time: 10m, workers: 2}}\n"...)
	if err := os.WriteFile(out, text, 0o644); err != nil {
		t.Fatal(err)
	}
	return out
}

// sameTables holds the tables of two folders against each other, bit for bit.
func sameTables(t *testing.T, here, there string) {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(here, "tables", "*.json"))
	if len(files) == 0 {
		t.Fatalf("no tables in %s", here)
	}
	for _, f := range files {
		a, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(there, "tables", filepath.Base(f)))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a, b) {
			t.Errorf("%s is not the same", filepath.Base(f))
		}
	}
}

// Through a real Slurm come the tables that this machine makes alone, bit for bit.
func TestSlurm(t *testing.T) {
	dir, assay := cluster(t)
	quick, err := filepath.Abs("../../sweeps/quickstart.yaml")
	if err != nil {
		t.Fatal(err)
	}
	assay("run", quick, "--results", "here")
	out := assay("run", onSlurm(t, dir, quick), "--results", "there")
	if !strings.Contains(out, "assay: job ") {
		t.Errorf("no job was started:\n%s", out)
	}
	sameTables(t, filepath.Join(dir, "here", "quickstart"), filepath.Join(dir, "there", "quickstart"))
	var left []string
	for _, kind := range []string{"todo/*/*", "workers/*/chunk*", "workers/*/out*", "kept/*"} {
		more, _ := filepath.Glob(filepath.Join(dir, "there", "queue", kind))
		left = append(left, more...)
	}
	if len(left) > 0 {
		t.Errorf("the queue keeps %v", left)
	}
}

// What is left with the cluster is taken in by whoever comes next, once.
func TestSlurmDetach(t *testing.T) {
	dir, assay := cluster(t)
	file := filepath.Join(dir, "small.yaml")
	if err := os.WriteFile(file, []byte(`version: 1
name: small
datasets:
  population: {source: generate/swapvae-population, params: {per_cluster: 100}, seed: 1, split: {by: trial, train: 0.8, test: 0.2, order: random, seed: 1}}
methods: {raw: {plugin: baseline, settings: {embedding: raw}}}
seeds: 6
probes: [{kind: logistic, target: direction}]
tables: [{name: t, rows: method, cols: dataset, cell: probe/logistic/accuracy, split: test}]
run: {executor: slurm, slurm: {partition: main, time: 10m, workers: 2}}
`), 0o644); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	assay("run", file, "--results", "r", "--detach")
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("leaving took %v", took)
	}
	out := assay("run", file, "--results", "r", "--json")
	if !strings.Contains(out, `"ran":6,"cached":0,"succeeded":6`) {
		t.Errorf("taken in: %s", out)
	}
	if out := assay("run", file, "--results", "r", "--json"); !strings.Contains(out, `"ran":0,"cached":6`) {
		t.Errorf("again: %s", out)
	}
}
