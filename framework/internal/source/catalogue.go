package source

import (
	"math"

	"github.com/assaylab/assay/framework/data"
)

const (
	dyer = "Dyer et al., A cryptography-based approach for movement decoding, Nature Biomedical Engineering 1, 967-976 (2017)"

	myow      = "https://raw.githubusercontent.com/nerdslab/myow/73f2b430d284bcd6bb0c6faaac30576e84393ff1/data/mihi-chewie/processed/"
	myowNeuro = "https://raw.githubusercontent.com/nerdslab/myow-neuro/6aa684bbbdaecea644db24000a5ce6ff3c033b84/data/mihi-chewie/processed/"

	myowRodent = "https://raw.githubusercontent.com/nerdslab/myow-neuro/6aa684bbbdaecea644db24000a5ce6ff3c033b84/data/rodent/"
	golubData  = "https://raw.githubusercontent.com/mattgolub/bci_learning/3e6f00c959096189dd77df57ceb9eb540da83f76/"

	mnistMirror   = "https://ossci-datasets.s3.amazonaws.com/mnist/"
	fashionMirror = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"
)

var reachTargets = []TargetInfo{
	{Name: "direction", Class: true, Classes: directions, angles: evenly(directions), Doc: "target of the reach; 0 is up, then clockwise in steps of 45 degrees"},
	{Name: "velocity", Dims: 2, Unit: "cm/s", Doc: "mean hand velocity in the bin; the unit is presumed, the files state none"},
	{Name: "position", Dims: 2, Unit: "cm", Doc: "mean hand position in the bin; the unit is presumed"},
	{Name: "time", Dims: 1, Unit: "bins", Doc: "number of the bin in its trial, slow bins counted"},
	{Name: "acceleration", Dims: 2, Unit: "cm/s²", Doc: "mean hand acceleration in the bin; the unit is presumed"},
}

// compass are the directions of golub-bci in degrees.
var compass = []string{"0", "45", "90", "135", "180", "225", "270", "315"}

// evenly are n even angles in radians: 2πi/n, in whatever sense the classes turn.
func evenly(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = 2 * math.Pi * float64(i) / float64(n)
	}
	return out
}

// reach is one recording of centre-out reaches in primary motor cortex.
func reach(name, subject, session, summary, prefix, file string, size int64, sha string, bin float64, samples, units, trials int) Entry {
	return Entry{
		Name: name, Summary: summary, Licence: "Apache-2.0 (of the repository that publishes it)", Citation: dyer,
		Subject: subject, Session: session,
		Files: []File{{Path: file, URLs: []string{prefix + file}, Size: size, SHA256: sha}},
		Shapes: map[string]Shape{data.MainRole: {
			Samples: samples, Channels: units, Trials: trials, Unit: "Hz", Targets: reachTargets,
		}},
		read: func(files [][]byte) (map[string]*data.Recording, error) {
			return asMain(readReach(files[0], bin))
		},
	}
}

// images is a set of 60,000 + 10,000 pictures of 28 x 28 in four IDX files.
func images(name, summary, licence, citation, target, doc string, files []File) Entry {
	return Entry{
		Name: name, Summary: summary, Licence: licence, Citation: citation, Files: files,
		Shapes: map[string]Shape{data.MainRole: {
			Samples: 70000, Channels: 784, Trials: 70000, Unit: "intensity", Divided: true,
			Targets: []TargetInfo{{Name: target, Class: true, Classes: 10, Doc: doc}},
		}},
		read: func(files [][]byte) (map[string]*data.Recording, error) {
			return asMain(readImages(files, target))
		},
	}
}

func asMain(r *data.Recording, err error) (map[string]*data.Recording, error) {
	if err != nil {
		return nil, err
	}
	return map[string]*data.Recording{data.MainRole: r}, nil
}

