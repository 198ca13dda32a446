package nn

import (
	"context"

	"github.com/assaylab/assay/framework/nn/kernel"
)

// chunk is how many rows Map computes at once.
const chunk = 1024

// Map applies part of a network, in evaluation mode and on one thread, to rows
// of that many columns, which fill writes one by one. The result is [rows x dims].
func Map(ctx context.Context, rows, cols int, fill func(i int, row []float32), part func(x *Value) *Value) (out []float32, dims int, err error) {
	w := kernel.NewWorkers(1)
	defer w.Close()
	batch := NewBatch(min(chunk, max(rows, 1)))
	x := NewGraph(Evaluation, w).Input(cols, batch.Pass(1))
	y := part(x)
	out = make([]float32, 0, rows*y.Cols())
	for at := 0; at < rows; at += chunk {
		if err := ctx.Err(); err != nil {
			return nil, 0, err
		}
		batch.Set(min(chunk, rows-at))
		for i := range batch.Len() {
			fill(at+i, x.Data()[i*cols:(i+1)*cols])
		}
		x.Graph().Forward()
		out = append(out, y.Data()...)
	}
	return out, y.Cols(), nil
}
