package file

import (
	"math"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
)

// batch collects the wanted columns of some rows, and hands them on together.
type batch struct {
	t       *table
	in      *rowReader
	columns []column
	rows    int
	most    int // rows
}

type column struct {
	i      int
	w      *want
	floats []float64
	texts  []string
}

func newBatch(t *table, in *rowReader, wants map[string]*want) *batch {
	b := &batch{t: t, in: in}
	for i, name := range t.names { // in the order of the file
		if w, ok := wants[name]; ok && name != "" {
			b.columns = append(b.columns, column{i: i, w: w})
		}
	}
	b.most = max(1, min(1024, 1<<16/max(1, len(b.columns))))
	return b
}

func (b *batch) add(row []string) error {
	for k := range b.columns {
		c := &b.columns[k]
		s := strings.TrimSpace(row[c.i])
		if c.w.exact {
			if c.w.accept != nil {
				if err := c.w.accept(s); err != nil {
					return b.in.at(c.i, "%v", err)
				}
			}
			if missingLabel(s) {
				if !c.w.gaps {
					return b.in.at(c.i, "missing value (%q) in column %q: leave the row out, fill it in, or say read: {nan: drop}", s, b.t.names[c.i])
				}
				s = ""
			}
			c.texts = append(c.texts, b.point(s))
			continue
		}
		v, err := b.number(s, c)
		if err != nil {
			return err
		}
		c.floats = append(c.floats, v)
	}
	if b.rows++; b.rows == b.most {
		return b.flush()
	}
	return nil
}

func (b *batch) flush() error {
	b.rows = 0
	for k := range b.columns {
		c := &b.columns[k]
		v := values{floats: c.floats}
		if c.w.exact {
			v = values{texts: c.texts}
		}
		if len(c.floats)+len(c.texts) > 0 {
			if err := c.w.put(v); err != nil {
				return err
			}
		}
		c.floats, c.texts = c.floats[:0], c.texts[:0]
	}
	return nil
}

// number reads a float32, so that the text is rounded once; times are float64.
func (b *batch) number(s string, c *column) (float64, error) {
	name := b.t.names[c.i]
	if missing(s) {
		if c.w.gaps {
			return math.NaN(), nil
		}
		return 0, b.in.at(c.i, "missing value (%q) in column %q: leave the row out, fill it in, or say read: {nan: drop} or {nan: fill}", s, name)
	}
	plain := b.point(s)
	bits := 32
	if c.w.times {
		bits = 64
	}
	v, err := strconv.ParseFloat(plain, bits)
	if err != nil || strings.ContainsAny(plain, "_xX") { // numbers of Go's, and of no table
		if strings.Count(s, ",") == 1 {
			return 0, b.in.at(c.i, "%q in column %q is no number: decimals need a point", s, name)
		}
		return 0, b.in.at(c.i, "%q in column %q is no number", s, name)
	}
	if v-v != 0 {
		return 0, b.in.at(c.i, "%q in column %q is not finite", s, name)
	}
	if mark := strings.IndexAny(s, ".,"); mark >= 0 {
		if b.t.decimals == 0 {
			b.t.decimals = rune(s[mark])
		}
		if b.t.decimals != rune(s[mark]) {
			return 0, b.in.at(c.i, "%q in column %q: other numbers of this table have %q before their decimals; write all of them in one way", s, name, b.t.decimals)
		}
	}
	return v, nil
}

// point gives a number its decimal point where the table's separator leaves the
// comma free for decimals.
func (b *batch) point(s string) string {
	if b.t.comma == ',' || strings.Count(s, ",") != 1 || strings.Contains(s, ".") {
		return s
	}
	plain := strings.Replace(s, ",", ".", 1)
	if _, err := strconv.ParseFloat(plain, 64); err != nil {
		return s
	}
	return plain
}

// missing reports whether a cell stands for a number that is not there.
func missing(s string) bool {
	if len(s) > 4 {
		return false
	}
	switch strings.ToLower(s) {
	case "", "na", "nan", "n/a", "null", "none", "-", "?", ".":
		return true
	}
	return false
}

// missingLabel is missing of a label, which "none" and the marks may well be.
func missingLabel(s string) bool {
	if len(s) > 4 {
		return false
	}
	switch strings.ToLower(s) {
	case "", "na", "nan", "n/a", "null":
		return true
	}
	return false
}

var thrifty struct {
	sync.Mutex
	n, old int
}

// thrift makes the collector come sooner until the returned function is called:
// the parser leaves a text behind for every row, and by default such waste may
// grow to the size of the values themselves before it is cleared away.
func thrift() func() {
	thrifty.Lock()
	defer thrifty.Unlock()
	if thrifty.n++; thrifty.n == 1 {
		thrifty.old = debug.SetGCPercent(10)
	}
	return func() {
		thrifty.Lock()
		defer thrifty.Unlock()
		if thrifty.n--; thrifty.n == 0 {
			debug.SetGCPercent(thrifty.old)
		}
	}
}
