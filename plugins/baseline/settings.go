package baseline

// settings: those below MinStd came later. Each is without effect at its default, so
// that what was trained before is known by the same settings.
type settings struct {
	Embedding string  `name:"embedding" default:"raw" choices:"raw,pca,fa" doc:"raw: z-scored channels; pca: principal components of them; fa: factors of a maximum-likelihood factor analysis of them"`
	Dims      int     `name:"dims" default:"10" min:"1" when:"embedding != 'raw'" doc:"number of components or factors; fewer than samples, at most the channels kept"`
	MinStd    float64 `name:"min_std" default:"1e-3" min:"0" doc:"channels whose standard deviation over the train part is at most this (unit of the samples) are dropped"`

	Root      bool    `name:"root" default:"false" when:"root" doc:"square root of the samples before anything else, which evens out the variance of counts and rates; they must not be negative"`
	Smooth    float64 `name:"smooth" default:"0" min:"0" when:"smooth > 0" doc:"standard deviation, in seconds, of a Gaussian that smooths each channel within a trial; the recording must have bins of time"`
	Normalise string  `name:"normalise" default:"zscore" choices:"zscore,soft" when:"normalise != 'zscore'" doc:"zscore: (x - mean) / deviation; soft: (x - mean) / (range + soft), so that channels that fire little stay small (Churchland et al. 2012)"`
	Soft      float64 `name:"soft" default:"5" above:"0" when:"normalise == 'soft'" doc:"added to the range of a channel over the train part, in the unit of the samples as they are then"`
	Context   []int   `name:"context" default:"0,0" when:"context != [0, 0]" doc:"[from, to]: bins around a sample, of its trial, that its embedding sees: [-1, 1] is the one before and the one behind"`
	Combine   string  `name:"combine" default:"mean" choices:"mean,concatenate" when:"context != [0, 0]" doc:"what becomes of the bins of the context: their mean, or all side by side; beyond the ends of the trial stands its outermost bin"`
}
