package metric

import (
	"slices"
	"strings"
)

// Kind says on which scale a metric's interval is symmetric.
type Kind string

const (
	Mean       Kind = "mean"       // any number: a t interval
	Proportion Kind = "proportion" // share of samples, such as accuracy: Wilson's interval
	Bounded    Kind = "bounded"    // in [0, 1] but no share of samples, such as AUC, F1, balanced accuracy: logit
	R2         Kind = "r2"         // at most 1: log(1 − R²)
	Error      Kind = "error"      // positive, such as a root mean square error: logarithm
	Quantile   Kind = "quantile"   // a quantile over samples, such as a median error: from draws of cases
)

// KindOf guesses the kind of a metric from the words of the last part of its name, and Mean
// where that says nothing. A wrong guess costs a little of an interval's shape: an
// estimate outside its kind's bounds has a t interval.
func KindOf(name string) Kind {
	words := strings.FieldsFunc(name[strings.LastIndexByte(name, '/')+1:], func(r rune) bool { return r == '_' || r == '-' || r == '.' })
	has := func(of ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(of, w) })
	}
	switch {
	case has("balanced", "f1", "auc"):
		return Bounded
	case has("accuracy"): // before R2: accuracy_r2 is one of a second round
		return Proportion
	case has("r2"):
		return R2
	case has("median"):
		return Quantile
	case has("rmse", "mse", "mae", "error"):
		return Error
	}
	return Mean
}
