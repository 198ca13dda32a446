package table

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/figure"
	"github.com/assaylab/assay/framework/metric"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

const accuracy = "probe/direction/accuracy"

// runs is one observation per value, with seeds from 1.
func runs(method, dataset string, values ...float64) []Observation {
	var obs []Observation
	for i, v := range values {
		obs = append(obs, Observation{
			Method: method, Dataset: dataset, Seed: uint64(i + 1), Trial: fmt.Sprintf("%s-%s-%d", method, dataset, i+1),
			Metric: accuracy, Split: "test", Goal: metric.Max, Value: v,
		})
	}
	return obs
}

func failure(method, dataset string, seed uint64) Observation {
	return Observation{Method: method, Dataset: dataset, Seed: seed, Trial: fmt.Sprintf("%s-%s-%d", method, dataset, seed), Failed: true}
}

func join(groups ...[]Observation) []Observation {
	var all []Observation
	for _, g := range groups {
		all = append(all, g...)
	}
	return all
}

func build(t *testing.T, s Spec, obs []Observation) *Table {
	t.Helper()
	if s.Cell == nil {
		s.Cell = accuracy
	}
	tab, err := Build(s, obs)
	if err != nil {
		t.Fatal(err)
	}
	return tab
}

func cellAt(t *testing.T, tab *Table, row, col string) Cell {
	t.Helper()
	for _, c := range tab.Cells {
		if c.Row == row && c.Col == col {
			return c
		}
	}
	t.Fatalf("no cell %q, %q", row, col)
	return Cell{}
}

// sample has what makes rendering hard: a winner, a tie, a loser, failures,
// awkward names, two datasets.
func sample() []Observation {
	return join(
		runs("hiwa", "maze_1", 0.71, 0.74, 0.69, 0.75, 0.72),
		runs("pca|raw", "maze_1", 0.51, 0.52, 0.50, 0.54, 0.515),
		runs("swap & <vae>", "maze_1", 0.70, 0.75, 0.68, 0.73),
		[]Observation{failure("swap & <vae>", "maze_1", 5)},
		runs("hiwa", "reach 100%", 0.61, 0.60, 0.64, 0.62, 0.60),
		runs("pca|raw", "reach 100%", 0.40, 0.48, 0.43, 0.41, 0.45),
		[]Observation{failure("swap & <vae>", "reach 100%", 1), failure("swap & <vae>", "reach 100%", 2)},
	)
}

func TestGolden(t *testing.T) {
	tab := build(t, Spec{Name: "main_table"}, sample())
	for _, format := range Formats() {
		if format == "png" || format == "pdf" {
			continue // see TestPNG and TestFiguresFitAPaper
		}
		t.Run(format, func(t *testing.T) {
			var b bytes.Buffer
			if err := Render(&b, tab, format); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("testdata", "main."+format)
			if *update {
				if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(string(want), b.String()); d != "" {
				t.Errorf("%s differs (-want +got); if intended, run go test -update:\n%s", file, d)
			}
		})
	}
}

func TestPNG(t *testing.T) {
	var b bytes.Buffer
	if err := Render(&b, build(t, Spec{Name: "main"}, sample()), "png"); err != nil {
		t.Fatal(err)
	}
	if file := os.Getenv("TABLE_PNG"); file != "" {
		if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	img, err := png.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	found := map[[3]uint32]bool{}
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			r, g, b, _ := img.At(x, y).RGBA()
			found[[3]uint32{r >> 8, g >> 8, b >> 8}] = true
		}
	}
	for i, c := range figure.Palette[:3] {
		if !found[[3]uint32{uint32(c.R), uint32(c.G), uint32(c.B)}] {
			t.Errorf("row %d is not drawn", i)
		}
	}
}

