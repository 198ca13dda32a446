package file

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/assaylab/assay/framework/data/npy"
)

var (
	npzFormat = format{endings: []string{".npz"}, open: openNPZ}
	npyFormat = format{endings: []string{".npy"}, alone: true, open: openNPY}
)

// npz is an archive of NumPy arrays.
type npz struct {
	zip  *npy.Zip
	list []Array
}

// openNPZ looks at every member. One of a type that is not read (objects, complex
// numbers) is only left out: what else is there may be all that is needed. A
// damaged one is no such thing.
func openNPZ(path string, limit int64) (container, error) {
	z, err := npy.OpenZip(path, limit)
	if err != nil {
		return nil, err
	}
	n := npz{zip: z}
	for _, name := range z.Names() {
		h, err := z.Header(name)
		if opaque, ok := errors.AsType[*npy.TypeError](err); ok {
			n.list = append(n.list, Array{Name: name, Kind: Opaque, Why: opaque.Reason})
			continue
		}
		if err != nil {
			z.Close()
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		n.list = append(n.list, described(name, h))
	}
	return n, nil
}

func (n npz) arrays() []Array { return n.list }

func described(name string, h npy.Header) Array {
	kind := Floats
	switch {
	case h.Type.Text():
		kind = Texts
	case h.Type.Whole():
		kind = Wholes
	}
	return Array{Name: name, Kind: kind, Shape: h.Shape, columns: h.Fortran && !h.Type.Text()}
}

// about is whose recording it is, as write_recording of the Python package notes it.
func (n npz) about() map[string]string {
	out := map[string]string{}
	for _, a := range n.list {
		if (a.Name == "subject" || a.Name == "session") && a.Kind == Texts && len(a.Shape) == 0 {
			if texts, err := n.zip.Texts(a.Name); err == nil && len(texts) == 1 {
				out[a.Name] = texts[0]
			}
		}
	}
	return out
}

func (n npz) read(ctx context.Context, wants map[string]*want) error {
	for _, name := range n.zip.Names() {
		w, ok := wants[name]
		if !ok {
			continue
		}
		if err := n.one(ctx, name, w); err != nil {
			return err
		}
	}
	return nil
}

func (n npz) one(ctx context.Context, name string, w *want) error {
	h, err := n.zip.Header(name)
	if err != nil {
		return err
	}
	if h.Type.Text() {
		texts, err := n.zip.Texts(name)
		if err != nil || len(texts) == 0 {
			return err
		}
		return w.put(values{texts: texts})
	}
	h, from, err := n.zip.Open(name)
	if err != nil {
		return err
	}
	defer from.Close()
	if err = w.stream(ctx, from, h.Type, h.Count()); err == nil {
		err = atEnd(from)
	}
	if err != nil {
		return fmt.Errorf("array %s: %w", name, err)
	}
	return nil
}

func (n npz) Close() error { return n.zip.Close() }

// npyFile is one NumPy array: the samples.
type npyFile struct {
	header npy.Header
	from   io.ReadCloser
}

func openNPY(path string, _ int64) (container, error) {
	h, from, err := npy.OpenFile(path)
	if err != nil {
		return nil, err
	}
	return &npyFile{h, from}, nil
}

func (f *npyFile) arrays() []Array { return []Array{described("samples", f.header)} }

func (f *npyFile) read(ctx context.Context, wants map[string]*want) error {
	w, ok := wants["samples"]
	if !ok {
		return nil
	}
	if err := w.stream(ctx, f.from, f.header.Type, f.header.Count()); err != nil {
		return err
	}
	return atEnd(f.from)
}

func (f *npyFile) Close() error { return f.from.Close() }
