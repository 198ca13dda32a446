package file

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Look lists what is in a file, without reading its values.
func Look(ctx context.Context, path string, o Options) ([]Array, error) {
	f, err := formatOf(path)
	if err != nil {
		return nil, err
	}
	box, err := f.opened(ctx, path, o)
	if err != nil {
		return nil, err
	}
	defer box.Close()
	return box.arrays(), nil
}

// Suggestion is what could stand under read, and what is not sure of it.
type Suggestion struct {
	Columns Columns
	Why     map[string]string // remarks by key, or by target
	Unused  []Array
	Fails   error // reading with these columns, or nil

	Subject, Session string // as the file says
}

// Suggest guesses what the arrays of a file are, further than Read does: what it
// says is looked at by the user before it is used.
func Suggest(ctx context.Context, path string, o Options) (Suggestion, error) {
	f, err := formatOf(path)
	if err != nil {
		return Suggestion{}, err
	}
	box, err := f.opened(ctx, path, o)
	if err != nil {
		return Suggestion{}, err
	}
	defer box.Close()
	r := newReader(f, box, Columns{}, o.Limit)
	g := &guesser{reader: r, s: Suggestion{Why: map[string]string{}}}
	if f.table {
		g.table()
	} else if byTime, bad := g.byTime(ctx); bad != nil || byTime {
		err = bad
	} else {
		err = g.arrays(ctx)
	}
	if err != nil {
		return Suggestion{}, fmt.Errorf("%s: %w", path, err)
	}
	for _, a := range r.arrays {
		if !r.used[a.Name] {
			g.s.Unused = append(g.s.Unused, a)
		}
	}
	_, g.s.Fails = Read(ctx, path, g.s.Columns, o)
	if g.s.Fails != nil && strings.Contains(g.s.Fails.Error(), "missing (NaN)") {
		g.s.Columns.NaN, g.s.Why["nan"] = Drop, "values are missing; or fill"
		_, g.s.Fails = Read(ctx, path, g.s.Columns, o)
	}
	if c, ok := box.(interface{ about() map[string]string }); ok {
		g.s.Subject, g.s.Session = c.about()["subject"], cmp.Or(c.about()["session"], c.about()["identifier"])
	}
	return g.s, nil
}

type guesser struct {
	*reader
	s Suggestion
}

