package myow

// settings: -1 and "profile" stand for the value of the profile (profile.go).
type settings struct {
	Profile   string `name:"profile" default:"gen2" choices:"gen2,gen1,rodent,image" doc:"where values of -1 come from: gen2, the second release for monkey data; gen1, the first; rodent, the second for sleep and wake; image: square grey pictures, after the first release's for CIFAR-10"`
	Objective string `name:"objective" default:"myow" choices:"myow,byol,simsiam,simclr,supervised" doc:"myow; byol: without mining; simsiam: byol with the online network as target; simclr: contrastive; supervised: encoder trained on target"`

	Layout        string  `name:"layout" default:"cascaded" choices:"cascaded,parallel" when:"objective == 'myow'" doc:"second projector on the output of the first, or on the representation"`
	Neighbours    int     `name:"neighbours" default:"-1" min:"-1" when:"objective == 'myow'" doc:"k, most similar candidates of which one is drawn; gen2 and rodent 5, gen1 3, image 1"`
	Pool          int     `name:"pool" default:"-1" min:"-1" when:"objective == 'myow' && profile == 'gen1'" doc:"candidates drawn for each step; 512. In the others the batch is the pool"`
	Exclude       int     `name:"exclude" default:"-1" min:"-1" when:"objective == 'myow' && profile != 'gen1'" doc:"candidates within so many samples are not eligible, 0: those of the own trial; gen2 and image 0, rodent 150"`
	MiningWeight  float64 `name:"mining_weight" default:"-1" min:"-1" when:"objective == 'myow'" doc:"gen2, rodent and image: share of the mined loss, 0.5; gen1: w in 1/(1+w) and w/(1+w), 0.1"`
	MiningStart   int     `name:"mining_start" default:"-1" min:"-1" when:"objective == 'myow'" doc:"step at which the weight of mining begins to rise from 0; gen2 and rodent 0, gen1 200, image 98"`
	MiningRamp    int     `name:"mining_ramp" default:"-1" min:"-1" when:"objective == 'myow'" doc:"steps in which it rises; gen2 and image 10, rodent 160, gen1 2000"`
	Temperature   float64 `name:"temperature" default:"0.2" above:"0" scale:"log" when:"objective == 'simclr'" doc:"of the contrastive loss"`
	Target        string  `name:"target" default:"direction" doc:"class target of the supervised encoder and of the metric neighbour_agreement"`
	UseValidation bool    `name:"use_validation" default:"true" when:"objective != 'supervised'" doc:"learn from the samples (never the labels) of the val split too, as the second release does"`

	Jitter       int     `name:"jitter" default:"-1" min:"-1" when:"profile != 'image'" doc:"views are at most so many samples apart, within a trial; gen2 2 and rodent 3, forward only; gen1 5, both ways"`
	DropoutMax   float64 `name:"dropout_max" default:"-1" min:"-1" max:"1" when:"profile != 'image'" doc:"units are dropped at a rate drawn from U(0, dropout_max) for each sample; gen2 0.2, gen1 and rodent 0.8"`
	DropoutApply float64 `name:"dropout_apply" default:"-1" min:"-1" max:"1" when:"profile != 'image'" doc:"probability that a sample is touched; gen2 1, gen1 and rodent 0.9"`
	Noise        float64 `name:"noise" default:"-1" min:"-1" when:"profile != 'image'" doc:"standard deviation of Gaussian noise; gen2 1.5 Hz, gen1 0.2 in z-scores, rodent 0.2"`
	NoiseApply   float64 `name:"noise_apply" default:"-1" min:"-1" max:"1" when:"profile != 'image'" doc:"probability that a sample is touched; gen2 0.5, gen1 1, rodent 0"`
	Pepper       float64 `name:"pepper" default:"-1" min:"-1" max:"1" when:"profile != 'image'" doc:"probability that a unit gets pepper_size added; gen2 0.3, gen1 and rodent 0"`
	PepperSize   float64 `name:"pepper_size" default:"-1" min:"-1" when:"profile != 'image'" doc:"gen2 1.5 Hz, gen1 0.3 in z-scores, rodent 1.5"`
	PepperApply  float64 `name:"pepper_apply" default:"-1" min:"-1" max:"1" when:"profile != 'image'" doc:"probability that a sample is touched; gen2 0.5, gen1 and rodent 0"`
	Pattern      string  `name:"pattern" default:"profile" choices:"profile,independent,shared" doc:"whether both views get the same random pattern; gen2, rodent and image independent, gen1 shared"`

	Encoder    string  `name:"encoder" default:"conv" choices:"conv,mlp" when:"profile == 'image'" doc:"conv: four convolutions of 3 x 3 with 16, 32, 64 and 128 channels, each halving the picture, and the mean over it; mlp: layers of 256, 256 and 128 units"`
	Crop       float64 `name:"crop" default:"0.4" above:"0" max:"1" when:"profile == 'image'" doc:"a view is a square window with an area U(crop, 1) of the picture's, brought to its size; 1: the whole. The first release has 0.2 for photographs"`
	Flip       float64 `name:"flip" default:"0" min:"0" max:"1" when:"profile == 'image'" doc:"probability that a view is mirrored left to right; 0.5 suits clothes and photographs, not digits"`
	Blur       float64 `name:"blur" default:"1" min:"0" when:"profile == 'image'" doc:"half of the views are blurred by a Gaussian with a standard deviation of U(0.1, 1) times so many pixels"`
	Brightness float64 `name:"brightness" default:"0.4" min:"0" max:"1" when:"profile == 'image'" doc:"four of five views are multiplied by U(1 - brightness, 1 + brightness)"`
	Contrast   float64 `name:"contrast" default:"0.4" min:"0" max:"1" when:"profile == 'image'" doc:"and their distance from the mean by U(1 - contrast, 1 + contrast)"`

	Steps        int     `name:"steps" default:"-1" min:"-1" doc:"gen2 10000, gen1 20000, rodent 12800, image 780: 20 epochs of 10,000 pictures"`
	Batch        int     `name:"batch" default:"-1" min:"-1" doc:"gen2 and rodent 512, gen1 and image 256"`
	Optimiser    string  `name:"optimiser" default:"profile" choices:"profile,adamw,sgd,lars" doc:"gen2 and image adamw, gen1 lars, rodent sgd"`
	LearningRate float64 `name:"learning_rate" default:"-1" min:"-1" doc:"gen2 2e-4, gen1 0.8, rodent 2e-3, image 1e-3"`
	WeightDecay  float64 `name:"weight_decay" default:"-1" min:"-1" doc:"gen2 and rodent 2e-5, gen1 1e-6, image 5e-5"`
	Momentum     float64 `name:"momentum" default:"-1" min:"-1" below:"1" doc:"of sgd and lars; gen1 0.9, rodent 0.98"`
	LRSchedule   string  `name:"lr_schedule" default:"cosine" choices:"cosine,const" doc:"cosine: warm-up and half a cosine to 0, as documented; const: as the second release runs"`
	WarmUp       int     `name:"warm_up" default:"-1" min:"-1" when:"lr_schedule == 'cosine'" doc:"steps; gen2 100, gen1 200, rodent 1600, image 30"`
	EMA          float64 `name:"ema" default:"-1" min:"-1" max:"1" when:"objective == 'myow' || objective == 'byol'" doc:"weight of the old target in the moving average; gen2, rodent and image 0.98, gen1 0.9"`
	EMASchedule  string  `name:"ema_schedule" default:"cosine" choices:"cosine,const" when:"objective == 'myow' || objective == 'byol'" doc:"cosine: ema rises to 1, as documented; const: as the second release runs"`
	FreezeNorm   int     `name:"freeze_norm_after" default:"0" min:"0" doc:"step after which batch norm of the online encoder uses its running statistics, as the second release does by accident after 200; 0: never"`
}
