package eit

// settings: the defaults are those of the released run on monkey data, but for
// centring. -1 stands for the value that the release has for the model at hand.
type settings struct {
	Model  string `name:"model" default:"eit" choices:"eit,vanilla,ndt,mlp,gru,linear" doc:"eit (depth_s 0: individual module only, depth_t 0: interaction only); vanilla: transformer over time on all units, which is the supervised NDT; ndt: the same trained by masking, with a read-out; mlp, gru, linear: per window, per window, per bin"`
	Target string `name:"target" default:"direction" doc:"class target to predict at every step"`

	Features int     `name:"features" default:"1" min:"1" doc:"F, channels per unit, which lie side by side; 2 for x and y of bodies"`
	Window   int     `name:"window" default:"2" min:"1" doc:"T, steps of a window"`
	Windows  string  `name:"windows" default:"trial" choices:"trial,consecutive" doc:"trial: windows of the first bins of each trial; consecutive: all windows of bins that follow each other, by the target time where there is one (recordings of moving bins)"`
	Bins     int     `name:"bins" default:"8" min:"1" when:"windows == 'trial'" doc:"bins of a trial that are used; all trials of a part are cut to its shortest one, and padded with zeros where that is shorter"`
	Starts   int     `name:"starts" default:"-1" min:"-1" when:"windows == 'trial'" doc:"windows of a trial, each a bin later than the one before; -1: as many as fit, but for T = 2 in 8 bins 6 as released, so that the last bin is never used"`
	Centring string  `name:"centring" default:"train" choices:"train,own,none" doc:"mean subtracted from each channel: that of the train part; of the part itself, as released, which lets the test part see its own mean; or none (bodies)"`
	MinStd   float64 `name:"min_std" default:"1e-3" min:"0" doc:"units none of whose channels has a larger standard deviation over the train part are left out"`
	Units    int     `name:"units" default:"0" min:"0" when:"units > 0" doc:"how many of the units are used, the first in their random order; 0: all (the release has a run with 80)"`
	Permute  bool    `name:"permute" default:"true" doc:"units stand in a random order, the same in all parts"`

	D         int    `name:"d" default:"16" min:"1" when:"model == 'eit'" doc:"width of a token; a vanilla transformer has 2 N"`
	Heads     int    `name:"heads" default:"6" min:"1" when:"model in ['eit', 'vanilla', 'ndt']" doc:"H"`
	HeadWidth int    `name:"head_width" default:"64" min:"1" when:"model in ['eit', 'vanilla', 'ndt']" doc:"e, of queries, keys and values"`
	Embedding string `name:"embedding" default:"s" choices:"s,g" when:"model == 'eit' and depth_s > 0" doc:"what Embed returns: s of the interaction module or g of the individual one"`

	DepthT       int     `name:"depth_t" default:"2" min:"0" when:"model == 'eit'" doc:"blocks of the individual module"`
	HiddenT      int     `name:"hidden_t" default:"2" min:"1" when:"model == 'eit' and depth_t > 0" doc:"units of their feed-forward part, in d"`
	DropoutT     float64 `name:"dropout_t" default:"0" min:"0" below:"1" when:"model == 'eit' and depth_t > 0" doc:"p of these blocks"`
	SkipT        bool    `name:"skip_t" default:"false" when:"model == 'eit' and depth_t > 0" doc:"skip connection around their attention"`
	FeedForwardT bool    `name:"feed_forward_t" default:"true" when:"model == 'eit' and depth_t > 0" doc:"feed-forward part"`
	TimeEncoding bool    `name:"time_encoding" default:"false" when:"model == 'eit'" doc:"learned encoding of the step, added to the tokens"`

	DepthS       int     `name:"depth_s" default:"2" min:"0" when:"model == 'eit'" doc:"blocks of the interaction module; 0: P_T is the prediction"`
	HiddenS      int     `name:"hidden_s" default:"1" min:"1" when:"model == 'eit' and depth_s > 0" doc:"units of their feed-forward part, in d"`
	DropoutS     float64 `name:"dropout_s" default:"0.5" min:"0" below:"1" when:"model == 'eit' and depth_s > 0" doc:"p of these blocks"`
	SkipS        bool    `name:"skip_s" default:"true" when:"model == 'eit' and depth_s > 0" doc:"skip connection around their attention; false for bodies"`
	FeedForwardS bool    `name:"feed_forward_s" default:"true" when:"model == 'eit' and depth_s > 0" doc:"feed-forward part; false for bodies"`
	HeadWidthS   int     `name:"head_width_s" default:"-1" min:"-1" when:"model == 'eit' and depth_s > 0" doc:"e of these blocks; -1: head_width, and 32 where pooling is not cat"`
	Identity     bool    `name:"identity" default:"true" when:"model == 'eit' and depth_s > 0" doc:"learned identity of every unit, added to its tokens"`
	Pooling      string  `name:"pooling" default:"cat" choices:"cat,cls,mean" when:"model == 'eit' and depth_s > 0" doc:"P_S is read from the squeezed units side by side, from a class token, or from the mean over the tokens and it"`

	NeuronDropoutT float64 `name:"neuron_dropout_t" default:"0.5" min:"0" below:"1" when:"model == 'eit'" doc:"q, numbers of g dropped before P_T"`
	NeuronDropoutS float64 `name:"neuron_dropout_s" default:"0.5" min:"0" below:"1" when:"model == 'eit' and depth_s > 0" doc:"q, numbers of s dropped before P_S; of tokens where pooling is not cat"`
	Alpha          float64 `name:"alpha" default:"0.5" min:"0" when:"model == 'eit' and depth_s > 0" doc:"weight of the loss of P_T; 0 for bodies"`

	Depth     int     `name:"depth" default:"4" min:"1" when:"model in ['vanilla', 'ndt']" doc:"blocks; 2 for bodies"`
	Hidden    int     `name:"hidden" default:"-1" min:"-1" when:"model in ['vanilla', 'ndt', 'mlp', 'gru']" doc:"units of a feed-forward part in D, 2 as released; of the MLP for each step, N; of the GRU in each direction, N/2; -1: these"`
	Dropout   float64 `name:"dropout" default:"-1" min:"-1" below:"1" when:"model != 'eit'" doc:"of the blocks of vanilla and ndt 0.5, of mlp and gru 0.2, of linear 0.5; -1: these"`
	MaskRatio float64 `name:"mask_ratio" default:"0.5" above:"0" max:"1" when:"model == 'ndt'" doc:"share of the steps of a window that are masked, rounded down"`

	Epochs       int     `name:"epochs" default:"400" min:"1" doc:"500 for two bodies"`
	Batch        int     `name:"batch" default:"16" min:"1" doc:"windows of a step; 64 for bodies"`
	LearningRate float64 `name:"learning_rate" default:"1e-4" above:"0" scale:"log" doc:"of Adam, constant"`
	Order        string  `name:"order" default:"shuffled" choices:"shuffled,given" doc:"of the windows in an epoch; given: by start, then trial, as the release has T = 6"`
	Pepper       float64 `name:"pepper" default:"0" min:"0" max:"1" doc:"probability that a number of the input gets pepper_size added; 0.2 in the release, where it is off"`
	PepperSize   float64 `name:"pepper_size" default:"1" when:"pepper > 0" doc:"in the unit of the recording"`

	Transfer    string  `name:"transfer" default:"none" choices:"none,individual,untrained,latents,masked,time" when:"model == 'eit'" doc:"individual: the module learned from role pretrain is frozen and a head on g is learned; untrained: the same with the module as it begins; latents: a head on s, the whole model frozen; masked: a new interaction module learns masked units, then a head; time: learn the first half of the bins, score the second"`
	HeadEpochs  int     `name:"head_epochs" default:"-1" min:"-1" when:"model in ['ndt', 'eit']" doc:"of the head of ndt (200) and of transfer (individual, untrained 600; latents, masked 400); -1: these"`
	HeadRate    float64 `name:"head_rate" default:"-1" min:"-1" when:"model in ['ndt', 'eit']" doc:"its learning rate: ndt, masked 1e-3, others 1e-4; -1: these"`
	HeadDropout float64 `name:"head_dropout" default:"-1" min:"-1" below:"1" when:"model in ['ndt', 'eit']" doc:"of its inputs: ndt, masked 0.2, others 0.5; -1: these"`
	MaskEpochs  int     `name:"mask_epochs" default:"200" min:"1" when:"model == 'eit' and transfer == 'masked'" doc:"epochs of the new interaction module, at 100 times the learning rate"`

	AlignmentPoints int `name:"alignment_points" default:"0" min:"0" when:"model == 'eit'" doc:"points of each unit's cloud that the transport between units compares; 0: none, and no metrics of alignment"`
}