// trialNames are what numbers of trials are called.
var trialNames = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)(^|[._])trials?(_?(id|ids|num|nr|no|number|idx|index))?$`)
})

// arrays guesses for a file of arrays.
func (g *guesser) arrays(ctx context.Context) error {
	a, ok := g.largest()
	if !ok {
		return fmt.Errorf("no array of numbers with two axes or more: nothing that could be samples x channels")
	}
	g.used[a.Name] = true
	c := &g.s.Columns
	if !g.format.alone {
		c.Samples = []string{a.Name}
	}
	g.s.Why["samples"] = a.Size() + ", " + string(a.Kind)
	c.Axes = g.orientation(a)
	axes := c.Axes
	if axes == nil {
		axes = []string{Time, Units}
	}
	layout, err := lay(a, axes)
	if err != nil {
		return fmt.Errorf("samples %s: %w", a.Name, err)
	}
	g.plan.samples = grid{geometry: layout, trials: len(layout.lengths), axes: axes, flipped: slices.Index(axes, Units) < slices.Index(axes, Time)}
	if lengths, ok := g.array(usualLength); ok && layout.lengths == nil {
		g.plan.samples.trials, g.used[usualLength] = lengths.size(), true
	}
	width := false
	for _, name := range usualBins {
		if _, ok := g.array(name); ok {
			width, g.used[name] = true, true
		}
	}
	if !width {
		g.s.Why["bin_seconds"] = "width of a bin; with scale: counts the samples become Hz"
	}
	if a.Kind == Wholes || strings.HasSuffix(a.Name, "counts") || strings.HasSuffix(a.Name, "spikes") {
		c.Scale = Counts
		g.s.Why["scale"] = "or rates"
	}
	if g.format.alone {
		return nil
	}
	g.trial()
	return g.others(ctx)
}

// largest is the array of numbers with the most channels, those with a usual name first.
func (g *guesser) largest() (Array, bool) {
	for _, name := range usualSamples {
		if a, ok := g.array(name); ok && a.numeric() && len(a.Shape) >= 2 {
			return a, true
		}
	}
	var best Array
	for _, a := range g.reader.arrays {
		if a.numeric() && (len(flat(a.Shape)) == 2 || len(flat(a.Shape)) == 3 || a.Parts != nil && len(flat(a.Shape)) > 0) && (best.Name == "" || a.size() > best.size()) {
			best = a
		}
	}
	return best, best.Name != ""
}

// orientation names the axes where they are not time x units.
func (g *guesser) orientation(a Array) []string {
	if len(a.Shape) == 3 {
		g.s.Why["axes"] = "which is which? units, time and trials in the order of the file"
		return []string{Trials, Time, Units}
	}
	rows, columns := 0, 0
	for _, b := range g.reader.arrays {
		switch {
		case b.Name == a.Name || b.Kind == Opaque || len(b.Parts) != len(a.Parts) || b.Name == usualLength || b.Name == usualLabel:
		case slices.Contains(b.Shape, a.Shape[0]):
			rows++
		case slices.Contains(b.Shape, a.Shape[1]):
			columns++
		}
	}
	varies := false // from part to part: that is the time
	for _, shape := range a.Parts {
		varies = varies || shape[1] != a.Shape[1] && shape[0] == a.Shape[0]
	}
	if columns > rows && (a.Parts != nil || a.Shape[1] > a.Shape[0]) || varies {
		g.s.Why["transpose"] = "the channels come first"
		return []string{Units, Time}
	}
	return nil
}

// trial names the array with the number of each sample's trial.
func (g *guesser) trial() {
	if g.plan.samples.lengths != nil {
		return
	}
	for _, a := range g.reader.arrays {
		if !g.used[a.Name] && a.Kind != Opaque && trialNames().MatchString(a.Name) && len(flat(a.Shape)) == 1 && a.size() == g.plan.samples.rows {
			g.used[a.Name] = true
			g.s.Columns.Trial = a.Name
			g.plan.trial = &numbers{name: a.Name}
			return
		}
	}
}

// others makes targets of the arrays that go with the samples or the trials. Few
// different whole numbers are a class, whatever type they have.
func (g *guesser) others(ctx context.Context) error {
	few := map[string]*fewWholes{}
	wants := map[string]*want{}
	perTrial := map[string]bool{}
	var fitting []Array
	for _, a := range g.reader.arrays {
		if g.used[a.Name] || a.Kind == Opaque || a.Name == usualSplit || len(a.Shape) == 0 || a.size() < 2 {
			continue
		}
		layout, each, ok := g.fit(a)
		if !ok || layout.dims > 1 && a.Kind == Texts || layout.dims > 1 && layout.dims == g.plan.samples.dims && !each {
			continue // text in columns; another recording of the same channels
		}
		perTrial[a.Name] = each
		fitting = append(fitting, a)
		if a.numeric() && layout.dims == 1 {
			few[a.Name] = &fewWholes{seen: map[float64]bool{}}
			wants[a.Name] = &want{gaps: true, put: few[a.Name].put}
		}
	}
	if err := g.box.read(ctx, wants); err != nil {
		return err
	}
	for _, a := range fitting {
		g.used[a.Name] = true
		target := a.Name[strings.LastIndexByte(a.Name, '.')+1:]
		if usual := usualNames[target]; usual != "" {
			target = usual
		}
		if a.Name == usualLabel {
			target = "direction"
		}
		why := a.Size()
		if perTrial[a.Name] {
			why += ", a value for each trial"
		}
		f := few[a.Name]
		class := a.Kind == Texts || f != nil && !f.no && (a.Kind == Wholes || len(f.seen) <= 32)
		name := g.target(target, a.Name, class && usualNames[a.Name] == "", why)
		if f != nil && f.degrees() && g.s.Columns.Continuous[name] == nil {
			if g.s.Columns.Angles == nil {
				g.s.Columns.Angles = map[string]Angles{}
			}
			g.s.Columns.Angles[name] = Angles{Unit: Degrees}
		}
	}
	return nil
}

// target adds one, and returns the name that it got.
func (g *guesser) target(target, array string, class bool, why string) string {
	for slices.ContainsFunc(g.s.Columns.Classes, func(c Class) bool { return c.Target == target }) || g.s.Columns.Continuous[target] != nil {
		target += "_2"
	}
	g.s.Why[target] = why
	if class {
		g.s.Columns.Classes = append(g.s.Columns.Classes, Class{target, array})
		return target
	}
	if g.s.Columns.Continuous == nil {
		g.s.Columns.Continuous = map[string][]string{}
	}
	g.s.Columns.Continuous[target] = []string{array}
	return target
}

// fewWholes looks whether values are a few different whole numbers.
type fewWholes struct {
	seen map[float64]bool
	no   bool
}

func (f *fewWholes) put(v values) error {
	for _, x := range v.floats {
		if f.no = f.no || x != float64(int64(x)) || len(f.seen) > 1000; f.no {
			return nil
		}
		f.seen[x] = true
	}
	return nil
}

// degrees reports whether the values look like even directions.
func (f *fewWholes) degrees() bool {
	most := 0.0
	for x := range f.seen {
		if x < -180 || x > 360 || x != float64(15*int(x/15)) {
			return false
		}
		most = max(most, x)
	}
	return !f.no && len(f.seen) > 2 && most > 45
}

// stem is a name without the number at its end.
var stem = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[._-]?[0-9]+$`) })

// table guesses for a table: the largest family of numbered columns are the samples.
func (g *guesser) table() {
	if g.spikeTable() {
		return
	}
	families := map[string][]string{}
	for _, a := range g.reader.arrays {
		if a.numeric() && stem().MatchString(a.Name) {
			s := stem().ReplaceAllString(a.Name, "")
			families[s] = append(families[s], a.Name)
		}
	}
	best := ""
	for _, s := range slices.Sorted(maps.Keys(families)) {
		if len(families[s]) > len(families[best]) {
			best = s
		}
	}
	c := &g.s.Columns
	c.Samples = families[best]
	if found, err := g.matching(best + "*"); err == nil && len(found) == len(c.Samples) && best != "" {
		c.Samples = []string{best + "*"}
	}
	for _, name := range families[best] {
		g.used[name] = true
	}
	for _, a := range g.reader.arrays {
		switch {
		case g.used[a.Name]:
		case a.Name == usualSplit:
			g.used[a.Name] = true
		case c.Trial == "" && trialNames().MatchString(a.Name):
			c.Trial, g.used[a.Name] = a.Name, true
		case a.Kind == Floats && len(families[best]) == 0: // no family: floats are the samples
			c.Samples, g.used[a.Name] = append(c.Samples, a.Name), true
		default:
			g.used[a.Name] = true
			g.target(a.Name, a.Name, a.Kind != Floats, string(a.Kind))
		}
	}
	g.s.Why["samples"] = fmt.Sprintf("%d columns", max(len(families[best]), len(c.Samples)))
	g.s.Why["bin_seconds"] = "width of a row; with scale: counts the samples become Hz"
}
