// Slow-features is a third-party plugin for Assay, in a module of its own.
package main

import "github.com/assaylab/assay/framework"

func main() { framework.Serve(New()) }
