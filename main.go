// Assay compares methods on the same recordings, fairly and reproducibly.
package main

import (
	"github.com/assaylab/assay/framework/cli"
	"github.com/assaylab/assay/plugins/baseline"
	"github.com/assaylab/assay/plugins/hiwa"
	"github.com/assaylab/assay/plugins/myow"
	"github.com/assaylab/assay/plugins/swapvae"
)

func main() { cli.Main(baseline.New, hiwa.New, myow.New, swapvae.New) }
