package kernel

// An Activation is a function that a kernel applies to its results before they
// leave the registers.
type Activation int

// The activations.
const (
	Identity Activation = iota
	ReLU                // max(x, 0)
)
