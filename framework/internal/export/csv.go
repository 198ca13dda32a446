package export

import (
	"bufio"
	"encoding/csv"
	"io"
	"strconv"
	"time"
)

// csvWriter writes numbers with all their digits. What is missing is empty.
type csvWriter struct {
	buffer *bufio.Writer
	csv    *csv.Writer
	line   []string
	err    error // of the heads
}

func newCSV(w io.Writer, f Frame) rowWriter {
	b := bufio.NewWriterSize(w, 1<<16)
	c := &csvWriter{buffer: b, csv: csv.NewWriter(b)}
	for _, x := range f.Columns {
		c.line = append(c.line, x.Name)
	}
	c.err = c.csv.Write(c.line)
	return c
}

func (c *csvWriter) Write(row []any) error {
	if c.err != nil {
		return c.err
	}
	c.line = c.line[:0]
	for _, v := range row {
		c.line = append(c.line, asText(v))
	}
	return c.csv.Write(c.line)
}

func (c *csvWriter) Close() error {
	c.csv.Flush()
	if err := c.csv.Error(); err != nil {
		return err
	}
	return c.buffer.Flush()
}

// asText writes the value of a column.
func asText(v any) string {
	switch x := v.(type) {
	case string:
		return x
	case float64:
		return strconv.FormatFloat(x, 'g', -1, 64)
	case int64:
		return strconv.FormatInt(x, 10)
	case uint64:
		return strconv.FormatUint(x, 10)
	case bool:
		return strconv.FormatBool(x)
	case time.Time:
		return x.Format(time.RFC3339Nano)
	}
	return ""
}
