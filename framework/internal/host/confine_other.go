//go:build !linux

package host

// Strength is how far this system can confine a plugin: not at all.
func Strength() string { return "" }

func fullStrength() string { return "" }

func startConfined(_ *sandbox, _ <-chan struct{}, start func() error) error { return start() }
