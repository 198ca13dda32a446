package conformance

import (
	"fmt"
	"math"
	"slices"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
)

// The generated recordings: trials of a few samples each, two latent variables
// behind the channels.
const (
	syntheticTrials  = 60
	syntheticSamples = 4 // of a trial
	syntheticChans   = 12
	syntheticClasses = 4
)

// continuousTargets are names under which people keep what is no class.
var continuousTargets = []string{"velocity", "position", "acceleration", "angle", "latent", "rate", "speed", "basis", "truth"}

// Synthetic makes small recordings for any method, in every role and with every
// target that it asks for: rates that two latent variables drive, divided by
// trial. Beside the method's own targets there is direction, with 4 classes.
func Synthetic(d framework.Description) map[string]*data.Recording {
	out := map[string]*data.Recording{}
	names := slices.Clone(d.Targets)
	if !slices.Contains(names, "direction") {
		names = append(names, "direction")
	}
	roles := slices.Clone(d.RoleNames())
	for _, o := range d.Optional {
		roles = append(roles, o.Name)
	}
	for k, role := range roles {
		out[role] = synthetic(uint64(k), names)
	}
	if _, ok := out[d.EmbedRole()]; !ok {
		out[d.EmbedRole()] = synthetic(uint64(len(out)), names)
	}
	return out
}

func synthetic(seed uint64, targets []string) *data.Recording {
	r := data.Rand(1+seed, "conformance")
	n := syntheticTrials * syntheticSamples
	rec := &data.Recording{Samples: data.NewArray(n, syntheticChans), Unit: "Hz", BinSeconds: 0.1,
		Trial: make([]int32, n), Split: make([]data.Split, n)}
	class := make([]int32, n)
	latent := data.NewArray(n, 2)
	var load [syntheticChans][2]float64
	for c := range load {
		load[c] = [2]float64{r.NormFloat64(), r.NormFloat64()}
	}
	for i := range n {
		trial := i / syntheticSamples
		rec.Trial[i], class[i] = int32(trial), int32(trial%syntheticClasses)
		rec.Split[i] = [...]data.Split{data.Train, data.Train, data.Train, data.Val, data.Test}[trial/syntheticClasses%5]
		angle := 2*math.Pi*float64(class[i])/syntheticClasses + 0.2*r.NormFloat64()
		z := [2]float64{math.Cos(angle), math.Sin(angle)}
		for j, v := range z {
			latent.Row(i)[j] = float32(v)
		}
		for c := range rec.Samples.Row(i) { // rate = 20 + 4 (load · z) + noise, never below 0
			rec.Samples.Row(i)[c] = float32(math.Max(0, 20+4*(load[c][0]*z[0]+load[c][1]*z[1])+r.NormFloat64()))
		}
	}
	for _, name := range targets {
		if slices.Contains(continuousTargets, name) {
			rec.Targets = append(rec.Targets, data.Target{Name: name, Values: latent})
		} else {
			rec.Targets = append(rec.Targets, data.Target{Name: name, Labels: class, Classes: syntheticClasses})
		}
	}
	if err := rec.Check(); err != nil {
		panic(fmt.Sprintf("conformance: the generated recording is none: %v", err))
	}
	return rec
}
