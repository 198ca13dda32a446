//go:build !amd64 || purego

package kernel

func (w *Workers) attend() { w.eachSequence((*attendGenericTask)(&w.attention), 1) }

func (w *Workers) attendGrad() {
	w.attention.back = true
	w.eachSequence((*attendGenericTask)(&w.attention), 1)
}
