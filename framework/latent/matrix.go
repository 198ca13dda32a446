package latent

import (
	"encoding/json"
	"fmt"

	"gonum.org/v1/gonum/mat"
)

// Matrix is a dense matrix that JSON can hold: {"rows", "cols", "values"} with
// values row by row. Values keep every bit.
type Matrix struct{ *mat.Dense }

type matrixJSON struct {
	Rows   int       `json:"rows"`
	Cols   int       `json:"cols"`
	Values []float64 `json:"values"`
}

// MarshalJSON writes the matrix; an absent one is null.
func (m Matrix) MarshalJSON() ([]byte, error) {
	if m.Dense == nil {
		return []byte("null"), nil
	}
	r, c := m.Dims()
	out := matrixJSON{Rows: r, Cols: c, Values: make([]float64, 0, r*c)}
	for i := range r {
		out.Values = append(out.Values, m.RawRowView(i)...)
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads what MarshalJSON wrote and refuses other shapes.
func (m *Matrix) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		m.Dense = nil
		return nil
	}
	var in matrixJSON
	if err := json.Unmarshal(text, &in); err != nil {
		return err
	}
	if in.Rows < 1 || in.Cols < 1 || len(in.Values)%in.Cols != 0 || len(in.Values)/in.Cols != in.Rows {
		return fmt.Errorf("a matrix of %d x %d has %d values", in.Rows, in.Cols, len(in.Values))
	}
	m.Dense = mat.NewDense(in.Rows, in.Cols, in.Values)
	return nil
}

// Is returns an error unless the matrix has that shape.
func (m Matrix) Is(what string, rows, cols int) error {
	if m.Dense == nil {
		return fmt.Errorf("%s is missing", what)
	}
	if r, c := m.Dims(); r != rows || c != cols {
		return fmt.Errorf("%s is %d x %d, must be %d x %d", what, r, c, rows, cols)
	}
	return nil
}
