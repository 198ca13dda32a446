package hiwa

// settings: the defaults of µ, the entropies, sweeps and tolerances are those of
// the authors' figures and of their Python class.
type settings struct {
	Algorithm  string `name:"algorithm" default:"hiwa" choices:"hiwa,wa,icp,coral,sa,otda" doc:"hiwa, or a sibling that it is compared with: flat Wasserstein-Procrustes, closest points, covariances, subspaces, transport without rotation"`
	Labels     string `name:"labels" default:"cluster" doc:"class target, in both recordings, whose classes are the clusters; for reach data: direction"`
	Clusters   string `name:"clusters" default:"labels" choices:"labels,subspaces,means" doc:"given by labels; or found on each side alone, by sparse subspace clustering (HiWA-SSC) or k-means, and labels only score"`
	Count      int    `name:"count" default:"0" min:"0" when:"clusters != 'labels'" doc:"clusters to be found on each side; 0: as many as labels has classes"`
	SourceView string `name:"source_view" default:"samples" choices:"samples,factors" doc:"what is aligned of the source: its samples, or the scores of a factor analysis of them"`
	Factors    int    `name:"factors" default:"3" min:"1" when:"source_view == 'factors'" doc:"number of factors"`
	TargetView string `name:"target_view" default:"samples" choices:"samples,velocity" doc:"what the source is aligned to: the target's samples, or (v_x, v_y, |v|) of its continuous target velocity"`
	Normalise  string `name:"normalise" default:"whiten" choices:"whiten,none" doc:"symmetric whitening of either side, or the points as they are"`

	Projection string `name:"projection" default:"none" choices:"none,cluster,linear" when:"algorithm == 'hiwa'" doc:"cluster: each cluster onto its leading directions; linear: each side by X W Wt, with W the least-squares map to an embedding of rank dimensions, or to (v_x, v_y) of a velocity"`
	Rank       int    `name:"rank" default:"2" min:"1" when:"projection != 'none' or algorithm == 'sa'" doc:"d, dimensions that the projection keeps"`
	Embedding  string `name:"embedding" default:"isomap" choices:"isomap,pca,given" when:"projection == 'linear'" doc:"what W maps to: Isomap of the normalised points, their principal components before that, or a continuous target of the recording"`
	Given      string `name:"given" default:"embedding" when:"embedding == 'given'" doc:"continuous target that holds the embedding"`
	Graph      int    `name:"graph" default:"12" min:"1" when:"embedding == 'isomap' and projection == 'linear'" doc:"neighbours in Isomap's graph"`

	Mu           float64 `name:"mu" default:"5e-3" above:"0" scale:"log" when:"algorithm == 'hiwa'" doc:"penalty of R_ij differing from R; smaller is slower and more exact; 2e-2 suits reach data"`
	EpsOuter     float64 `name:"eps_outer" default:"0.2" above:"0" scale:"log" doc:"entropy of the correspondence P, in units of cost"`
	EpsInner     float64 `name:"eps_inner" default:"0.1" above:"0" scale:"log" doc:"entropy of the plans Q_ij, in units of cost"`
	SweepsOuter  int     `name:"sweeps_outer" default:"1000" min:"1" doc:"most Sinkhorn sweeps for P"`
	SweepsInner  int     `name:"sweeps_inner" default:"150" min:"1" doc:"most Sinkhorn sweeps for a plan Q_ij"`
	SinkhornTol  float64 `name:"sinkhorn_tol" default:"1e-9" min:"0" below:"1" doc:"Sinkhorn ends when the row marginals are off by less in total; 0: all sweeps, as the authors do"`
	Iterations   int     `name:"iterations" default:"300" min:"1" when:"algorithm == 'hiwa'" doc:"most outer iterations of a restart"`
	Tol          float64 `name:"tol" default:"0.1" min:"0" when:"algorithm == 'hiwa'" doc:"a restart ends when R moves by less (Frobenius norm), after six iterations"`
	Alternations int     `name:"alternations" default:"100" min:"1" when:"algorithm == 'hiwa'" doc:"most alternations between R_ij and Q_ij within an outer iteration"`
	TolInner     float64 `name:"tol_inner" default:"1e-2" min:"0" when:"algorithm == 'hiwa'" doc:"alternations end when R_ij moves by less (spectral norm)"`
	Restarts     int     `name:"restarts" default:"10" min:"1" max:"10000" when:"algorithm in ['hiwa', 'wa']" doc:"random starts of R; the one with the least transport cost is kept"`
	Determinant  string  `name:"determinant" default:"any" choices:"any,positive" when:"algorithm in ['hiwa', 'wa']" doc:"any: rotations and reflections; positive: rotations only"`
	Subspaces    string  `name:"subspaces" default:"published" choices:"published,released" when:"algorithm == 'sa'" doc:"published: the leading rank components of either side, the source's turned onto the target's; released: what the authors of HiWA compared with, all components, transposed"`
	Temperature  float64 `name:"temperature" default:"1" above:"0" scale:"log" when:"algorithm == 'otda'" doc:"entropy of the plan, in units of squared distance"`

	Output     string `name:"output" default:"target" choices:"target,whitened" doc:"what Embed returns: points in the units of the target view, or in its whitened space"`
	Neighbours int    `name:"neighbours" default:"1" min:"1" doc:"aligned source points that vote for the label of a target point in the accuracies"`
}

func (s *settings) positive() bool { return s.Determinant == "positive" }
