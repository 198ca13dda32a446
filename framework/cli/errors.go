package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/host"
	"github.com/assaylab/assay/framework/internal/source"
	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/sweep"
)

// exitCode ends a command without a message: what there was to say is said.
type exitCode int

func (e exitCode) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// hinted is an error with advice; usage says that the user made a mistake in
// the arguments or the sweep.
type hinted struct {
	error
	hint  string
	usage bool
}

func (h *hinted) Unwrap() error { return h.error }

func usage(err error, hint string) error { return &hinted{err, hint, true} }

func advise(err error, hint string) error { return &hinted{err, hint, false} }

// flatten takes joined errors apart and gives those of other packages their hints.
func flatten(err error) []error {
	var mistakes sweep.Errors
	if errors.As(err, &mistakes) {
		var out []error
		for _, m := range mistakes {
			out = append(out, usage(m, m.Hint))
		}
		return out
	}
	var f *failure.Failure
	if errors.As(err, &f) {
		text := f.Reason
		if f.Plugin != "" {
			text = f.Plugin + ": " + text
		}
		for _, line := range f.Stderr {
			text += "\n  | " + line
		}
		return []error{advise(errors.New(text), f.Hint)}
	}
	var missing *host.NotFoundError
	if errors.As(err, &missing) {
		return []error{usage(err, missing.Hint)}
	}
	var fault *source.Error
	if errors.As(err, &fault) {
		return []error{advise(err, fault.Hint)}
	}
	var held *store.HeldError
	if errors.As(err, &held) {
		return []error{advise(err, "wait for it, stop it, or choose another folder with --results")}
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var out []error
		for _, e := range joined.Unwrap() {
			out = append(out, flatten(e)...)
		}
		return out
	}
	return []error{err}
}

// isCobra recognises the errors that cobra makes itself, which have no type.
func isCobra(err error) bool {
	for _, start := range []string{"unknown command", "accepts ", "requires ", "unknown flag", "unknown shorthand"} {
		if strings.HasPrefix(err.Error(), start) {
			return true
		}
	}
	return false
}
