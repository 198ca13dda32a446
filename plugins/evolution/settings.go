package evolution

type settings struct {
	Labels      string  `name:"labels" default:"" doc:"target of two classes; empty: the only one there is"`
	Train       string  `name:"train" default:"selection" choices:"selection,descent" doc:"selection: allele frequencies under weak selection; descent: gradient descent from the same weights with the step that selection has at its start"`
	Genes       int     `name:"genes" default:"20" min:"1" max:"1000" doc:"genes that make up one weight, each with two alleles"`
	Effect      float64 `name:"effect" default:"0.2" above:"0" scale:"log" doc:"epsilon: what an allele adds to its weight or takes from it"`
	Theta       float64 `name:"theta" default:"0.1" above:"0" below:"1" scale:"log" doc:"strength of selection: the fitness of an individual is 1 - theta L"`
	Generations int     `name:"generations" default:"1000" min:"1" doc:"generations"`
	Examples    int     `name:"examples" default:"200" min:"0" doc:"training samples that select a generation, drawn anew for each; 0: all"`
}
