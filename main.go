// Assay compares methods on the same recordings, fairly and reproducibly.
package main

import (
	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/cli"
	"github.com/assaylab/assay/plugins/assemblies"
	"github.com/assaylab/assay/plugins/assemblies/nemo"
	"github.com/assaylab/assay/plugins/baseline"
	"github.com/assaylab/assay/plugins/decoder"
	"github.com/assaylab/assay/plugins/eit"
	"github.com/assaylab/assay/plugins/evolution"
	"github.com/assaylab/assay/plugins/hiwa"
	"github.com/assaylab/assay/plugins/myow"
	"github.com/assaylab/assay/plugins/plasticity"
	"github.com/assaylab/assay/plugins/swapvae"
)

// methods are those that the binary brings.
var methods = []func() framework.Method{assemblies.New, baseline.New, decoder.New, eit.New, evolution.New, hiwa.New, myow.New, nemo.New, plasticity.New, swapvae.New}

func main() { cli.Main(methods...) }
