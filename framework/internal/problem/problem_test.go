package problem

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// own is an error with fields of its own, as setting.Problem and
// store.HeldError are.
type own struct{ name string }

func (o *own) Error() string { return "no " + o.name }
func (o *own) Problem() Problem {
	return Problem{Path: o.name, Fact: "is missing", Hint: "make it", Usage: true}
}

// placed brings its own place, as failure.Failure does.
type placed struct{}

func (placed) Error() string { return "crash: it ended" }
func (placed) Problem() Problem {
	return Problem{Place: Place{File: "/bin/x"}, Fact: "it ended\n  | words"}
}

func TestAll(t *testing.T) {
	at := Place{File: "s.yaml", Line: 3, Column: 7}
	bare := New("shares sum to 0.9, not 1", "0.8 is 80 %")
	cases := map[string]struct {
		err  error
		want []string // text, hint, exit code
	}{
		"nothing":              {nil, nil},
		"no problem":           {fmt.Errorf("reading: %w", context.DeadlineExceeded), []string{"reading: context deadline exceeded||1"}},
		"words in front":       {fmt.Errorf("dataset a: %w", bare), []string{"dataset a: shares sum to 0.9, not 1|0.8 is 80 %|1"}},
		"a path":               {fmt.Errorf("dataset a: %w", Problem{Path: "split.train", Fact: "is 8"}), []string{"dataset a: split.train: is 8||1"}},
		"a place":              {fmt.Errorf("x: %w", Problem{Place: at, Fact: "is 8", Usage: true}), []string{"s.yaml:3:7: is 8||2"}},
		"a place added":        {At(at, fmt.Errorf("method m: %w", &own{"plugin"})), []string{"s.yaml:3:7: method m: no plugin|make it|2"}},
		"a place of its own":   {At(at, fmt.Errorf("method m: %w", placed{})), []string{"/bin/x: it ended\n  | words||1"}},
		"an argument":          {Problem{Place: Place{File: "--set a=b"}, Fact: "is no number", Usage: true}, []string{"--set a=b: is no number||2"}},
		"a cause":              {fmt.Errorf("dataset a: %w", Problem{Fact: "cannot fetch", Hint: "run again", Err: context.DeadlineExceeded}), []string{"dataset a: cannot fetch: context deadline exceeded|run again|1"}},
		"near advice wins":     {Advise(fmt.Errorf("x: %w", bare), "look around"), []string{"x: shares sum to 0.9, not 1|0.8 is 80 %|1"}},
		"far advice fills":     {Usage(errors.New("odd"), "look around"), []string{"odd|look around|2"}},
		"blame is kept":        {fmt.Errorf("x: %w", Advise(Usage(errors.New("odd"), ""), "h")), []string{"x: odd|h|2"}},
		"joined":               {errors.Join(bare, errors.New("odd")), []string{"shares sum to 0.9, not 1|0.8 is 80 %|1", "odd||1"}},
		"joined behind words":  {Usage(fmt.Errorf("table t: %w", errors.Join(New("a", "h"), New("b", ""))), "k"), []string{"table t: a|h|2", "table t: b|k|2"}},
		"a list":               {fmt.Errorf("x: %w", List{{Place: at, Fact: "a", Usage: true}, {Fact: "b"}}), []string{"s.yaml:3:7: a||2", "x: b||1"}},
		"two causes, one text": {fmt.Errorf("%w after %w", bare, errors.New("b")), []string{"shares sum to 0.9, not 1 after b|0.8 is 80 %|1"}},
		"a text of its own":    {&worded{bare}, []string{"reworded|0.8 is 80 %|1"}},
		"hint of the cause":    {Problem{Fact: "cannot plan", Err: bare}, []string{"cannot plan: shares sum to 0.9, not 1|0.8 is 80 %|1"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, p := range All(c.err) {
				got = append(got, fmt.Sprintf("%v|%s|%d", p, p.Hint, p.ExitCode()))
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

type worded struct{ err error }

func (w *worded) Error() string { return "reworded" }
func (w *worded) Unwrap() error { return w.err }

// What is wrapped stays visible to errors.Is and errors.As.
func TestCausesAreSeen(t *testing.T) {
	err := fmt.Errorf("x: %w", At(Place{File: "f"}, Usage(Problem{Fact: "stopped", Err: context.Canceled}, "")))
	if !errors.Is(err, context.Canceled) {
		t.Error("the cause is hidden")
	}
	if p, ok := errors.AsType[Problem](List{{Fact: "a"}}); !ok || p.Fact != "a" {
		t.Errorf("in a list: %v, %v", p, ok)
	}
	if _, ok := Find(errors.New("x")); ok {
		t.Error("an error without a problem has one")
	}
}

func TestLeaves(t *testing.T) {
	err := Usage(fmt.Errorf("probe p: %w", errors.Join(&own{"k"}, Problem{Path: "kind", Fact: "odd"}, errors.New("plain"))), "h")
	var got []string
	for _, l := range Leaves(err) {
		got = append(got, l.Problem().Path+"|"+l.Error())
	}
	if d := cmp.Diff([]string{"k|no k", "kind|kind: odd", "|plain"}, got); d != "" {
		t.Error(d)
	}
}

func TestSorted(t *testing.T) {
	l := List{
		{Place: Place{File: "--set a=b"}, Fact: "argument"},
		{Place: Place{File: "s", Line: 9, Column: 1}, Fact: "nine"},
		{Place: Place{File: "s", Line: 2, Column: 8}, Fact: "eight"},
		{Place: Place{File: "s", Line: 2, Column: 3}, Fact: "three"},
		{Place: Place{File: "s", Line: 2, Column: 3}, Fact: "three"},
	}
	want := "s:2:3: three\ns:2:8: eight\ns:9:1: nine\n--set a=b: argument"
	if got := l.Sorted().Error(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if l[0].Fact != "argument" {
		t.Error("Sorted changed the list itself")
	}
	if (List{}).Sorted() != nil {
		t.Error("no mistakes are an error")
	}
}
