//go:build !amd64 || purego

package kernel

func isShort(Matrix) bool { return false }

func shortMoments(_, _ []float32, _ Matrix) {}

func shortNormalise(_, _ Matrix, _, _, _, _ []float32) {}

func shortNormaliseGrad(_ Matrix, _, _ []float32, _, _ Matrix, _, _, _ []float32) {}
