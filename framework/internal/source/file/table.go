package file

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/assaylab/assay/framework/internal/regular"
)

var tableFormat = format{endings: []string{".csv", ".tsv", ".tab", ".csv.gz", ".tsv.gz"}, table: true, open: openTable}

// table is a table of text with a header row and a row per sample. Columns are
// separated by commas, semicolons or tabs, whichever the header has most of; with
// the last two a number may have a decimal comma. It is read twice: first to count
// its rows.
type table struct {
	path     string
	limit    int64 // bytes of text
	comma    rune
	headRows int
	names    []string // of the columns; "" of one that has none
	index    map[string]int
	rows     int
	kinds    []Kind // as far as the first rows show
	decimals rune   // what numbers have been seen to have: '.' or ',', or 0
}

func openTable(path string, limit int64) (container, error) {
	t := &table{path: path, limit: limit}
	for _, step := range []func() error{t.count, t.header, t.sniff} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// text opens the file anew, unpacked and without a byte order mark.
func (t *table) text() (io.ReadCloser, error) {
	f, info, err := regular.Open(t.path)
	if err != nil {
		return nil, err
	}
	if info.Size() > t.limit {
		f.Close()
		return nil, fmt.Errorf("%s has %d bytes; at most %d are read", t.path, info.Size(), t.limit)
	}
	var r io.Reader = f
	if strings.HasSuffix(strings.ToLower(t.path), ".gz") {
		zr, err := gzip.NewReader(f)
		if err != nil {
			f.Close()
			return nil, fmt.Errorf("%s: not a .gz file: %w", t.path, err)
		}
		r = &bounded{zr, t.limit}
	}
	marked, err := unmarked(r)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", t.path, err)
	}
	return struct {
		io.Reader
		io.Closer
	}{marked, f}, nil
}

// bounded ends with an error after left bytes.
type bounded struct {
	io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, errors.New("unpacked it has more bytes than are read")
	}
	return n, err
}

// rowsReader parses the rows.
func (t *table) rowsReader(r io.Reader) *rowReader {
	guard := &guard{Reader: r, comma: []byte(string(t.comma))}
	in := csv.NewReader(guard)
	in.Comma, in.ReuseRecord = t.comma, true
	return &rowReader{t: t, csv: in, guard: guard}
}

// rowReader reads rows and gives mistakes their line and column.
type rowReader struct {
	t     *table
	csv   *csv.Reader
	guard *guard
}

func (r *rowReader) next() ([]string, error) {
	row, err := r.csv.Read()
	r.guard.n, r.guard.cells = 0, 0
	if err != nil && err != io.EOF {
		return nil, fmt.Errorf("%s: %w", r.t.path, err) // names line and column
	}
	return row, err
}

// at puts file, line and column of field i of the current row in front.
func (r *rowReader) at(i int, format string, args ...any) error {
	line, column := r.csv.FieldPos(i)
	return fmt.Errorf("%s:%d:%d: %s", r.t.path, line, column, fmt.Sprintf(format, args...))
}

// maxRow bounds a row: a quote that nobody closes would make one of all the file.
// maxCells bounds its columns, each of which costs more than its bytes.
const maxRow, maxCells = 16 << 20, 1 << 20

// guard counts the bytes and the separators since the last row.
type guard struct {
	io.Reader
	comma    []byte
	n, cells int
}

func (g *guard) Read(p []byte) (int, error) {
	n, err := g.Reader.Read(p)
	if g.n += n; g.n > maxRow {
		return 0, fmt.Errorf("a row goes on for more than %d bytes: is a quote (\") not closed?", maxRow)
	}
	if g.cells += bytes.Count(p[:n], g.comma); g.cells > maxCells {
		return 0, fmt.Errorf("a row has more than %d columns", maxCells)
	}
	return n, err
}

func (t *table) arrays() []Array {
	var out []Array
	for i, name := range t.names {
		if name != "" {
			out = append(out, Array{Name: name, Kind: t.kinds[i], Shape: []int{t.rows}})
		}
	}
	return out
}

// read passes over all rows once.
func (t *table) read(ctx context.Context, wants map[string]*want) error {
	defer thrift()()
	f, err := t.text()
	if err != nil {
		return err
	}
	defer f.Close()
	in := t.rowsReader(f)
	for range t.headRows {
		if _, err := in.next(); err != nil {
			return err
		}
	}
	b := newBatch(t, in, wants)
	n := 0
	for ; ; n++ {
		row, err := in.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if n == t.rows {
			return fmt.Errorf("%s has more rows than when they were counted: it was changed, or its quotes are wrong", t.path)
		}
		if err := b.add(row); err != nil {
			return err
		}
		if n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	if n != t.rows {
		return fmt.Errorf("%s has fewer rows than when they were counted: it was changed, or its quotes are wrong", t.path)
	}
	return b.flush()
}

func (t *table) Close() error { return nil }
