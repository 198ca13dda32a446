package decoder

type settings struct {
	Decoder string  `name:"decoder" default:"wiener" choices:"wiener,kalman" doc:"wiener: ridge regression of the target on the rates of several bins; kalman: a linear Gaussian model of the target's course and of rates given the target, filtered forward"`
	Target  string  `name:"target" default:"velocity" doc:"what is decoded: a continuous target, or for wiener a class, whose C scores are regressed on 0 and 1"`
	MinStd  float64 `name:"min_std" default:"1e-3" min:"0" doc:"channels whose standard deviation over the train part is at most this (unit of the samples) are dropped"`
	Root    bool    `name:"root" default:"false" doc:"square root of the samples before anything else; they must not be negative"`
	Context []int   `name:"context" default:"-4,0" when:"decoder == 'wiener'" doc:"[from, to]: bins around a sample, of its trial, that are regressed on; beyond the ends of the trial stands its outermost bin"`
	Penalty float64 `name:"penalty" default:"-1" min:"-1" when:"decoder == 'wiener'" doc:"ridge penalty, as a share of the mean square singular value of what is regressed on; -1: chosen inside the train part, from 10^-3, 10^-2.5 .. 10, by the squared error over 5 folds of whole trials"`
	Shrink  float64 `name:"shrink" default:"1e-3" min:"0" when:"decoder == 'kalman'" doc:"added to the diagonal of the noise covariance of the rates, as a share of its mean diagonal"`
}
