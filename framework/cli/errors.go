package cli

import (
	"fmt"

	"github.com/assaylab/assay/framework/internal/problem"
)

// exitCode ends a command without a message: what there was to say is said.
type exitCode int

func (e exitCode) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// usage is a mistake of the user in the arguments or the sweep.
func usage(err error, hint string) error { return problem.Usage(err, hint) }

// advise says what to do about an error that is not the user's mistake.
func advise(err error, hint string) error { return problem.Advise(err, hint) }
