package table

import "github.com/assaylab/assay/framework/metric"

// What a case is.
const (
	CaseTrial  = "trial"  // a behavioural trial
	CaseBlock  = "block"  // a stretch of a recording without behavioural trials
	CaseSample = "sample" // an independent sample, such as an image
)

// Cases are one metric of one trial, case by case: what tells the chance of the
// test cases from that of the seed. They stand in the order of their first
// appearance in the split, so that two methods on one split can be paired.
type Cases struct {
	Kind metric.Kind `json:"kind"`
	Unit string      `json:"unit,omitempty"` // CaseTrial, CaseBlock or CaseSample

	// Z has one number per case; their plain mean is the metric. metric.PerCase and
	// metric.Jackknife make them. Empty where Draws or Problem stand instead.
	Z []float64 `json:"z,omitempty"`
	// Samples has the samples of each case; nil means as many in each.
	Samples []float64 `json:"samples,omitempty"`
	// IDs name the cases, for methods that leave some out and for folds; nil means
	// 0, 1, ...
	IDs []int64 `json:"ids,omitempty"`

	// Draws are those of a quantile: the metric on bootstrap draws of cases, the
	// same draws for every seed and method (stats.CaseDraws). Number is how many
	// cases they are drawn from.
	Draws  []float64 `json:"draws,omitempty"`
	Number int       `json:"number,omitempty"`
	// Lag1 is the autocorrelation of 40 block means of the per-sample scores
	// (stats.Lag1); nil unless Unit is CaseBlock.
	Lag1 *float64 `json:"lag1,omitempty"`
	// Problem is why there are no numbers per case: "class 3 has one test case".
	Problem string `json:"problem,omitempty"`
}
