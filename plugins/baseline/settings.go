package baseline

type settings struct {
	Embedding string  `name:"embedding" default:"raw" choices:"raw,pca,fa" doc:"raw: z-scored channels; pca: principal components of them; fa: factors of a maximum-likelihood factor analysis of them"`
	Dims      int     `name:"dims" default:"10" min:"1" when:"embedding != 'raw'" doc:"number of components or factors; fewer than samples, at most the channels kept"`
	MinStd    float64 `name:"min_std" default:"1e-3" min:"0" doc:"channels whose standard deviation over the train part is at most this (unit of the samples) are dropped"`
}
