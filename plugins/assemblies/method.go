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
	"context"
	"fmt"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/metric"
	"github.com/assaylab/assay/framework/modelfile"
)

const (
	name    = "assemblies"
	version = "2"
)

type settings struct {
	Labels string `name:"labels" default:"class" doc:"class target whose classes are learned"`

	Encoder string `name:"encoder" default:"fires" choices:"fires,top,image,bernoulli" doc:"which inputs fire: fires: those with a value above 0; top: the input_k largest; image: the input_k largest after a 3 x 3 box filter of a square picture; bernoulli: each with its value as probability"`
	InputK  int    `name:"input_k" default:"0" min:"0" when:"encoder == 'top' or encoder == 'image'" doc:"inputs that fire; 0: as many as k"`

	Architecture string  `name:"architecture" default:"large" choices:"large,random,split" doc:"large: one area; random: areas of area_n neurons with caps in proportion, each with its own order of classes; split: an area of n/classes neurons for each class, which sees only that class"`
	AreaN        int     `name:"area_n" default:"100" min:"1" when:"architecture == 'random'" doc:"neurons of an area"`
	N            int     `name:"n" default:"1000" min:"1" max:"100000000" scale:"log" doc:"n, neurons in all"`
	K            int     `name:"k" default:"100" min:"1" scale:"log" doc:"k, neurons that fire, in all"`
	P            float64 `name:"p" default:"0.1" above:"0" max:"1" doc:"p, probability of a synapse"`
	Beta         float64 `name:"beta" default:"0.1" min:"0" doc:"beta, plasticity: w becomes (1 + beta) w; 0: an untrained area"`
	T            int     `name:"t" default:"5" min:"1" doc:"T, samples per class that are presented, one round each; a class with fewer repeats them"`
	Draw         string  `name:"draw" default:"first" choices:"first,random" doc:"which samples: the first T of the class in the recording, or T at random"`
	ClassOrder   string  `name:"class_order" default:"label" choices:"label,random" doc:"order in which classes are learned"`
	Normalise    string  `name:"normalise" default:"class" choices:"none,initial,class" doc:"weights into a neuron sum to 1: never; at the start; at the start and again after each class (homeostasis)"`
	Reset        bool    `name:"reset" default:"true" doc:"inhibition: nothing fires when a class begins"`
	SelfLoops    bool    `name:"self_loops" default:"false" doc:"neurons may have synapses to themselves"`
	Bias         float64 `name:"bias" default:"0" min:"0" doc:"against re-use: while training goes on, neurons of the last cap of a class have this much less input afterwards"`
	Noise        float64 `name:"noise" default:"0" min:"0" doc:"standard deviation of Gaussian noise on every neuron in training rounds, in units of the inputs"`
	TestRounds   int     `name:"test_rounds" default:"1" min:"1" doc:"rounds when a sample is only presented; the first is feed-forward, the others recurrent with the same input"`
	Decision     string  `name:"decision" default:"argmax" choices:"argmax,threshold" doc:"argmax: the class whose assembly shares most neurons with the cap; threshold: only class 1 is learned, and found where more than k/2 are shared"`
	Engine       string  `name:"engine" default:"auto" choices:"auto,exact,hash,lazy" doc:"exact: all synapses in memory; hash: the same, drawn again when needed; lazy: only neurons that ever fired; auto: exact up to 256 MiB, then hash"`

	LinearEpochs int    `name:"linear_epochs" default:"15" min:"0" doc:"passes of Adam (rate 1e-3, batches of 100) for the linear read-out R3 of caps and of its baselines; 0: no R3"`
	Baselines    bool   `name:"baselines" default:"true" doc:"score the read-outs on the untrained area (beta = 0) and R3 on the encoded inputs too"`
	Embedding    string `name:"embedding" default:"overlaps" choices:"overlaps,caps,binary" doc:"what Embed returns: neurons shared with each class's assembly / k; the cap as a list of k neurons; the cap as n zeros and ones"`
}

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

func (method) Train(ctx context.Context, req framework.TrainRequest, rec framework.Recorder) (framework.Model, error) {
	r, err := req.Data.Train(data.MainRole)
	if err != nil {
		return nil, err
	}
	m := &model{Settings: *req.Settings.(*settings), Inputs: r.Samples.Cols()}
	t, err := r.ClassTarget(m.Settings.Labels)
	if err != nil {
		return nil, framework.Refuse(err.Error(), "set labels to the class target to learn")
	}
	m.Classes = t.Classes
	if err := m.layOut(req); err != nil {
		return nil, err
	}
	x, err := m.encode(r)
	if err != nil {
		return nil, err
	}
	if err := m.learn(ctx, req, x, t.Labels, rec); err != nil {
		return nil, err
	}
	if m.Settings.LinearEpochs > 0 {
		if err := m.fitLinear(ctx, req, x, t.Labels); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (method) Load(_ context.Context, dir string) (framework.Model, error) {
	m := new(model)
	if err := modelfile.Read(dir, name, version, m); err != nil {
		return nil, err
	}
	if err := m.restore(); err != nil {
		return nil, fmt.Errorf("the model in %s does not fit together: %w", dir, err)
	}
	return m, nil
}
