// Package probe is the host's own evaluation: small read-outs fitted on the
// embeddings of any method, the same for all of them. A probe is fitted on the
// train split and scored on every split; where a recording is not divided it is
// fitted and scored on the whole.
//
// [Complete] checks and fills a [Spec] before anything runs, [Metrics] declares
// what it will report, and [Run] reports it. The kinds:
//
//	direction  linear regression of a reach direction's cosine and sine (a class target)
//	logistic   multinomial logistic regression (a class target)
//	state      linear classifier trained on balanced batches (a class target)
//	ridge      ridge regression (a continuous target)
//	knn        k nearest neighbours (either)
//
//	ceiling    nothing: how far trials of one class agree (a class target)
//	wiener     ridge regression on lagged samples (a continuous target)
//
// Kinds have versions. Those of the first edition read embeddings as they are; of
// version 2 no read-out depends on the unit of the embedding, penalties are chosen
// inside train, and metrics come with the level of chance.
package probe

import (
	"context"

	"github.com/assaylab/assay/framework/data"
)

// Spec asks for one probe. It is part of a trial's identity.
type Spec struct {
	Name     string         `json:"name"`     // metrics are called probe/NAME/...; defaults to Kind
	Kind     string         `json:"kind"`     // one of Kinds()
	Target   string         `json:"target"`   // target of the recording that is read out
	Settings map[string]any `json:"settings"` // completed against Schema(Kind)
	// Columns [from, to) of the embedding that are read out: a block of the
	// latents. Nil means all.
	Columns []int `json:"columns,omitempty"`
	// Methods of the sweep that the probe is for; nil means all. It does not
	// change what is measured, so it is no part of the identity.
	Methods []string `json:"-"`
	// Version of the kind; empty: that of the first edition.
	Version string `json:"version,omitempty"`
	// Angles that the classes of the target stand for, in radians, where the recording
	// says it and the kind asks for it ([ReadsAngles]).
	Angles []float64 `json:"-"`
}

// Part is what a probe sees of one split: the embedding and the samples it belongs to.
type Part struct {
	X         data.Array      // [samples x dims]
	Recording *data.Recording // the same samples

	cases counted // set by Run
}

// Parts are the splits of one recording: train, val, test, or just all.
type Parts map[data.Split]Part

// A Prober is one kind of probe with its settings filled.
type Prober interface {
	// Run fits on the train part and scores every part. The names carry no
	// prefix: Run of the whole package adds "probe/NAME/". Randomness comes only
	// from seed.
	Run(ctx context.Context, parts Parts, target string, seed uint64) (Result, error)
}
