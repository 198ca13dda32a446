//go:build amd64 && !purego

package kernel

// Rows of 8, 16, 24 or 32 numbers, such as tokens, would spend more time in calls
// than in arithmetic. They are done all at once, with the same bits; AVX2's vectors
// suffice for AVX-512 too.

func isShort(x Matrix) bool { return active >= AVX2 && x.Cols%8 == 0 && x.Cols > 0 && x.Cols <= 32 }

func shortMoments(mean, variance []float32, x Matrix) {
	shortMomentsAVX2(&mean[0], &variance[0], &x.Data[0], x.Stride*float, x.Rows, x.Cols/8, float32(x.Cols))
}

func shortNormalise(dst, x Matrix, mean, inv, scale, shift []float32) {
	shortNormaliseAVX2(&dst.Data[0], &x.Data[0], &mean[0], &inv[0], &scale[0], &shift[0], dst.Stride*float, x.Stride*float, x.Rows, x.Cols/8)
}

func shortNormaliseGrad(dx Matrix, dscale, dshift []float32, dy, x Matrix, mean, inv, scale []float32) {
	shortNormaliseGradAVX2(&dx.Data[0], &dscale[0], &dshift[0], &dy.Data[0], &x.Data[0], &mean[0], &inv[0], &scale[0],
		dx.Stride*float, dy.Stride*float, x.Stride*float, x.Rows, x.Cols/8, float32(x.Cols))
}
