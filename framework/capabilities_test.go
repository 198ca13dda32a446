package framework

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assaylab/assay/framework/internal/wire"
)

type capableSettings struct {
	Epochs int    `name:"epochs" default:"10" min:"1" when:"mode != 'none'" doc:"passes"`
	Window int    `name:"window" default:"3" min:"1" doc:"samples"`
	Mode   string `name:"mode" default:"plain" choices:"plain,guided,whole,none" doc:"what is learned"`
}

var capable = Description{Name: "capable", Version: "1", Settings: capableSettings{}, Roles: []string{"main"}, Optional: []OptionalRole{{"extra", "mode == 'guided'"}},
	Budget: "epochs", Context: Context{"mode == 'whole' ? -1 : window - 1", "0"}, UsesLabels: "mode == 'guided'",
	Several: []string{"main", "extra"}, GPU: GPUOptional, Seedless: "mode == 'none'"}

// What a description says of budget, context, labels and seeds crosses to the host
// and is answered for settings.
func TestCapabilitiesCrossAndDependOnSettings(t *testing.T) {
	w, err := capable.ToWire()
	if err != nil {
		t.Fatal(err)
	}
	d, err := FromWire(w)
	if err != nil {
		t.Fatal(err)
	}
	again, err := d.ToWire()
	if err != nil || again.String() != w.String() {
		t.Errorf("the description changes on its way: %v, %v", again, err)
	}
	type answer struct {
		Budget, Before, After                 int64
		Said, UsesLabels, SaidLabel, Seedless bool
	}
	for mode, want := range map[string]answer{
		"plain":  {10, 4, 0, true, false, true, false},
		"guided": {10, 4, 0, true, true, true, false},
		"whole":  {10, WholePart, 0, true, false, true, false},
		"none":   {0, 4, 0, true, false, true, true},
	} {
		values := map[string]any{"mode": mode, "window": int64(5)}
		var got answer
		var errs [4]error
		got.Budget, errs[0] = d.BudgetFor(values)
		got.Before, got.After, got.Said, errs[1] = d.ContextFor(values)
		got.UsesLabels, got.SaidLabel, errs[2] = d.UsesLabelsFor(values)
		got.Seedless, errs[3] = d.SeedlessFor(values)
		if d := cmp.Diff(want, got); d != "" || errs != [4]error{} {
			t.Errorf("mode %s: %s %v", mode, d, errs)
		}
	}
}

// A first-edition plugin says nothing of all this.
func TestSilenceIsNoClaim(t *testing.T) {
	d, err := FromWire(&wire.DescribeReply{Name: "old", Version: "1"})
	if err != nil {
		t.Fatal(err)
	}
	budget, _ := d.BudgetFor(nil)
	_, _, context, _ := d.ContextFor(nil)
	_, labels, _ := d.UsesLabelsFor(nil)
	seedless, _ := d.SeedlessFor(nil)
	if budget != 0 || context || labels || seedless {
		t.Errorf("budget %d, context %v, labels %v, seedless %v", budget, context, labels, seedless)
	}
}

func TestClaimsThatMakeNoSenseAreRefused(t *testing.T) {
	for want, change := range map[string]func(*Description){
		"budget: \"epoch\"":         func(d *Description) { d.Budget = "epoch" },
		"budget: the budget":        func(d *Description) { d.Budget = "window - 4" },
		"no whole number":           func(d *Description) { d.Context.Before = "window / 2" },
		"context after":             func(d *Description) { d.Context.After = "" },
		"-2 samples before":         func(d *Description) { d.Context.Before = "-2" },
		"uses_labels":               func(d *Description) { d.UsesLabels = "labels" },
		"seedless":                  func(d *Description) { d.Seedless = "window" },
		`several: there is no role`: func(d *Description) { d.Several = []string{"mian"} },
		"gpu is \"yes\", not none":  func(d *Description) { d.GPU = "yes" },
	} {
		d := capable
		change(&d)
		w, err := d.ToWire()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := FromWire(w); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
}

func TestEnd(t *testing.T) {
	for until, want := range map[int64]int{0: 10, 3: 3, 10: 10, 11: 10} {
		if got := (TrainRequest{Until: until}).End(10); got != want {
			t.Errorf("until %d of 10: %d", until, got)
		}
	}
}
