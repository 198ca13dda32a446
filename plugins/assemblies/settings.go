package assemblies

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
