// Package failure names what can go wrong in an attempt at a trial: a kind, a
// reason, advice, and the last words of the plugin.
package failure

import (
	"fmt"
	"strings"

	"github.com/assaylab/assay/framework/internal/problem"
)

// Kind says what sort of thing went wrong in an attempt.
type Kind string

const (
	Launch    Kind = "launch"     // the executable could not be started
	Handshake Kind = "handshake"  // it started, but did not speak our protocol
	Crash     Kind = "crash"      // the process ended while it had work
	Timeout   Kind = "timeout"    // the trial's time was up
	Memory    Kind = "memory"     // it used more memory than the limit
	Output    Kind = "output"     // it wrote more than the limit
	GPUMemory Kind = "gpu_memory" // the memory of its GPU was not enough
	Refused   Kind = "refused"    // the method cannot take these settings or this data
	Error     Kind = "error"      // the method itself reported an error
	Invalid   Kind = "invalid"    // an answer broke the contract: wrong shape, NaN, undeclared metric
	Cancelled Kind = "cancelled"  // the user stopped the run
	Lost      Kind = "lost"       // the host ended during the attempt
	Changed   Kind = "changed"    // the plugin is not the one that the run began with
	Probe     Kind = "probe"      // a probe could not be fitted on the embedding
)

// Kinds are those that `retries: {on: [...]}` may name.
func Kinds() []string {
	return []string{string(Crash), string(Lost), string(Timeout), string(Memory), string(GPUMemory), string(Launch), string(Handshake), string(Error)}
}

// Failure is why an attempt did not succeed: reason, advice, and last words.
type Failure struct {
	Kind   Kind     `json:"kind"`
	Reason string   `json:"reason"`
	Hint   string   `json:"hint,omitempty"`
	Plugin string   `json:"plugin,omitempty"` // path of the executable
	Stderr []string `json:"stderr,omitempty"` // last lines
}

func (f *Failure) Error() string { return f.named() }

// named puts the kind in front of a reason that does not begin with it.
func (f *Failure) named() string {
	if strings.HasPrefix(f.Reason, string(f.Kind)+" ") {
		return f.Reason
	}
	return fmt.Sprintf("%s: %s", f.Kind, f.Reason)
}

// Problem says it in the shape that the host prints: at the plugin, with its
// last words.
func (f *Failure) Problem() problem.Problem {
	fact := f.Reason
	for _, line := range f.Stderr {
		fact += "\n  | " + line
	}
	return problem.Problem{Place: problem.Place{File: f.Plugin}, Fact: fact, Hint: f.Hint}
}

// Text is the failure on several lines, for people.
func (f *Failure) Text() string {
	var b strings.Builder
	fmt.Fprintln(&b, f.named())
	if f.Plugin != "" {
		fmt.Fprintf(&b, "plugin: %s\n", f.Plugin)
	}
	for _, line := range f.Stderr {
		fmt.Fprintf(&b, "  | %s\n", line)
	}
	if f.Hint != "" {
		fmt.Fprintf(&b, "hint: %s\n", f.Hint)
	}
	return b.String()
}
