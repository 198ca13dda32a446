package file

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/setting"
)

func (r *reader) note(format string, args ...any) {
	r.notes = append(r.notes, data.Note{Text: fmt.Sprintf(format, args...)})
}

// question is a note on a guess that could be wrong.
func (r *reader) question(format string, args ...any) {
	r.notes = append(r.notes, data.Note{Text: fmt.Sprintf(format, args...), Question: true})
}

// angles gives the labels of a class target the directions that they stand for.
func (r *reader) angles() error {
	for _, target := range slices.Sorted(maps.Keys(r.columns.Angles)) {
		about, ok := r.about[target]
		if !ok {
			return fmt.Errorf("read: angles: there is no class target %q; there is %s", target, list(slices.Sorted(maps.Keys(r.about))))
		}
		angles, err := r.columns.Angles[target].of(about.Labels)
		if err != nil {
			return fmt.Errorf("read: angles of %s: %w", target, err)
		}
		about.Angles = angles
		r.about[target] = about
	}
	return nil
}

// of returns the angle of each label in radians.
func (a Angles) of(labels []string) ([]float64, error) {
	out := make([]float64, len(labels))
	for i, label := range labels {
		if a.Unit == "" {
			degrees, ok := a.ByLabel[label]
			if !ok {
				return nil, fmt.Errorf("label %s has none; there is one for %s", label, list(slices.Sorted(maps.Keys(a.ByLabel))))
			}
			out[i] = degrees * math.Pi / 180
			continue
		}
		x, err := strconv.ParseFloat(label, 64)
		if err != nil {
			return nil, fmt.Errorf("label %s is no number of %s: give each label its angle, {%s: 90, ...}", label, a.Unit, label)
		}
		if a.Unit == Degrees {
			x *= math.Pi / 180
		}
		out[i] = x
	}
	for _, label := range slices.Sorted(maps.Keys(a.ByLabel)) {
		if !slices.Contains(labels, label) {
			return nil, fmt.Errorf("there is no label %s; there is %s%s", label, list(labels), didYouMean(label, labels))
		}
	}
	return out, nil
}

func didYouMean(word string, words []string) string {
	if s := setting.Suggest(word, words); strings.HasPrefix(s, "did you mean") {
		return ": " + s
	}
	return ""
}

// leftOut names the arrays that have no part in the recording. Where targets were
// named it is no news that others were not.
func (r *reader) leftOut() {
	if r.format.table || r.clock != nil || len(r.columns.Classes)+len(r.columns.Continuous) > 0 {
		return
	}
	var rest []string
	for _, a := range r.arrays {
		switch {
		case r.used[a.Name], len(a.Shape) == 0 && (a.Name == "subject" || a.Name == "session"):
		case a.Kind == Opaque:
			rest = append(rest, a.Name+" ("+a.Why+")")
		case a.Kind != Texts && a.size() == r.trialCount && r.trialCount > 1 && a.Name != usualLength:
			r.note("%s has a value for each trial: name it under classes or continuous to use it", a.Name)
		default:
			rest = append(rest, a.String())
		}
	}
	if len(rest) > 0 {
		r.note("left out: %s", list(rest))
	}
}

// channels says what is odd about the samples as a whole.
func (r *reader) channels() {
	x := r.rec.Samples
	var still []string
	for c := range x.Cols() {
		constant := true
		for i := range x.Rows() {
			if x.Values[i*x.Cols()+c] != x.Values[c] {
				constant = false
				break
			}
		}
		if constant {
			name := strconv.Itoa(c)
			if r.rec.Channels != nil {
				name = r.rec.Channels[c]
			}
			still = append(still, name)
		}
	}
	switch n := len(still); {
	case n == x.Cols() && x.Rows() > 1:
		r.question("no channel ever changes")
	case n > 0 && x.Rows() > 1:
		r.note("%d of %d channels never change: %s", n, x.Cols(), list(still))
	}
	if x.Cols() == 1 && x.Rows() > 2 && grows(x.Values) {
		r.question("the only channel never falls: a list of times, perhaps, rather than a recording?")
	}
	if x.Cols() > x.Rows() && !r.plan.samples.said && !r.format.table {
		r.question("there are more channels (%d) than samples (%d): if the channels come first in the file, say read: {transpose: true}", x.Cols(), x.Rows())
	}
}

func grows(v []float32) bool {
	for i := 1; i < len(v); i++ {
		if v[i] < v[i-1] {
			return false
		}
	}
	return v[len(v)-1] > v[0]
}
