// Package model simulates areas of neurons that form assemblies: random graphs,
// k-cap, plasticity, homeostasis, noise, inhibition (Papadimitriou et al., PNAS
// 2020; Dabagia, Papadimitriou and Vempala, COLT 2022; NEMO). Of the rest of
// Assay it knows the kernels that count bits, and serves as a library of its own.
//
// An [Area] has n neurons, of which k fire at a time, and fibres that lead to
// it, each a random graph of synapses from n_in sources. [New] makes one with
// the engine of its size:
//
//	a, err := model.New(model.Config{
//		N: 1000, K: 100, Seed: 1, Rule: model.Multiplicative(0.1), Normalise: true,
//		Fibres: []model.Fibre{{From: 1000, P: 0.1}, {From: 1000, P: 0.1, Recurrent: true}},
//	})
//	cap := model.Step(a, model.Drive{Firing: [][]int32{x, h}}, true) // one round with plasticity
//
// Engines: exact keeps every synapse as a bit; hash draws the very same synapses
// anew whenever they are needed, so that size costs time but no memory; lazy
// keeps only neurons that have ever fired and samples the best of the others.
// Exact and hash agree in every bit; lazy agrees with them in law up to what its
// own comment says.
//
// A weight is never stored as a number. A synapse begins at 1 and the rule takes
// it from w_c to w_{c+1}, so the count c of its reinforcements says it all, and
// only synapses with c > 0 are listed.
package model
