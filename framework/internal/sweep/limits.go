package sweep

import (
	"fmt"
	"slices"

	"github.com/assaylab/assay/framework/internal/bytesize"
	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/yaml"
	"github.com/assaylab/assay/framework/setting"
)

// defaultStop is after how many failures for one reason a method is given up in files
// of version 2.
const defaultStop = 3

func (d *decoder) limits(f yaml.Fields, s *Sweep) {
	s.Limits.Threads = 1
	if n, ok := f.Value("limits"); ok {
		g := d.Fields(n, "limits", "timeout", "memory", "output", "threads", "gpus", "confine")
		g.Choice("confine", &s.Limits.Confine, "default", "required", "off")
		g.Count("threads", 1, &s.Limits.Threads)
		if _, ok := g.Value("gpus"); ok {
			s.Limits.GPUs = new(int)
			g.Count("gpus", 0, s.Limits.GPUs)
		}
		if v, ok := g.Value("timeout"); ok {
			t, err := yaml.ParseDuration(v.Text)
			if err != nil || v.Kind != yaml.Text {
				d.Fail(v, yaml.DurationHint, "limits: timeout: %s", reason(err, v, "is no duration"))
			}
			s.Limits.Timeout = t
		}
		if v, ok := g.Value("memory"); ok {
			m, err := bytesize.Parse(v.Text)
			if err != nil || v.Kind != yaml.Text {
				d.Fail(v, bytesize.Hint, "limits: memory: %s", reason(err, v, "is no size of memory"))
			}
			s.Limits.Memory = m
		}
		if v, ok := g.Value("output"); ok {
			m, err := bytesize.Parse(v.Text)
			if err != nil || v.Kind != yaml.Text || m <= 0 {
				d.Fail(v, bytesize.Hint, "limits: output: %s", reason(err, v, "is no size"))
			}
			s.Limits.Output = m
		}
	}
	if n, ok := f.Value("retries"); ok {
		g := d.Fields(n, "retries", "max", "on")
		g.Count("max", 0, &s.Retries.Max)
		s.Retries.On = nil
		g.Texts("on", &s.Retries.On)
		for _, k := range s.Retries.On {
			if v, _ := g.Value("on"); !slices.Contains(failure.Kinds(), k) {
				d.Fail(v, setting.Suggest(k, failure.Kinds()), "retries: there is no kind of failure %q", k)
			}
		}
		if s.Retries.On == nil {
			s.Retries.On = []string{string(failure.Crash), string(failure.Lost)}
		}
	}
	if s.Version >= 2 {
		s.Stop.After = defaultStop
	}
	if n, ok := f.Value("stop"); ok {
		g := d.Fields(n, "stop", "after")
		g.Count("after", 0, &s.Stop.After)
	}
	s.Keep.Embeddings.Bytes = defaultRoom
	if n, ok := f.Value("keep"); ok {
		g := d.Fields(n, "keep", "models", "embeddings", "arrays")
		g.Boolean("models", &s.Keep.Models)
		g.Boolean("arrays", &s.Keep.Arrays)
		d.room(g, &s.Keep.Embeddings)
	}
	s.Run.Executor = "local"
	if n, ok := f.Value("run"); ok {
		d.run(n, &s.Run)
	}
}

// room reads true, false or a size.
func (d *decoder) room(g yaml.Fields, into *Room) {
	v, ok := g.Value("embeddings")
	if !ok {
		return
	}
	if v.Kind == yaml.Boolean {
		g.Boolean("embeddings", &into.All)
		*into = Room{All: into.All, None: !into.All}
		return
	}
	size, err := bytesize.Parse(v.Text)
	if err != nil || v.Kind != yaml.Text || size <= 0 {
		d.Fail(v, "true keeps all, false none, 2GiB what was used last", "keep: embeddings: %s", reason(err, v, "is neither true, false nor a size"))
		return
	}
	*into = Room{Bytes: size}
}

func reason(err error, n *yaml.Node, what string) string {
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%v %s", n, what)
}
