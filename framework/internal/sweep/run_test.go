package sweep

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

// A run block says where trials run; what a cluster is asked for is checked before
// anything is sent to it.
func TestRunBlock(t *testing.T) {
	parse := func(block string) (*Sweep, error) {
		return Parse("x.yaml", []byte("version: 1\nname: x\ndatasets: {a: {source: generate/swapvae-population}}\nmethods: {m: {plugin: baseline}}\n"+block), nil)
	}
	s, err := parse("run: {executor: slurm, jobs: 2, slurm: {partition: gpu, gres: \"gpu:1\", time: 4h, memory: 8GiB, modules: [cuda], prologue: x=1, max_array: 10, stage: true}}\nlimits: {gpus: 0}\n")
	if err != nil {
		t.Fatal(err)
	}
	want := Run{Executor: "slurm", Jobs: 2, Slurm: Slurm{Partition: "gpu", GRES: "gpu:1", Time: 4 * time.Hour, Memory: 8 << 30, Workers: defaultWorkers, Modules: []string{"cuda"}, Prologue: "x=1", MaxArray: 10, Stage: true}}
	if !reflect.DeepEqual(s.Run, want) {
		t.Errorf("%+v", s.Run)
	}
	if s.Limits.GPUs == nil || *s.Limits.GPUs != 0 {
		t.Errorf("gpus: %v", s.Limits.GPUs)
	}
	for block, fact := range map[string]string{
		"run: {executor: slurm, slurm: {time: soon}}":     "run: slurm: time",
		"run: {slurm: {time: 1h}}":                        "slurm is of the executor slurm",
		"run: {executor: slurm, slurm: {partitoin: x}}":   "partitoin",
		"run: {executor: slurm, slurm: {workers: 0}}":     "workers",
		"run: {executor: slurm, slurm: {qos: \"a\\nb\"}}": "not one line",
		"run: {executor: pbs}":                            "executor",
		"limits: {gpus: -1}":                              "gpus",
	} {
		if _, err := parse(block + "\n"); err == nil || !strings.Contains(err.Error(), fact) {
			t.Errorf("%s: %v", block, err)
		}
	}
}
