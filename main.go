// Assay compares methods on the same recordings, fairly and reproducibly.
package main

import (
	"github.com/assaylab/assay/framework/cli"
	"github.com/assaylab/assay/plugins/assemblies"
	"github.com/assaylab/assay/plugins/assemblies/nemo"
	"github.com/assaylab/assay/plugins/baseline"
	"github.com/assaylab/assay/plugins/hiwa"
)

func main() { cli.Main(assemblies.New, baseline.New, hiwa.New, nemo.New) }
