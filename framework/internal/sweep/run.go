package sweep

import (
	"strings"

	"github.com/assaylab/assay/framework/internal/bytesize"
	"github.com/assaylab/assay/framework/internal/yaml"
)

// defaultWorkers is how many workers a cluster is asked for unasked.
const defaultWorkers = 4

// run reads where trials run.
func (d *decoder) run(n *yaml.Node, r *Run) {
	f := d.Fields(n, "run", "executor", "jobs", "slurm")
	f.Choice("executor", &r.Executor, "local", "queue", "slurm")
	f.Count("jobs", 1, &r.Jobs)
	if r.Executor == "slurm" {
		r.Slurm.Workers = defaultWorkers
	}
	v, ok := f.Value("slurm")
	if !ok {
		return
	}
	if r.Executor != "slurm" {
		d.Fail(v, "write executor: slurm, or leave slurm out", "run: slurm is of the executor slurm, not of %s", r.Executor)
	}
	g := d.Fields(v, "run: slurm", "partition", "account", "qos", "constraint", "gres", "time", "memory", "workers", "modules", "prologue", "max_array", "stage")
	for key, into := range map[string]*string{"partition": &r.Slurm.Partition, "account": &r.Slurm.Account, "qos": &r.Slurm.QOS, "constraint": &r.Slurm.Constraint, "gres": &r.Slurm.GRES} {
		g.Text(key, into)
		if v, ok := g.Value(key); ok && strings.ContainsAny(*into, "\n\r") {
			d.Fail(v, "it is one option of sbatch", "%s is not one line", g.Name(key))
		}
	}
	g.Text("prologue", &r.Slurm.Prologue)
	g.Texts("modules", &r.Slurm.Modules)
	g.Count("workers", 1, &r.Slurm.Workers)
	g.Count("max_array", 1, &r.Slurm.MaxArray)
	g.Boolean("stage", &r.Slurm.Stage)
	if v, ok := g.Value("time"); ok {
		t, err := yaml.ParseDuration(v.Text)
		if err != nil || v.Kind != yaml.Text {
			d.Fail(v, yaml.DurationHint, "run: slurm: time: %s", reason(err, v, "is no duration"))
		}
		r.Slurm.Time = t
	}
	if v, ok := g.Value("memory"); ok {
		m, err := bytesize.Parse(v.Text)
		if err != nil || v.Kind != yaml.Text {
			d.Fail(v, bytesize.Hint, "run: slurm: memory: %s", reason(err, v, "is no size of memory"))
		}
		r.Slurm.Memory = m
	}
}
