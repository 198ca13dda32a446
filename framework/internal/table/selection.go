package table

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// Selection is what was selected for one method on one dataset, and how.
type Selection struct {
	Method         string         `json:"method"`
	Dataset        string         `json:"dataset"`
	Metric         string         `json:"metric"` // the criterion
	Split          string         `json:"split"`
	Configurations int            `json:"configurations"` // tried
	Failed         int            `json:"failed,omitempty"`
	Pruned         int            `json:"pruned,omitempty"` // not trained to the end
	CPU            float64        `json:"cpu_s,omitempty"`  // that the search has spent, where it is bounded
	Settings       map[string]any `json:"settings"`         // those searched over, as chosen
	Biased         bool           `json:"biased,omitempty"` // the table shows the very split that selected
}

// selection lists the selected settings of the table's trials by method and
// dataset, in order of the table.
func selection(g *gathered) []Selection {
	out := []Selection{}
	seen := map[[2]string]bool{}
	for _, row := range g.rows {
		for _, col := range g.cols {
			for _, m := range g.metrics {
				h := g.heaps[place{row, col, m}]
				if h == nil {
					continue
				}
				for _, r := range h.sorted() {
					o := h.runs[r]
					k := [2]string{o.Method, o.Dataset}
					if o.Selected == nil || o.Variant != "" || seen[k] {
						continue
					}
					seen[k] = true
					s := Selection{
						Method: o.Method, Dataset: o.Dataset, Metric: o.Selected.Metric, Split: o.Selected.Split,
						Configurations: o.Selected.Configurations, Failed: o.Selected.Failed, Pruned: o.Selected.Pruned, CPU: o.Selected.CPU, Settings: map[string]any{},
						Biased: o.Selected.Split == g.spec.Split,
					}
					for _, name := range o.Selected.Searched {
						if v, ok := o.Settings[name]; ok {
							s.Settings[name] = v
						}
					}
					out = append(out, s)
				}
			}
		}
	}
	return out
}

// lost says how many of the configurations came to nothing or not to their end, and
// what they cost.
func (s Selection) lost() string {
	var parts []string
	if s.Failed > 0 {
		parts = append(parts, fmt.Sprintf("%d failed", s.Failed))
	}
	if s.Pruned > 0 {
		parts = append(parts, fmt.Sprintf("%d pruned", s.Pruned))
	}
	if s.CPU > 0 {
		parts = append(parts, time.Duration(math.Ceil(s.CPU)*float64(time.Second)).String()+" of CPU time")
	}
	if parts == nil {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// chosen prints settings as "dims=3, rate=0.01", in order of their names.
func (s Selection) chosen() string {
	var names []string
	for name := range s.Settings {
		names = append(names, name)
	}
	slices.Sort(names)
	for i, name := range names {
		names[i] = fmt.Sprintf("%s=%v", name, s.Settings[name])
	}
	if len(names) == 0 {
		return "-"
	}
	return strings.Join(names, ", ")
}

// selectedHead and selectedLines are the table "selected" that stands beside
// every table with selected settings.
var selectedHead = []string{"selected", "dataset", "criterion", "tried", "settings"}

func selectedLines(t *Table) [][]string {
	var out [][]string
	for _, s := range t.Selection {
		tried := fmt.Sprint(s.Configurations)
		tried += s.lost()
		out = append(out, []string{t.display(s.Method), t.display(s.Dataset), t.display(s.Metric) + " on " + s.Split, tried, s.chosen()})
	}
	return out
}

// display is the name under which a label is printed.
func (t *Table) display(label string) string {
	if to, ok := t.Spec.Rename[label]; ok && to != "" {
		return to
	}
	if method, variant, ok := strings.Cut(label, ": "); ok && t.Spec.Rename[method] != "" {
		return t.Spec.Rename[method] + ": " + variant
	}
	return label
}