// A table read back from its JSON prints as the one that was written.
func TestJSONRoundTrip(t *testing.T) {
	tab := build(t, Spec{Name: "main", Cols: "metric", Rows: "variant", Cell: []any{accuracy, "loss"}}, runs("a", "maze", 0.5, 0.6))
	var file, want, got bytes.Buffer
	if err := Render(&file, tab, "json"); err != nil {
		t.Fatal(err)
	}
	var back Table
	if err := json.Unmarshal(file.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	for _, format := range Formats() {
		want.Reset()
		got.Reset()
		if err := errors.Join(Render(&want, tab, format), Render(&got, &back, format)); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(want.Bytes(), got.Bytes()) {
			t.Errorf("%s differs", format)
		}
	}
}

// Two metrics per cell make two columns of each dataset, and a table may hold
// a single value, or failures alone.
func TestOddShapes(t *testing.T) {
	loss := runs("a", "maze", 3)
	loss[0].Metric, loss[0].Goal = "loss", metric.Min
	two := build(t, Spec{Cell: []string{accuracy, "loss"}}, join(runs("a", "maze", 0.5), loss, runs("b", "maze", 0.6)))
	if h := layOut(two).heads; !slices.Equal(h, []string{"maze, " + accuracy + " ↑", "maze, loss ↓"}) {
		t.Errorf("heads %q", h)
	}
	failed := build(t, Spec{}, []Observation{failure("a", "maze", 1)})
	for _, format := range Formats() {
		for _, tab := range []*Table{two, failed} {
			var b bytes.Buffer
			if err := Render(&b, tab, format); err != nil {
				t.Errorf("%s: %v", format, err)
			}
			if tab == failed && format != "png" && format != "pdf" && format != "json" && !strings.Contains(b.String(), "failed") {
				t.Errorf("%s hides the failure:\n%s", format, b.String())
			}
		}
	}
}

func TestUnknownFormat(t *testing.T) {
	err := Render(&bytes.Buffer{}, &Table{}, "markdwn")
	p, ok := errors.AsType[data.Problem](err)
	if !ok || p.Hint != `did you mean "markdown"?` {
		t.Errorf("got %#v", err)
	}
}

// Scripts rely on these names in every cell, null or not.
func TestJSONContract(t *testing.T) {
	var b bytes.Buffer
	if err := Render(&b, build(t, Spec{Name: "main"}, sample()), "json"); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Name, Caption *string
		Cells         []map[string]json.RawMessage
	}
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Name == nil || got.Caption == nil || len(got.Cells) != 6 {
		t.Fatalf("got %s", b.Bytes())
	}
	for _, c := range got.Cells {
		for _, k := range strings.Fields("row col metric split mean ci95 std n failed values") {
			if _, ok := c[k]; !ok {
				t.Errorf("cell %s, %s has no %q", c["row"], c["col"], k)
			}
		}
		if string(c["values"]) == "null" {
			t.Errorf("values of %s, %s is null", c["row"], c["col"])
		}
	}
}

func render(t *testing.T, tab *Table, format string) string {
	t.Helper()
	var b bytes.Buffer
	if err := Render(&b, tab, format); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A terminal has bold letters and may be narrow.
func TestTextFitsATerminal(t *testing.T) {
	tab := build(t, Spec{Name: "main"}, sample())
	var b bytes.Buffer
	if err := RenderText(&b, tab, TextStyle{Width: 40, Bold: true}); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(b.String()) {
		if n := printed(strings.TrimRight(line, "\n")); n > 40 {
			t.Errorf("%d characters: %q", n, line)
		}
	}
	if !strings.Contains(b.String(), boldOn+"0.722 ± 0.030"+boldOff) || strings.Contains(b.String(), "*") || !strings.Contains(b.String(), "hiwa\n  maze_1 ↑") {
		t.Error(b.String())
	}
	b.Reset()
	if err := RenderText(&b, tab, TextStyle{Width: 200, Bold: true}); err != nil || !strings.Contains(b.String(), "│ hiwa ") {
		t.Error(err, b.String())
	}
}
