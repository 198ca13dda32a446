//go:build amd64 && !purego

package kernel

type plan struct{}

func (w *Workers) multiply(p *product) { w.multiplyGeneric(p) }
