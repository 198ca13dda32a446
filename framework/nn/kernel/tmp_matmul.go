package kernel

type Epilogue struct {
	Add  bool
	Bias []float32
	Act  Activation
}
type Trans bool

const (
	NoTrans Trans = false
	T       Trans = true
)

func (w *Workers) MatMul(c, a Matrix, at Trans, b Matrix, bt Trans, e Epilogue) {
	k := a.Cols
	if at {
		k = a.Rows
	}
	for i := 0; i < c.Rows; i++ {
		for j := 0; j < c.Cols; j++ {
			s := float32(0)
			for p := 0; p < k; p++ {
				var x, y float32
				if at {
					x = a.Data[p*a.Stride+i]
				} else {
					x = a.Data[i*a.Stride+p]
				}
				if bt {
					y = b.Data[j*b.Stride+p]
				} else {
					y = b.Data[p*b.Stride+j]
				}
				s += x * y
			}
			if e.Add {
				s += c.Data[i*c.Stride+j]
			}
			if e.Bias != nil {
				s += e.Bias[j]
			}
			if e.Act == ReLU && s < 0 {
				s = 0
			}
			c.Data[i*c.Stride+j] = s
		}
	}
}
func (w *Workers) MatMulBatch(count int, c Matrix, cStep int, a Matrix, aStep int, at Trans, b Matrix, bStep int, bt Trans, e Epilogue) {
	for i := range count {
		x, y, z := a, b, c
		x.Data, y.Data, z.Data = a.Data[i*aStep:], b.Data[i*bStep:], c.Data[i*cStep:]
		w.MatMul(z, x, at, y, bt, e)
	}
}
