package study

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/probe"
	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/trial"
	"github.com/assaylab/assay/framework/setting"
)

// embedded is what is known of a recording that methods embed, once it is there.
type embedded struct {
	targets map[string]bool
	angles  map[string][]float64 // of the classes of targets, where about.json has them
	wrong   []error              // by probe: why it cannot be fitted
	divided bool                 // it has a train part
	notes   []string
}

// probable looks at the recordings that are embedded before anything is trained on
// them: a probe that none of them can be read out with is a mistake, and so is one
// that cannot be fitted where it would be.
func (s *Study) probable(ctx context.Context) error {
	if len(s.Sweep.Probes) == 0 {
		return nil
	}
	found := make([]bool, len(s.Sweep.Probes))
	var names []string
	var errs []error
	any := false
	for _, c := range s.Sweep.Cells() {
		_, recipe, err := s.dataset(ctx, c.Dataset, c.Fold, 0, s.seed())
		if err != nil {
			return err
		}
		any = true
		e, err := s.embedded(datasetLabel(c.Dataset, recipe, s.seed()), s.plugins[c.Method.ID].Description.EmbedRole())
		if err != nil {
			return s.Sweep.At(fmt.Errorf("dataset %s: %w", c.Dataset, err), "datasets", c.Dataset)
		}
		for name := range e.targets {
			names = append(names, name)
		}
		for i, p := range s.Sweep.Probes {
			if !forMethod(p, c.Method.ID) || !e.targets[p.Target] {
				continue
			}
			found[i] = true
			if e.wrong[i] != nil {
				hint, _ := problem.Find(e.wrong[i])
				errs = append(errs, s.Sweep.At(problem.Usage(fmt.Errorf("dataset %s: %w", c.Dataset, e.wrong[i]), hint.Hint), "probes", strconv.Itoa(i)))
			}
		}
	}
	slices.Sort(names)
	for i, p := range s.Sweep.Probes {
		if any && !found[i] {
			errs = append(errs, s.Sweep.At(problem.Usage(fmt.Errorf("probe %s: no recording that is embedded has the target %q", p.Name, p.Target),
				setting.Suggest(p.Target, slices.Compact(names))), "probes", strconv.Itoa(i), "target"))
		}
	}
	return errors.Join(distinctErrors(errs)...)
}

// distinctErrors leaves out errors that say what an earlier one says.
func distinctErrors(errs []error) (out []error) {
	for _, e := range errs {
		if !slices.ContainsFunc(out, func(o error) bool { return o.Error() == e.Error() }) {
			out = append(out, e)
		}
	}
	return out
}

func forMethod(p probe.Spec, method string) bool {
	return len(p.Methods) == 0 || slices.Contains(p.Methods, method)
}

// embedded looks once at a recording of a dataset that is there, by its label.
func (s *Study) embedded(dataset, role string) (*embedded, error) {
	if e := s.looked[dataset+"\n"+role]; e != nil {
		return e, nil
	}
	d, err := data.Open(s.Builder.Cache.Dir(s.digests[dataset]))
	if err != nil {
		return nil, err
	}
	defer d.Close()
	rec, err := d.Role(role)
	if err != nil {
		return nil, err
	}
	e := &embedded{targets: map[string]bool{}, angles: map[string][]float64{}, wrong: make([]error, len(s.Sweep.Probes))}
	for _, t := range rec.Targets {
		e.targets[t.Name] = true
		if a := s.abouts[dataset].Recordings[role].Targets[t.Name].Angles; a != nil {
			e.angles[t.Name] = a
		}
	}
	parts := map[data.Split]*data.Recording{}
	for _, split := range rec.Splits() {
		e.divided = e.divided || split == data.Train
		parts[split] = rec.On(split)
	}
	for i, p := range s.Sweep.Probes {
		if !e.targets[p.Target] {
			continue
		}
		var notes []string
		if notes, e.wrong[i] = probe.Check(p, parts); e.wrong[i] != nil {
			continue
		}
		for _, n := range notes {
			if !slices.Contains(e.notes, n) {
				e.notes = append(e.notes, n)
			}
		}
	}
	s.looked[dataset+"\n"+role] = e
	return e, nil
}

// probes are those of the sweep that are for this method and whose target the
// embedded recording has; plain ones are fitted to no permuted targets of their own.
// Points with the same ones share them.
func (s *Study) probes(method, dataset, role string, plain bool) (*store.Probes, error) {
	if len(s.Sweep.Probes) == 0 {
		if s.shared[""] == nil {
			s.shared[""] = store.NewProbes(nil, nil)
		}
		return s.shared[""], nil
	}
	of := [2]string{method, dataset}
	if made := s.wanted[of]; made != nil {
		return made, nil
	}
	e, err := s.embedded(dataset, role)
	if err != nil {
		return nil, err
	}
	var specs []probe.Spec
	var measured map[string]trial.Measured
	which := ""
	for i, p := range s.Sweep.Probes {
		if !forMethod(p, method) || !e.targets[p.Target] {
			continue
		}
		if plain && probe.Permutations(p) > 0 {
			p, which = probe.Plain(p), which+" plain"
		}
		specs, which = append(specs, p), which+" "+strconv.Itoa(i)
		if about := trial.AboutAngles(e.anglesFor(p)); about != "" {
			if measured == nil {
				measured = map[string]trial.Measured{}
			}
			measured[p.Name], which = trial.Measured{About: about}, which+":"+about
		}
	}
	if s.shared[which] == nil {
		s.shared[which] = store.NewProbes(specs, measured)
	}
	s.wanted[of] = s.shared[which]
	return s.wanted[of], nil
}

// anglesFor are the angles that a probe reads of the recording.
func (e *embedded) anglesFor(p probe.Spec) []float64 {
	if !probe.ReadsAngles(p) {
		return nil
	}
	return e.angles[p.Target]
}

// angles are those of the targets of a point's probes.
func (s *Study) angles(p *Point) (map[string][]float64, error) {
	if len(p.Probes.Measured) == 0 {
		return nil, nil
	}
	e, err := s.embedded(datasetLabel(p.Dataset, *p.recipe, p.Seed), s.plugins[p.Method].Description.EmbedRole())
	if err != nil {
		return nil, err
	}
	out := map[string][]float64{}
	for _, spec := range p.Probes.Specs {
		if a := e.anglesFor(spec); a != nil {
			out[spec.Target] = a
		}
	}
	return out, nil
}

// readOutNotes say of each dataset what a reader of its numbers should know.
func (s *Study) readOutNotes() (out []string) {
	for _, d := range s.Sweep.Datasets {
		for _, c := range s.Sweep.Cells() {
			recipe := d.Recipe
			if c.Fold > 0 {
				recipe = recipe.Fold(c.Fold - 1)
			}
			e := s.looked[datasetLabel(d.ID, recipe, s.seed())+"\n"+s.plugins[c.Method.ID].Description.EmbedRole()]
			if c.Dataset != d.ID || e == nil {
				continue
			}
			for _, n := range e.notes {
				if line := d.ID + ": " + n; !slices.Contains(out, line) {
					out = append(out, line)
				}
			}
		}
	}
	return out
}

// seed is the first of the sweep.
func (s *Study) seed() uint64 {
	if len(s.Sweep.Seeds) == 0 {
		return 0
	}
	return s.Sweep.Seeds[0]
}
