//go:build !unix

package cli

import "os"

// checkpointSignals: there are none here.
var checkpointSignals []os.Signal
