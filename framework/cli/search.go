package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/assaylab/assay/framework/internal/figure"
	"github.com/assaylab/assay/framework/internal/study"
)

func (a *app) searchCommand() *cobra.Command {
	var sets []string
	var dir, figures string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "search FILE",
		Short: "Show what the searches of a sweep have tried and taught",
		Long: `Search prints, for every searched method on every dataset, the best configurations
and which settings told good ones from others (PED-ANOVA, Watanabe et al. 2023), of
what is recorded so far. --json has everything that was tried, in the order asked.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, giveBack, err := a.openStudy(cmd.Context(), args[0], sets, nil)
			if err != nil {
				return err
			}
			defer giveBack()
			l, err := s.View(cmd.Context(), a.results(dir))
			if err != nil {
				return err
			}
			defer l.Close()
			lessons, err := l.Lessons()
			if err != nil {
				return err
			}
			if len(lessons) == 0 {
				return usage(fmt.Errorf("sweep %s searches nothing", s.Sweep.Name), "give a method search: (docs/search.md)")
			}
			if figures != "" {
				if err := a.drawLessons(lessons, figures); err != nil {
					return err
				}
			}
			if asJSON {
				return json.NewEncoder(a.out).Encode(map[string]any{"sweep": s.Sweep.Name, "searches": lessons})
			}
			for _, x := range lessons {
				a.printLesson(x)
			}
			return nil
		},
	}
	cmd.Flags().StringArrayVar(&sets, "set", nil, "set a scalar of the sweep, `PATH=VALUE` (repeatable)")
	cmd.Flags().StringVar(&dir, "results", "", "folder of results")
	cmd.Flags().StringVar(&figures, "figures", "", "draw each search into this `FOLDER`, as METHOD-DATASET.svg")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// shown is how many of the best configurations are printed.
const shown = 5

func (a *app) printLesson(x study.Lesson) {
	fmt.Fprintf(a.out, "%s: %s, %d of %d configurations", x.Name(), x.Strategy, x.Asked, x.Of)
	if x.Pruned > 0 {
		fmt.Fprintf(a.out, ", %d pruned", x.Pruned)
	}
	if x.Metric != "" {
		fmt.Fprintf(a.out, "; %s on %s, %s is better", x.Metric, x.Split, map[string]string{"min": "lower", "max": "higher"}[x.Goal])
	}
	fmt.Fprint(a.out, "\n\n")
	best := slices.DeleteFunc(slices.Clone(x.Tried), func(t study.Tried) bool { return t.Value == nil || t.Until > 0 })
	slices.SortStableFunc(best, func(s, t study.Tried) int {
		switch {
		case *s.Value == *t.Value:
			return 0
		case (x.Goal == "min") == (*s.Value < *t.Value):
			return -1
		}
		return 1
	})
	rows := [][]string{}
	for _, t := range best[:min(shown, len(best))] {
		chosen := ""
		if t.Chosen {
			chosen = "chosen"
		}
		rows = append(rows, []string{fmt.Sprint(t.Question), fmt.Sprintf("%.6g", *t.Value), fmt.Sprint(t.Seeds), t.Label, chosen})
	}
	if len(rows) > 0 {
		grid(a.out, []string{"question", "value", "seeds", "the best configurations that were trained to the end", ""}, rows)
	}
	if x.Few != "" {
		fmt.Fprintln(a.out, x.Few)
	}
	rows = nil
	for _, i := range x.Importance {
		rows = append(rows, []string{i.Name, fmt.Sprintf("%.0f %%", 100*i.Share)})
	}
	if len(rows) > 0 {
		grid(a.out, []string{"setting", "share in what tells the best tenth from all"}, rows)
	}
	fmt.Fprintln(a.out)
}

// drawLessons draws every search that has a value.
func (a *app) drawLessons(lessons []study.Lesson, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, x := range lessons {
		height, draws, err := pictured(x).Draw()
		if err != nil {
			fmt.Fprintf(a.talk, "assay: note: %s is not drawn: %v\n", x.Name(), err)
			continue
		}
		var picture bytes.Buffer
		if err := figure.SVG(&picture, figure.Wide, height, draws); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, strings.NewReplacer(" on ", "-", ", fold ", "-").Replace(x.Name())+".svg"), picture.Bytes(), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// pictured is a search as its figure takes it.
func pictured(x study.Lesson) figure.Search {
	out := figure.Search{Title: x.Name(), Metric: x.Metric + " on " + x.Split, Min: x.Goal == "min"}
	for _, d := range x.Settings {
		dim := figure.Dim{Name: d.Name, Log: d.Log}
		if slices.ContainsFunc(d.Values, func(v any) bool { return math.IsNaN(number(v)) }) {
			for _, v := range d.Values {
				dim.Labels = append(dim.Labels, fmt.Sprint(v))
			}
		}
		out.Dims = append(out.Dims, dim)
	}
	for _, t := range x.Tried {
		try := figure.Try{Value: math.NaN(), Part: t.Until > 0}
		if t.Value != nil {
			try.Value = *t.Value
		}
		for k, d := range x.Settings {
			at := math.NaN()
			if v, ok := t.Settings[d.Name]; ok {
				if at = number(v); out.Dims[k].Labels != nil {
					at = float64(slices.Index(out.Dims[k].Labels, fmt.Sprint(v)))
				}
			}
			try.At = append(try.At, at)
		}
		out.Tried = append(out.Tried, try)
	}
	return out
}

// number is a setting's value as a number, NaN if it is none.
func number(v any) float64 {
	switch v := v.(type) {
	case float64:
		return v
	case int64:
		return float64(v)
	case int:
		return float64(v)
	case uint64:
		return float64(v)
	}
	return math.NaN()
}
