package myow

import (
	"testing"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/methodtest"
)

var request = framework.TrainRequest{Seed: 5, Threads: 1}

func TestConformance(t *testing.T) {
	recs := map[string]*data.Recording{data.MainRole: toy()}
	var cases []methodtest.Case
	for _, c := range []struct{ profile, objective string }{
		{"gen2", "myow"}, {"gen1", "myow"}, {"rodent", "myow"}, {"gen2", "byol"}, {"gen1", "simsiam"}, {"gen2", "simclr"}, {"gen1", "supervised"},
	} {
		s := map[string]any{"profile": c.profile, "objective": c.objective, "steps": 4, "batch": 16}
		if c.objective == "myow" {
			s["mining_start"] = 0
			if c.profile == "rodent" {
				s["exclude"] = 10
			}
		}
		cases = append(cases, methodtest.Case{Name: c.profile + " " + c.objective, Settings: s, Data: recs})
	}
	cases[0].Slow = map[string]any{"steps": 100000000}
	methodtest.Run(t, New(), cases...)
}
