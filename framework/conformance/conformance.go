// Package conformance holds what the tests of first-edition plugins import.
//
// Deprecated: use package methodtest.
package conformance

import (
	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/methodtest"
)

// Case is one set-up under which the suite runs.
//
// Deprecated: use methodtest.Case.
type Case = methodtest.Case

// Synthetic makes small recordings that suit a method.
//
// Deprecated: use methodtest.Synthetic.
func Synthetic(d framework.Description) map[string]*data.Recording { return methodtest.Synthetic(d) }
