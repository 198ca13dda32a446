package file

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// unmarked skips a byte order mark, and refuses one of another encoding.
func unmarked(r io.Reader) (io.Reader, error) {
	in := bufio.NewReaderSize(r, 1<<16)
	head, err := in.Peek(3)
	if err != nil && err != io.EOF {
		return nil, err
	}
	switch {
	case string(head) == "\ufeff":
		_, err = in.Discard(3)
	case bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")):
		return nil, errors.New("the text is UTF-16: save it as UTF-8")
	default:
		err = nil
	}
	return in, err
}

// count finds the separator and the number of rows, without taking them apart: a
// row ends at a line that does not end inside quotes.
func (t *table) count() error {
	f, err := t.text()
	if err != nil {
		return err
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, 1<<16)
	quoted, blank, first, header := false, true, true, []byte{}
	for {
		line, err := in.ReadSlice('\n')
		if err != nil && err != io.EOF && err != bufio.ErrBufferFull {
			return fmt.Errorf("%s: %w", t.path, err)
		}
		if first && len(header) < maxRow {
			header = append(header, line...)
		}
		if bytes.Count(line, []byte(`"`))%2 == 1 {
			quoted = !quoted
		}
		blank = blank && len(bytes.TrimRight(line, "\r\n")) == 0
		if err == bufio.ErrBufferFull {
			continue
		}
		if !quoted && !blank {
			t.rows++
			first = false
		}
		blank = blank || !quoted
		if err == io.EOF {
			break
		}
	}
	t.comma = separator(string(header), tabs().MatchString(t.path))
	return nil
}

// tabs are the endings of tables that are separated by them.
var tabs = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)\.(tsv|tab)(\.gz)?$`) })

// separator is what a header has most of outside quotes; where nothing stands out
// it is what the ending says.
func separator(header string, tabs bool) rune {
	order := []rune{',', ';', '\t'}
	if tabs {
		order = []rune{'\t', ',', ';'}
	}
	counts, quoted := map[rune]int{}, false
	for _, c := range header {
		if c == '"' {
			quoted = !quoted
		} else if !quoted {
			counts[c]++
		}
	}
	best := order[0]
	for _, c := range order[1:] {
		if counts[c] > counts[best] {
			best = c
		}
	}
	return best
}

// header reads the names of the columns. A first column without a name is the
// index that pandas writes; a first cell "scorer" begins the three or four header
// rows of DeepLabCut, whose columns become bodypart.coordinate.
func (t *table) header() error {
	f, err := t.text()
	if err != nil {
		return err
	}
	defer f.Close()
	in := t.rowsReader(f)
	row, err := in.next()
	if err != nil {
		return fmt.Errorf("%s: no header row: %w", t.path, err)
	}
	t.names, t.headRows = trimmed(row), 1
	if t.names[0] == "scorer" && len(t.names) > 1 {
		if err := t.deepLabCut(in); err != nil {
			return err
		}
	}
	t.rows -= t.headRows
	t.index = make(map[string]int, len(t.names))
	for i, n := range t.names {
		if n == "" && i == 0 && len(t.names) > 1 {
			continue
		}
		if n == "" {
			return in.at(min(i, len(row)-1), "column %d has no name", i+1)
		}
		if _, twice := t.index[n]; twice {
			return in.at(min(i, len(row)-1), "two columns are named %q", n)
		}
		t.index[n] = i
	}
	return nil
}

func trimmed(row []string) []string {
	out := make([]string, len(row))
	for i, s := range row {
		out[i] = strings.Clone(strings.TrimSpace(s))
	}
	return out
}

func (t *table) deepLabCut(in *rowReader) error {
	t.names = make([]string, len(t.names))
	for {
		row, err := in.next()
		if err != nil {
			return fmt.Errorf("%s: a header of DeepLabCut without its row coords: %w", t.path, err)
		}
		cells := trimmed(row)
		if !slices.Contains([]string{"individuals", "bodyparts", "coords"}, cells[0]) || t.headRows > 3 {
			return in.at(0, "a header of DeepLabCut has the rows scorer, individuals (of several animals), bodyparts and coords, not %q", cells[0])
		}
		t.headRows++
		for i := 1; i < len(cells); i++ {
			if t.names[i] != "" {
				cells[i] = t.names[i] + "." + cells[i]
			}
			t.names[i] = cells[i]
		}
		if cells[0] == "coords" {
			return nil
		}
	}
}

// sniff looks at the first rows to say what the columns seem to hold.
func (t *table) sniff() error {
	const enough = 1000
	f, err := t.text()
	if err != nil {
		return err
	}
	defer f.Close()
	in := t.rowsReader(f)
	t.kinds = make([]Kind, len(t.names))
	for n := 0; n < t.headRows+enough; n++ {
		row, err := in.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if n < t.headRows {
			continue
		}
		for i, s := range row {
			t.kinds[i] = wider(t.kinds[i], strings.TrimSpace(s), t.comma)
		}
	}
	for i, k := range t.kinds {
		if k == "" {
			t.kinds[i] = Floats // nothing but missing values
		}
	}
	return nil
}

// wider is what holds both the values before and this one.
func wider(k Kind, s string, comma rune) Kind {
	if k == Texts || missing(s) {
		return k
	}
	if comma != ',' {
		s = strings.Replace(s, ",", ".", 1)
	}
	v, err := strconv.ParseFloat(s, 64)
	switch {
	case err != nil:
		return Texts
	case v != float64(int64(v)):
		return Floats
	case k == "":
		return Wholes
	}
	return k
}
