package framework

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/assaylab/assay/framework/internal/wire"
)

func described() *wire.DescribeReply {
	return &wire.DescribeReply{Name: "m", Version: "1", Settings: []*wire.Setting{{Name: "a", Kind: "float", DefaultJson: "1", Doc: "factor"}}}
}

// A description that is too large anywhere, or deceives its reader, is refused at
// once, in few words and little memory.
func TestDescriptionsAreLimited(t *testing.T) {
	long, many := strings.Repeat("x", 1<<20), 1_000_000
	names := slices.Repeat([]string{"n"}, many)
	type reply = *wire.DescribeReply
	for name, change := range map[string]func(reply){
		"version":            func(r reply) { r.Version = long },
		"summary":            func(r reply) { r.Summary = long },
		"citation":           func(r reply) { r.Citation = long },
		"roles":              func(r reply) { r.Roles = names },
		"role":               func(r reply) { r.Roles = []string{long} },
		"embeds":             func(r reply) { r.Embeds = long },
		"targets":            func(r reply) { r.Targets = names },
		"several":            func(r reply) { r.Several = names },
		"gpu":                func(r reply) { r.Gpu = long },
		"budget":             func(r reply) { r.Budget = long },
		"context":            func(r reply) { r.Context = &wire.Context{Before: strings.Repeat("(", many), After: "0"} },
		"uses labels":        func(r reply) { r.UsesLabels = strings.Repeat("not ", many) },
		"seedless":           func(r reply) { r.Seedless = strings.Repeat("(", many) },
		"settings":           func(r reply) { r.Settings = slices.Repeat(r.Settings, many) },
		"metrics":            func(r reply) { r.Metrics = slices.Repeat([]*wire.Metric{{Name: "m", Goal: "max"}}, many) },
		"arrays":             func(r reply) { r.Arrays = slices.Repeat([]*wire.Array{{Name: "m"}}, many) },
		"optional":           func(r reply) { r.Optional = slices.Repeat([]*wire.OptionalRole{{Name: "m"}}, many) },
		"setting's name":     func(r reply) { r.Settings[0].Name = long },
		"setting's kind":     func(r reply) { r.Settings[0].Kind = long },
		"setting's scale":    func(r reply) { r.Settings[0].Scale = long },
		"setting's doc":      func(r reply) { r.Settings[0].Doc = long },
		"setting's default":  func(r reply) { r.Settings[0].DefaultJson = strings.Repeat("[", many) },
		"setting's when":     func(r reply) { r.Settings[0].When = strings.Repeat("(", many) },
		"setting's choices":  func(r reply) { r.Settings[0].Choices = names },
		"setting's choice":   func(r reply) { r.Settings[0].Choices = []string{long} },
		"metric's name":      func(r reply) { r.Metrics = []*wire.Metric{{Name: long, Goal: "max"}} },
		"metric's goal":      func(r reply) { r.Metrics = []*wire.Metric{{Name: "m", Goal: long}} },
		"metric's doc":       func(r reply) { r.Metrics = []*wire.Metric{{Name: "m", Goal: "max", Doc: long}} },
		"array's name":       func(r reply) { r.Arrays = []*wire.Array{{Name: long}} },
		"array's doc":        func(r reply) { r.Arrays = []*wire.Array{{Name: "m", Doc: long}} },
		"optional role":      func(r reply) { r.Optional = []*wire.OptionalRole{{Name: long}} },
		"condition of it":    func(r reply) { r.Optional = []*wire.OptionalRole{{Name: "m", When: strings.Repeat("(", many)}} },
		"escape in version":  func(r reply) { r.Version = "1\x1b[2J" },
		"hidden in version":  func(r reply) { r.Version = "1\u200b" },
		"line in version":    func(r reply) { r.Version = "1\n2" },
		"reordered setting":  func(r reply) { r.Settings[0].Name = "a\u202eb" },
		"escape in default":  func(r reply) { r.Settings[0].Kind, r.Settings[0].DefaultJson = "string", "\"\u009b2J\"" },
		"escape in when":     func(r reply) { r.Settings[0].When = "a == 1 \x1b" },
		"escape in choice":   func(r reply) { r.Settings[0].Choices = []string{"\x1b]0;t\a"} },
		"escape in role":     func(r reply) { r.Roles = []string{"\x1b[H"} },
		"escape in target":   func(r reply) { r.Targets = []string{"\x1b[H"} },
		"escape in optional": func(r reply) { r.Optional = []*wire.OptionalRole{{Name: "\x1b[H"}} },
	} {
		t.Run(name, func(t *testing.T) {
			r := described()
			change(r)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			began := time.Now()
			_, err := FromWire(r)
			took := time.Since(began)
			runtime.ReadMemStats(&after)
			if err == nil {
				t.Fatal("it is taken")
			}
			if len(err.Error()) > 500 || strings.ContainsAny(err.Error(), "\x1b\u009b\u202e\u200b") {
				t.Errorf("the refusal has %d bytes: %.200q", len(err.Error()), err)
			}
			if used := after.TotalAlloc - before.TotalAlloc; took > 2*time.Second || used > 50<<20 {
				t.Errorf("it took %v and %d bytes", took, used)
			}
		})
	}
}

// Prose is shown as it is, without what acts on a terminal.
func TestProseIsCleaned(t *testing.T) {
	r := described()
	r.Summary, r.Citation = "a \x1b[2Jb", "µ \u202e"
	r.Settings[0].Doc = "\x1b[31mred\x1b[0m"
	r.Metrics = []*wire.Metric{{Name: "m", Goal: "max", Doc: "\a"}}
	r.Arrays = []*wire.Array{{Name: "m", Doc: "\u200b"}}
	d, err := FromWire(r)
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprintf("%s|%s|%s|%s|%s", d.Summary, d.Citation, d.Schema[0].Doc, d.Metrics[0].Doc, d.Arrays[0].Doc)
	if want := `a \u001b[2Jb|µ \u202e|red|\u0007|\u200b`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// What methods need fits with room to spare.
func TestRichDescriptionsPass(t *testing.T) {
	r := described()
	r.Summary = strings.Repeat("many words ", 200)
	r.Settings = nil
	for i := range 200 {
		r.Settings = append(r.Settings, &wire.Setting{Name: fmt.Sprintf("setting_%d", i), Kind: "string", DefaultJson: `"µ\tb"`, When: "setting_0 != 'x'", Doc: "a doc"})
		r.Metrics = append(r.Metrics, &wire.Metric{Name: fmt.Sprintf("m%d", i), Goal: "min"})
	}
	if _, err := FromWire(r); err != nil {
		t.Error(err)
	}
}
