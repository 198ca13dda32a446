package file

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/assaylab/assay/framework/data/npy"
	"github.com/assaylab/assay/framework/internal/source/mat"
)

var matlabFormat = format{endings: []string{".mat"}, open: openMatlab}

// matlab is a MATLAB file. Fields of structs are named by their path: day.units.id.
// A cell, and a field over the elements of a struct array, is a list whose parts
// lie one after another; of single numbers or texts it is an array.
type matlab struct {
	path   string
	file   *mat.File
	list   []Array
	values map[string][]*mat.Value // by name: one, or the parts of a list
}

func openMatlab(path string, _ int64) (container, error) {
	f, err := mat.Open(path)
	if err != nil {
		return nil, err
	}
	m := &matlab{path: path, file: f, values: map[string][]*mat.Value{}}
	for _, v := range f.Vars {
		m.add(v.Name, v)
	}
	slices.SortStableFunc(m.list, func(a, b Array) int { return strings.Compare(a.Name, b.Name) })
	return m, nil
}

// add lists what a value holds.
func (m *matlab) add(path string, v *mat.Value) {
	switch v.Class {
	case mat.Struct:
		m.fields(path, v)
	case mat.Cell:
		m.parts(path, v.Items, v.Shape)
	case mat.Char:
		m.enter(Array{Name: path, Kind: Texts, Shape: []int{max(1, v.Shape[0])}}, []*mat.Value{v})
	case mat.Opaque:
		m.enter(Array{Name: path, Kind: Opaque, Why: v.Why}, nil)
	default:
		m.enter(Array{Name: path, Kind: kindOf(v), Shape: v.Shape, columns: true, Why: whyNot(v)}, []*mat.Value{v})
	}
}

func kindOf(v *mat.Value) Kind {
	switch {
	case v.Complex:
		return Opaque
	case v.Class == mat.Number && v.Type.Whole():
		return Wholes
	}
	return Floats
}

func whyNot(v *mat.Value) string {
	if v.Complex {
		return "it is complex: save real(x) and imag(x)"
	}
	return ""
}

// fields lists the fields of a struct; those of a struct array are lists.
func (m *matlab) fields(path string, v *mat.Value) {
	n := v.Count()
	for k, name := range v.Fields {
		items := make([]*mat.Value, n)
		for i := range items {
			items[i] = v.Field(i, k)
		}
		if n == 1 {
			m.add(path+"."+name, items[0])
		} else {
			m.parts(path+"."+name, items, []int{n})
		}
	}
}

// parts lists values that stand side by side, in a cell or in the elements of a
// struct array.
func (m *matlab) parts(path string, items []*mat.Value, shape []int) {
	all := func(is func(v *mat.Value) bool) bool {
		return !slices.ContainsFunc(items, func(v *mat.Value) bool { return !is(v) })
	}
	numeric := func(v *mat.Value) bool {
		return (v.Class == mat.Number || v.Class == mat.Sparse) && !v.Complex && len(v.Shape) == 2
	}
	switch {
	case len(items) == 0:
		m.enter(Array{Name: path, Kind: Opaque, Why: "it is empty"}, nil)
	case all(func(v *mat.Value) bool { return v.Class == mat.Char && (v.Shape[0] <= 1 || v.Count() == 0) }):
		m.enter(Array{Name: path, Kind: Texts, Shape: shape, columns: true}, items)
	case all(numeric):
		a := Array{Name: path, Kind: Wholes, Shape: shape, columns: true}
		if !all(func(v *mat.Value) bool { return kindOf(v) == Wholes }) {
			a.Kind = Floats
		}
		if !all(func(v *mat.Value) bool { return v.Count() == 1 }) {
			a.Shape = items[0].Shape
			for _, v := range items {
				a.Parts = append(a.Parts, v.Shape)
			}
		}
		m.enter(a, items)
	case all(func(v *mat.Value) bool {
		return v.Class == mat.Struct && v.Count() == 1 && slices.Equal(v.Fields, items[0].Fields)
	}):
		for k, name := range items[0].Fields {
			inner := make([]*mat.Value, len(items))
			for i, v := range items {
				inner[i] = v.Field(0, k)
			}
			m.parts(path+"."+name, inner, shape)
		}
	case len(items) <= 100:
		for i, v := range items {
			m.add(path+"{"+strconv.Itoa(i+1)+"}", v)
		}
	default:
		m.enter(Array{Name: path, Kind: Opaque, Why: "it is a cell of different things"}, nil)
	}
}

func (m *matlab) enter(a Array, values []*mat.Value) {
	if _, twice := m.values[a.Name]; twice {
		return // a struct with two fields of one name: the first is meant
	}
	m.values[a.Name] = values
	m.list = append(m.list, a)
}

func (m *matlab) arrays() []Array { return m.list }

// read collects the values of all wants, so that each variable is unpacked once.
func (m *matlab) read(ctx context.Context, wants map[string]*want) error {
	var numbers, texts []*mat.Value
	var forNumbers, forTexts []*want
	for _, a := range m.list {
		w, ok := wants[a.Name]
		if !ok {
			continue
		}
		sparse := slices.ContainsFunc(m.values[a.Name], func(v *mat.Value) bool { return v.Class == mat.Sparse })
		for _, v := range m.values[a.Name] {
			var err error
			switch {
			case v.Class == mat.Char:
				texts, forTexts = append(texts, v), append(forTexts, w)
			case sparse: // parts in their order, whatever they are
				err = m.alone(ctx, v, w)
			default:
				numbers, forNumbers = append(numbers, v), append(forNumbers, w)
			}
			if err != nil {
				return fmt.Errorf("%s: %w", a.Name, err)
			}
		}
	}
	err := m.file.Numbers(ctx, numbers, func(i int, r io.Reader, t npy.Type, n int) error {
		return forNumbers[i].stream(ctx, r, t, n)
	})
	if err != nil {
		return err
	}
	lines, err := m.file.AllTexts(ctx, texts)
	if err != nil {
		return err
	}
	for i, rows := range lines {
		for k := range rows {
			rows[k] = strings.TrimRight(rows[k], " \x00")
		}
		if len(rows) == 0 {
			rows = []string{""} // an empty text
		}
		if err := forTexts[i].put(values{texts: rows}); err != nil {
			return err
		}
	}
	return nil
}

// alone reads one part by itself.
func (m *matlab) alone(ctx context.Context, v *mat.Value, w *want) error {
	if v.Class == mat.Sparse {
		return m.file.Sparse(ctx, v, func(x []float64) error { return w.put(values{floats: x}) })
	}
	return m.file.Numbers(ctx, []*mat.Value{v}, func(_ int, r io.Reader, t npy.Type, n int) error { return w.stream(ctx, r, t, n) })
}

func (m *matlab) Close() error { return m.file.Close() }
