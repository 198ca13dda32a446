package probe

import (
	"fmt"
	"slices"
	"strings"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/problem"
)

// Check says before anything is embedded what the samples alone tell: an error where
// the probe cannot be fitted on these parts of a recording, whatever the embedding,
// and notes on what a reader of its numbers should know.
func Check(s Spec, parts map[data.Split]*data.Recording) (notes []string, err error) {
	if s, err = Complete(s); err != nil {
		return nil, err
	}
	if notes, err = check(s, parts); err != nil {
		return nil, fmt.Errorf("probe %s: %w", s.Name, err)
	}
	return notes, nil
}

func check(s Spec, parts map[data.Split]*data.Recording) ([]string, error) {
	from := data.Train
	if parts[from] == nil {
		from = data.All
	}
	train := parts[from]
	if train == nil || train.Len() == 0 {
		return nil, problem.New("there is neither a train part nor a whole recording to fit on", "divide the recording so that some samples are in train")
	}
	t, err := train.Target(s.Target)
	if err != nil {
		return nil, err
	}
	if err := suits(s, t); err != nil {
		return nil, err
	}
	if why, ok := choosesOnVal(s); ok && parts[data.Val] == nil && (from == data.Train || s.Kind != "state") {
		return nil, problem.New(why+" on a val part, and the recording has none", "divide the recording into train, val and test")
	}
	if k, ok := s.Settings["k"].(int64); ok && s.Kind == "knn" {
		if err := neighboursThere(int(k), train, s.Version != ""); err != nil {
			return nil, err
		}
	}
	if v, ok := s.Settings["min_speed"].(float64); ok && v > 0 {
		if _, err := train.ContinuousTarget("velocity"); err != nil {
			return nil, fmt.Errorf("min_speed: %w", err)
		}
	} else if !t.IsClass() {
		if err := varies(s.Target, parts); err != nil {
			return nil, err
		}
	}
	return remarks(t, parts), nil
}

// neighboursThere refuses more neighbours than there are, outside the largest case
// where a sample of the fitted part has none in its own.
func neighboursThere(k int, train *data.Recording, otherCases bool) error {
	if k > train.Len() {
		return problem.New(fmt.Sprintf("k = %d neighbours are asked for, and the probe is fitted on %d samples", k, train.Len()), "lower k")
	}
	if !otherCases {
		return nil
	}
	largest := 1
	if of, n := train.Cases(); n > 0 {
		size := make([]int, n)
		for _, j := range of {
			size[j]++
		}
		largest = slices.Max(size)
	}
	if left := train.Len() - largest; k > left {
		return problem.New(fmt.Sprintf("k = %d neighbours are asked for, and outside its own case a sample that the probe is fitted on has %d", k, left), "lower k")
	}
	return nil
}

// varies refuses a target of values that is not finite, or the same all over a part,
// where it has no R².
func varies(target string, parts map[data.Split]*data.Recording) error {
	for _, s := range []data.Split{data.Train, data.Val, data.Test, data.All} {
		if parts[s] == nil {
			continue
		}
		y, err := continuous(parts[s], target)
		if err != nil {
			return err
		}
		if y.n > 0 && average(columnVariances(y, columnMeans(y))) == 0 {
			return undefinedR2(target, s, y.n)
		}
	}
	return nil
}

func undefinedR2(target string, split data.Split, n int) error {
	return problem.New(fmt.Sprintf("r2 is undefined on the %s part: %q is the same for all %d samples", split, target, n), "leave out parts this small, or divide otherwise")
}

// suits refuses a target of the sort that a kind does not read out.
func suits(s Spec, t *data.Target) error {
	k, _ := find(s.Kind, s.Version)
	switch {
	case t.IsClass() && k.reads == "value":
		return problem.New(fmt.Sprintf("target %q is a class, not continuous, and %s reads out values", s.Target, s.Kind), "use a probe of classes, such as logistic, direction or knn")
	case !t.IsClass() && k.reads == "class":
		return problem.New(fmt.Sprintf("target %q is continuous, not a class, and %s reads out classes", s.Target, s.Kind), "use a probe of values, such as ridge, wiener or knn")
	}
	return nil
}

// choosesOnVal reports whether a probe needs a val part, and for what.
func choosesOnVal(s Spec) (why string, ok bool) {
	switch {
	case s.Kind == "state":
		return "the weight decay is chosen", true
	case s.Settings["profile"] == "myow2":
		return "profile myow2 chooses its weight decay", true
	case s.Settings["penalty"] == "val":
		return "the penalty is chosen", true
	}
	return "", false
}

// ChoosesOnVal reports whether a probe's penalty is chosen on val where inside train
// would do.
func ChoosesOnVal(s Spec) bool { return s.Settings["penalty"] == "val" }

// remarks name parts with few cases, and classes that a part has and train has not.
func remarks(t *data.Target, parts map[data.Split]*data.Recording) (notes []string) {
	known := make([]bool, t.Classes)
	for _, l := range t.Labels {
		known[l] = true
	}
	for _, s := range []data.Split{data.Train, data.Val, data.Test, data.All} {
		part := parts[s]
		if part == nil {
			continue
		}
		if _, n := part.Cases(); n < leastCases && s != data.Train {
			notes = append(notes, fmt.Sprintf("the %s part has %d cases, fewer than %d: too few for intervals over test cases", s, n, leastCases))
		}
		other, err := part.Target(t.Name)
		if err != nil || !other.IsClass() {
			continue
		}
		var strange []string
		for l := range known {
			if !known[l] && slices.Contains(other.Labels, int32(l)) {
				strange = append(strange, fmt.Sprint(l))
			}
		}
		if strange != nil {
			notes = append(notes, fmt.Sprintf("train has no sample of class %s of %s, which the %s part has: nothing can learn to read it out", strings.Join(strange, ", "), t.Name, s))
		}
	}
	return notes
}
