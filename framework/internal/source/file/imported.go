package file

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/assaylab/assay/framework/data/npy"
	"github.com/assaylab/assay/framework/internal/regular"
	"github.com/assaylab/assay/framework/internal/source/mat"
)

// An Importer opens files that this package cannot read itself, in another process.
type Importer interface {
	Open(ctx context.Context, path string) (Import, error)
}

// An Import is a file that another process has open.
type Import interface {
	// Contents says what is in the file, without the values.
	Contents() Contents
	// Extract writes the values of items into a folder, which the caller removes.
	Extract(ctx context.Context, items []string, maxBytes int64) (dir string, files map[string]Extracted, err error)
	io.Closer
}

// Contents is what an importer says of a file.
type Contents struct {
	Format string
	Arrays []Array
	About  map[string]string // subject, session, ...
	Notes  []string
}

// Extracted names the files of an item: .npy of its values, and of where each row
// of a ragged one begins; JSON of texts.
type Extracted struct{ Values, Offsets, Texts string }

var (
	importedFormat = format{endings: []string{".nwb", ".h5", ".hdf5"}, imported: true}
	parquetFormat  = format{endings: []string{".parquet", ".feather"}, imported: true, table: true}
)

// openImported opens what only an importer can.
func openImported(ctx context.Context, path string, o Options) (container, error) {
	if o.Importer == nil {
		return nil, fmt.Errorf("%s is read by another process, and there is none", path)
	}
	if _, err := os.Stat(path); err != nil {
		return nil, err
	}
	in, err := o.Importer.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	c := &imported{in: in, limit: o.Limit, contents: in.Contents(), items: map[string][]string{}}
	c.collect()
	return c, nil
}

// imported is a file that an importer has open.
type imported struct {
	in       Import
	limit    int64
	contents Contents
	list     []Array
	items    map[string][]string // of an array, by name: one, or the parts of a list
}

// collect puts the parts of MATLAB's cells, name{1}, name{2}, ..., together to
// lists, and turns MATLAB's axes round, which HDF5 has backwards.
func (c *imported) collect() {
	matlab := c.contents.Format == "matlab"
	for i := range c.contents.Arrays {
		if a := &c.contents.Arrays[i]; matlab && a.Kind != Texts && !a.Ragged {
			a.columns = true
			a.Shape = slices.Clone(a.Shape)
			slices.Reverse(a.Shape)
		}
	}
	all := c.contents.Arrays
	for i := 0; i < len(all); {
		list, items := listOf(all[i:])
		if len(items) == 0 {
			list, items = all[i], []string{all[i].Name}
		}
		if _, twice := c.items[list.Name]; !twice {
			c.items[list.Name] = items
			c.list = append(c.list, list)
		}
		i += len(items)
	}
}

// listOf makes a list of the arrays name{1}, name{2}, ... at the front; none where
// they are not all numbers of as many axes.
func listOf(all []Array) (list Array, items []string) {
	name, ok := strings.CutSuffix(all[0].Name, "{1}")
	if !ok {
		return list, nil
	}
	list = all[0]
	list.Name, list.Kind = name, Wholes
	for i, a := range all {
		if a.Name != fmt.Sprintf("%s{%d}", name, i+1) {
			break
		}
		if !a.numeric() || len(a.Shape) != len(list.Shape) || a.Ragged {
			return list, nil
		}
		if a.Kind == Floats {
			list.Kind = Floats
		}
		items = append(items, a.Name)
		list.Parts = append(list.Parts, a.Shape)
	}
	return list, items
}

func (c *imported) arrays() []Array { return c.list }

func (c *imported) about() map[string]string { return c.contents.About }

func (c *imported) remarks() []string { return c.contents.Notes }

func (c *imported) read(ctx context.Context, wants map[string]*want) (err error) {
	var items []string
	for _, a := range c.list {
		if wants[a.Name] != nil {
			items = append(items, c.items[a.Name]...)
		}
	}
	if len(items) == 0 {
		return nil
	}
	dir, files, err := c.in.Extract(ctx, items, 8*c.limit) // as files they may be doubles
	if dir != "" {
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	if err != nil {
		return err
	}
	for _, a := range c.list {
		w := wants[a.Name]
		if w == nil {
			continue
		}
		for _, item := range c.items[a.Name] {
			if err := c.hand(ctx, a, w, dir, files[item]); err != nil {
				return fmt.Errorf("%s: %w", a.Name, err)
			}
		}
	}
	return nil
}

// hand hands out the values of an item, and removes its file.
func (c *imported) hand(ctx context.Context, a Array, w *want, dir string, x Extracted) error {
	for _, name := range []string{x.Values, x.Offsets, x.Texts} {
		if name != "" && (name != filepath.Base(name) || name == "." || name == "..") {
			return fmt.Errorf("the importer names the file %q", name)
		}
	}
	if a.Kind == Texts {
		const most = 1 << 30
		text, err := regular.ReadFile(filepath.Join(dir, x.Texts), most)
		if err != nil {
			return err
		}
		var texts []string
		if err := json.Unmarshal(text, &texts); err != nil || len(texts) != a.size() {
			return fmt.Errorf("the importer brought %d texts for %d", len(texts), a.size())
		}
		return w.put(values{texts: texts})
	}
	if a.Ragged {
		offsets, err := npy.ReadFile(filepath.Join(dir, x.Offsets), c.limit)
		if err != nil {
			return err
		}
		if w.rows != nil {
			ends, err := offsets.Int64()
			if err == nil {
				err = w.rows(ends)
			}
			if err != nil {
				return err
			}
		}
	}
	path := filepath.Join(dir, x.Values)
	h, from, err := npy.OpenFile(path)
	if err != nil {
		return err
	}
	defer os.Remove(path)
	defer from.Close()
	if n := product(a.Shape); !a.Ragged && a.Parts == nil && h.Count() != n {
		return fmt.Errorf("the importer brought %d values for %d", h.Count(), n)
	}
	if err := w.stream(ctx, from, h.Type, h.Count()); err != nil {
		return err
	}
	return atEnd(from)
}

func (c *imported) Close() error { return c.in.Close() }

// openAnyMatlab opens a MATLAB file: here up to version 7, with an importer from
// 7.3 on, which is HDF5.
func openAnyMatlab(ctx context.Context, path string, o Options) (container, error) {
	box, err := openMatlab(path, o.Limit)
	if _, hdf5 := errors.AsType[mat.Version73](err); hdf5 && o.Importer != nil {
		return openImported(ctx, path, o)
	}
	return box, err
}
