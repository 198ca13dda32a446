package sweep

import (
	"fmt"
	"slices"

	"github.com/assaylab/assay/framework/internal/bytesize"
	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/setting"
)

func (d *decoder) limits(f fields, s *Sweep) {
	s.Limits.Threads = 1
	if n, ok := f.value("limits"); ok {
		g := d.fields(n, "limits", "timeout", "memory", "threads")
		g.count("threads", 1, &s.Limits.Threads)
		if v, ok := g.value("timeout"); ok {
			t, err := parseDuration(v.text)
			if err != nil || v.kind != text {
				d.fail(v, durationHint, "limits: timeout: %s", reason(err, v, "is no duration"))
			}
			s.Limits.Timeout = t
		}
		if v, ok := g.value("memory"); ok {
			m, err := bytesize.Parse(v.text)
			if err != nil || v.kind != text {
				d.fail(v, bytesize.Hint, "limits: memory: %s", reason(err, v, "is no size of memory"))
			}
			s.Limits.Memory = m
		}
	}
	if n, ok := f.value("retries"); ok {
		g := d.fields(n, "retries", "max", "on")
		g.count("max", 0, &s.Retries.Max)
		s.Retries.On = nil
		g.texts("on", &s.Retries.On)
		for _, k := range s.Retries.On {
			if v, _ := g.value("on"); !slices.Contains(failure.Kinds(), k) {
				d.fail(v, setting.Suggest(k, failure.Kinds()), "retries: there is no kind of failure %q", k)
			}
		}
		if s.Retries.On == nil {
			s.Retries.On = []string{string(failure.Crash), string(failure.Lost)}
		}
	}
	if n, ok := f.value("keep"); ok {
		g := d.fields(n, "keep", "models", "embeddings", "arrays")
		g.boolean("models", &s.Keep.Models)
		g.boolean("embeddings", &s.Keep.Embeddings)
		g.boolean("arrays", &s.Keep.Arrays)
	}
	s.Run.Executor = "local"
	if n, ok := f.value("run"); ok {
		g := d.fields(n, "run", "executor", "jobs")
		g.choice("executor", &s.Run.Executor, "local")
		g.count("jobs", 1, &s.Run.Jobs)
	}
}

func reason(err error, n *node, what string) string {
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%v %s", n, what)
}