var catalogue = []Entry{
	reach("chewie-1", "Chewie", "2013-10-03", "monkey Chewie, M1, centre-out reaches on 2013-10-03, all bins of 100 ms",
		myow, "full-chewie-10032013-0.10.pkl",
		2450720, "4e34d754f07a249b26cbdaf66072ed377f2168e4c4c81ec2873b7f47d8b0241a", 0.1, 1640, 174, 159),
	reach("chewie-1-moving", "Chewie", "2013-10-03", "chewie-1, only bins with hand speed above 5",
		myowNeuro, "full-chewie-10032013-bin0.10-vel_thresh5.00.pkl",
		1055836, "2bf23f43a2f8e5f7794e9d1e3604c1dd8b222edca6b9980dcb9605ad12997adb", 0.1, 895, 174, 159),
	reach("chewie-1-50ms-moving", "Chewie", "2013-10-03", "chewie-1 in bins of 50 ms, only those with hand speed above 5",
		myowNeuro, "full-chewie-10032013-bin0.05-vel_thresh5.00.pkl",
		1691277, "ac4bdce8129fe64414a084efbf777a310d5ba926b19cf27c4e490ff8bb0a230c", 0.05, 1731, 174, 159),
	reach("chewie-2-moving", "Chewie", "2013-12-19", "monkey Chewie on 2013-12-19, bins of 100 ms with hand speed above 5",
		myowNeuro, "full-chewie-12192013-bin0.10-vel_thresh5.00.pkl",
		996327, "62057a140c8c0e660b8cca2515317d583f83d2e362d04b166c789ba57aeca9b3", 0.1, 835, 155, 180),
	reach("mihi-1-moving", "Mihi", "2014-03-03", "monkey Mihi, M1, centre-out reaches on 2014-03-03, bins of 100 ms with hand speed above 5",
		myowNeuro, "full-mihi-03032014-bin0.10-vel_thresh5.00.pkl",
		1372265, "aa53dffd7c7fea6787843221f2d4d01881befbc4c53a655fa9989cd5c837f729", 0.1, 1082, 187, 209),
	{
		Name: "mouse-ca1", Summary: "mouse, hippocampus CA1, twelve hours of sleeping and waking in bins of 4 s",
		Licence:  "Apache-2.0 (of the repository that publishes it)",
		Citation: "Ma, Turrigiano, Wessel and Hengen, Cortical circuit dynamics are homeostatically tuned to criticality in vivo, Neuron 104, 655-664 (2019)",
		Subject:  "mouse CA1", Session: "12 h",
		Files: []File{
			{Path: "mouse-ca1/fr_bins_n_4full.npy", URLs: []string{myowRodent + "fr_bins_n_4full.npy"}, Size: 1814528,
				SHA256: "75eb62fecd81899be546cf4770c0cf66afe4ae9f957b9bfdd5ebe5d0a00317bc"},
			{Path: "mouse-ca1/behav_states_n_4full.npy", URLs: []string{myowRodent + "behav_states_n_4full.npy"}, Size: 86528,
				SHA256: "7d0679a2a1b3a221b060cd7aa76ac59d371d74a8aad4c496b2559c3e23abd1ca"},
		},
		Shapes: map[string]Shape{data.MainRole: {
			Samples: 10800, Channels: 42, Trials: 1, Unit: "counts",
			Targets: []TargetInfo{{Name: "state", Class: true, Classes: 3, Doc: "state of arousal; the files do not say which number is which: by rates and lengths of bouts 0 is wake, 1 non-REM, 2 REM sleep"}},
		}},
		read: func(files [][]byte) (map[string]*data.Recording, error) {
			return asMain(readMouse(files[0], files[1]))
		},
	},
	{
		Name: "golub-bci", Summary: "monkey Jeffy, M1, brain-computer interface before and after learning a mapping, time steps of 45 ms by direction",
		Licence:  "BSD-3-Clause (of the repository that publishes it)",
		Citation: "Golub et al., Learning by neural reassociation, Nature Neuroscience 21, 607-616 (2018)",
		Subject:  "Jeffy", Session: "2012-03-05",
		Files: []File{{Path: "golub_bci_learning_exampleData.mat", URLs: []string{golubData + "exampleData.mat"}, Size: 252829,
			SHA256: "f28fab9442dd0564aab00597796785665f1c3d4b4437e3802c4c99c9696512b1"}},
		Shapes: map[string]Shape{data.MainRole: {
			Samples: 1104, Channels: 86, Trials: 1104, Unit: "counts",
			Targets: []TargetInfo{
				{Name: "direction", Class: true, Classes: directions, names: compass, angles: evenly(directions), Doc: "direction from cursor to target, 0 .. 315 degrees, 0 is to the right, then counterclockwise"},
				{Name: "velocity", Dims: 2, Unit: "mm/s", Doc: "of the cursor by the mapping in use, not smoothed"},
				{Name: "period", Class: true, Classes: 2, names: golubPeriods, Doc: "0 before, 1 after the mapping was learned"},
				{Name: "factors", Dims: 10, Doc: "of the factor analysis that the experiment ran on"},
			},
		}},
		read: func(files [][]byte) (map[string]*data.Recording, error) {
			return asMain(readGolub(files[0]))
		},
	},
	images("mnist", "70,000 handwritten digits, 28 x 28 grey values, divided into 60,000 train and 10,000 test",
		"as stated on its home page (often given as CC BY-SA 3.0)",
		"LeCun, Bottou, Bengio and Haffner, Gradient-based learning applied to document recognition, Proceedings of the IEEE 86, 2278-2324 (1998)",
		"digit", "the digit", []File{
			idx("mnist", mnistMirror, "train-images-idx3-ubyte.gz", 9912422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609", 0),
			idx("mnist", mnistMirror, "train-labels-idx1-ubyte.gz", 28881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c", 0),
			idx("mnist", mnistMirror, "t10k-images-idx3-ubyte.gz", 1648877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6", 0),
			idx("mnist", mnistMirror, "t10k-labels-idx1-ubyte.gz", 4542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6", 0),
		}),
	images("fashion-mnist", "70,000 pictures of clothing, 28 x 28 grey values, divided into 60,000 train and 10,000 test",
		"MIT", "Xiao, Rasul and Vollgraf, Fashion-MNIST: a novel image dataset for benchmarking machine learning algorithms, arXiv:1708.07747 (2017)",
		"article", "T-shirt, trouser, pullover, dress, coat, sandal, shirt, sneaker, bag, ankle boot", []File{
			idx("fashion-mnist", fashionMirror, "train-images-idx3-ubyte.gz", 0, "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888", 47040016),
			idx("fashion-mnist", fashionMirror, "train-labels-idx1-ubyte.gz", 0, "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9", 60008),
			idx("fashion-mnist", fashionMirror, "t10k-images-idx3-ubyte.gz", 0, "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b", 7840016),
			idx("fashion-mnist", fashionMirror, "t10k-labels-idx1-ubyte.gz", 0, "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34", 10008),
		}),
}

func idx(folder, prefix, name string, size int64, sha string, unpacked int64) File {
	return File{Path: folder + "/" + name, URLs: []string{prefix + name}, Size: size, SHA256: sha, Unpacked: unpacked}
}
