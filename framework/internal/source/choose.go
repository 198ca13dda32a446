package source

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/source/file"
)

// choose keeps the samples that the recipe wants and divides them.
func (r Recording) choose(got reading, trialSeed uint64) (*data.Recording, error) {
	rec := got.rec
	keep := make([]bool, rec.Len())
	for i := range keep {
		keep[i] = true
	}
	for _, name := range sortedKeys(r.Keep) {
		t, err := rec.ClassTarget(name)
		if err != nil {
			return nil, fmt.Errorf("keep: %w", err)
		}
		stays, err := labelsThatStay(r.Keep[name], got.about.Targets[name].Labels, t)
		if err != nil {
			return nil, err
		}
		for i, l := range t.Labels {
			keep[i] = keep[i] && stays[l]
		}
	}
	if r.MinSpeed > 0 {
		v, err := rec.ContinuousTarget("velocity")
		if err != nil {
			return nil, fmt.Errorf("min_speed: %w", err)
		}
		for i := range keep {
			sum := 0.0
			for _, x := range v.Values.Row(i) {
				sum += float64(x) * float64(x)
			}
			keep[i] = keep[i] && math.Sqrt(sum) > r.MinSpeed
		}
	}
	var rows []int
	for i, k := range keep {
		if k {
			rows = append(rows, i)
		}
	}
	out := rec
	switch {
	case len(rows) == 0:
		return nil, fmt.Errorf("keep and min_speed leave none of %d samples", rec.Len())
	case len(rows) < rec.Len() && got.own:
		rec.Compact(keep)
	case len(rows) < rec.Len():
		out = rec.Subset(rows)
	}
	if split := r.division(trialSeed); split != nil {
		if err := split.Divide(out); err != nil {
			return nil, fmt.Errorf("split: %w", err)
		}
	}
	return r.partOf(out)
}

// partOf leaves what As, Only and Bare say.
func (r Recording) partOf(rec *data.Recording) (*data.Recording, error) {
	out := *rec
	if r.As != "" {
		out.Split = slices.Repeat([]data.Split{r.As}, out.Len())
	}
	if r.Only != "" {
		part := out.On(r.Only)
		if part.Len() == 0 {
			return nil, fmt.Errorf("there is no part %s", r.Only)
		}
		out = *part
	}
	if r.Bare {
		out.Targets = nil
	}
	return &out, nil
}

// labelsThatStay marks the classes that are named: by their name in a file, or,
// where they have no names, by their number.
func labelsThatStay(named Labels, names []string, t *data.Target) ([]bool, error) {
	if names == nil {
		for i := range t.Classes {
			names = append(names, strconv.Itoa(i))
		}
	}
	stays := make([]bool, t.Classes)
	for _, label := range named {
		i := slices.Index(names, file.CanonicalLabel(label))
		if i < 0 {
			return nil, &Error{Fact: fmt.Sprintf("keep: %s has no label %s", t.Name, label), Hint: fmt.Sprintf("its labels are %s", few(names))}
		}
		stays[i] = true
	}
	return stays, nil
}

// few lists names, or the first of them where they are many.
func few(names []string) string {
	const most = 24
	if len(names) > most {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
	}
	return strings.Join(names, ", ")
}
