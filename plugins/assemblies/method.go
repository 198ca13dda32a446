// Package assemblies classifies with assemblies of neurons (Dabagia,
// Papadimitriou and Vempala, COLT 2022): an area of n neurons of which k fire,
// with random synapses from the input and among themselves, learns each class by
// plasticity alone while samples of that class are presented one after another.
//
// Symbols follow the paper: n neurons, cap k, synapses with probability p,
// plasticity β, T samples per class, A the synapses from the input, W those among
// the neurons, h the neurons that fire.
package assemblies

import (
	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/metric"
)

const (
	name    = "assemblies"
	version = "2"
)

type method struct{}

// New returns the method.
func New() framework.Method { return method{} }

func (method) Describe() framework.Description {
	return framework.Description{
		Name:     name,
		Version:  version,
		Summary:  "assemblies of neurons that learn classes by plasticity, k-cap and homeostasis",
		Citation: "Dabagia, Papadimitriou and Vempala, Assemblies of Neurons Learn to Classify Well-Separated Distributions, COLT 2022, arXiv 2110.03171",
		Settings: settings{},
		Roles:    []string{data.MainRole},
		Metrics:  declared,
		Arrays: []framework.ArrayInfo{
			{Name: "raster", Doc: "[training rounds, 2 + k] area, class, and the neurons that fire, -1 where they are fewer than the most"},
			{Name: "assemblies", Doc: "[classes, classes] neurons shared by the last training caps of two classes / k"},
			{Name: "overlaps", Doc: "[classes, classes] neurons shared by the caps of two samples of the classes / k, mean over pairs of different samples"},
			{Name: "inputs", Doc: "[classes, classes] the same of encoded inputs"},
		},
		Deterministic: true,
		OutOfSample:   true,
		Context:       framework.Context{Before: "0", After: "0"},
		UsesLabels:    framework.Always, // samples are presented class by class
		GPU:           framework.GPUNone,
	}
}

const (
	r1Doc = "R1: the class whose last training cap shares most neurons with the sample's cap"
	r2Doc = "R2: as R1, with the k neurons that fire most often for the class; it uses the labels of the very samples that are scored"
	r3Doc = "R3: softmax regression on caps, fitted to the train part"
)

var declared = []metric.Info{
	{Name: "accuracy_r1", Goal: metric.Max, Doc: r1Doc},
	{Name: "accuracy_r2", Goal: metric.Max, Doc: r2Doc},
	{Name: "accuracy_r3", Goal: metric.Max, Doc: r3Doc},
	{Name: "accuracy_r1_best", Goal: metric.Max, Doc: "decision threshold: as R1, with the threshold in place of k/2 that is best for the very samples that are scored"},
	{Name: "accuracy_r2_best", Goal: metric.Max, Doc: "decision threshold: as R2, with the threshold in place of k/2 that is best for the very samples that are scored"},
	{Name: "accuracy_r2_untrained", Goal: metric.Max, Doc: "baseline: R2 on the same area before training (beta = 0), one feed-forward round"},
	{Name: "accuracy_r3_untrained", Goal: metric.Max, Doc: "baseline: R3 on the same area before training (beta = 0), one feed-forward round"},
	{Name: "accuracy_r3_inputs", Goal: metric.Max, Doc: "baseline: R3 on the encoded inputs"},
	{Name: "overlap_within", Goal: metric.Max, Doc: "neurons shared by the caps of two samples of one class / k, mean over all pairs"},
	{Name: "overlap_between", Goal: metric.Min, Doc: "the same for two samples of different classes"},
	{Name: "input_overlap_within", Goal: metric.None, Doc: "encoded inputs shared by two samples of one class / k"},
	{Name: "input_overlap_between", Goal: metric.None, Doc: "encoded inputs shared by two samples of different classes / k"},
	{Name: "recall_last", Goal: metric.Max, Doc: "share of a sample's cap that lies in the last training cap of its class"},
	{Name: "recall_union", Goal: metric.Max, Doc: "share of a sample's cap that lies in the union of the training caps of its class"},
	{Name: "recall_other", Goal: metric.Min, Doc: "share of a sample's cap that lies in the last training cap of another class, mean over those"},
	{Name: "over_three_quarters", Goal: metric.Max, Doc: "share of samples of learned classes with at least 3k/4 of their cap in the assembly"},
	{Name: "under_one_quarter", Goal: metric.Max, Doc: "share of pairs of a sample and another class's assembly with at most k/4 in common"},
	{Name: "support", Goal: metric.None, Doc: "neurons in the union of a class's training caps / k, mean over classes"},
	{Name: "support_all", Goal: metric.None, Doc: "neurons that fired in any training round / k"},
	{Name: "assembly_overlap", Goal: metric.Min, Doc: "neurons shared by the last training caps of two classes / k, mean over pairs"},
	{Name: "persistence", Goal: metric.Max, Doc: "neurons shared by the last two training caps of a class / k, mean over classes"},
}
