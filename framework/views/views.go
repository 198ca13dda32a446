// Package views is the former name of package augment.
//
// Deprecated: use package augment. This one goes with the next version.
package views

import "github.com/assaylab/assay/framework/augment"

// Deprecated: use the names of package augment.
type (
	Dropout  = augment.Dropout
	Gaussian = augment.Gaussian
	Pairs    = augment.Pairs
	Pepper   = augment.Pepper
)

// NewPairs is augment.NewPairs.
//
// Deprecated: use augment.NewPairs.
func NewPairs(trial []int32, from, to int) *Pairs { return augment.NewPairs(trial, from, to) }
