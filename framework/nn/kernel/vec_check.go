package kernel

import (
	"fmt"
	"strings"
)

func check2(name string, a, b int) {
	if a != b {
		lengths(name, a, b)
	}
}

func check3(name string, a, b, c int) {
	if a != b || b != c {
		lengths(name, a, b, c)
	}
}

func check4(name string, a, b, c, d int) {
	if a != b || b != c || c != d {
		lengths(name, a, b, c, d)
	}
}

func lengths(name string, n ...int) {
	panic(fmt.Sprintf("kernel.%s: lengths %s differ", name, strings.Trim(fmt.Sprint(n), "[]")))
}

// holds panics unless the data of m reach to the end of its last row.
func (m Matrix) holds(name string) {
	if m.Rows < 0 || m.Cols < 0 || m.Stride < m.Cols && m.Rows > 1 ||
		m.Rows > 0 && len(m.Data) < (m.Rows-1)*m.Stride+m.Cols {
		panic(fmt.Sprintf("kernel.%s: lengths: %d numbers for %d x %d with stride %d", name, len(m.Data), m.Rows, m.Cols, m.Stride))
	}
}

// alike panics unless both matrices are whole and of one shape.
func alike(name string, x, y Matrix) {
	x.holds(name)
	y.holds(name)
	if x.Rows != y.Rows || x.Cols != y.Cols {
		panic(fmt.Sprintf("kernel.%s: lengths: %d x %d and %d x %d differ", name, x.Rows, x.Cols, y.Rows, y.Cols))
	}
}
