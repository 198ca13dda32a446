// Package nn is a small training engine on float32 matrices.
//
// Describe a network once: layers made on [Params], applied to the values of a
// [Graph], ending in losses that [Total] adds up. [NewStep] makes the training
// step of it, whose Run computes the loss and all gradients on buffers made
// beforehand; an [Optimiser] does the rest.
//
//	ps := new(nn.Params)
//	net := nn.Sequence{nn.NewLinear(ps, "0", 8, 16, w, b), nn.ReLU, nn.NewLinear(ps, "2", 16, 2, w, b)}
//	g := nn.NewGraph(nn.Training, workers)
//	batch := nn.NewBatch(256)
//	x, t := g.Input(8, batch.Pass(1)), g.Input(2, batch.Pass(1))
//	step := nn.NewStep(nn.Total(nn.Weigh(nn.MSE(net.Apply(x), t), 1)))
//	adam := nn.NewAdam(ps.Trained())
//	for range 100 { // fill x.Data() and t.Data()
//		loss := step.Run()
//		adam.Step(1e-3)
//	}
//
// Everything is a matrix [rows x cols]: a row is a sample, or a token of one.
// Rows come in passes (see [Pass]), so that two views, or own and swapped
// reconstructions, run through one product and keep batch statistics of their
// own. The same layers in a graph of mode [Evaluation] give the trained network.
//
// Equal inputs, parameters and random streams give equal bits on one
// instruction set, whatever the number of threads.
package nn
