// Package transport is the former name of package ot.
//
// Deprecated: use package ot. This one goes with the next version.
package transport

import "github.com/assaylab/assay/framework/ot"

// Deprecated: use the names of package ot.
type (
	Exact   = ot.Exact
	Options = ot.Options
	Result  = ot.Result
	Solver  = ot.Solver
)

// Plain is ot.Plain.
//
// Deprecated: use ot.Plain.
func Plain(plan, cost, p, q []float64, o Options) Result { return ot.Plain(plan, cost, p, q, o) }
