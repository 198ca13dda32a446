package export

import (
	"bufio"
	"io"
	"math"
	"math/bits"
	"time"

	"encoding/binary"

	"github.com/klauspost/compress/zstd"
)

// parquetWriter writes flat tables of optional columns as Apache Parquet: a page for
// each column of a group of rows, texts through a dictionary where they repeat, all
// of it compressed by zstd. That is the small part of the format that the frames need;
// docs/decisions/0030-export.md says why it is written here.
type parquetWriter struct {
	out     *bufio.Writer
	at      int64 // bytes written
	frame   Frame
	columns []parquetColumn
	rows    int // of the group at hand
	groups  []parquetGroup
	zip     *zstd.Encoder
	err     error
}

// parquetColumn gathers a column of the group at hand.
type parquetColumn struct {
	defined []uint32 // of each row: 1 where there is a value
	plain   []byte   // the values, in the encoding PLAIN
	flags   []bool

	texts   int               // of texts: how many values there are
	indices []uint32          // places in the dictionary
	known   map[string]uint32 // the dictionary
	words   []byte            // likewise, as PLAIN
}

// parquetGroup is what the footer says of a group of rows.
type parquetGroup struct {
	rows   int
	chunks []parquetChunk
}

// parquetChunk is where a column of a group stands.
type parquetChunk struct {
	dictionary, data  int64 // offsets; no dictionary: -1
	whole, compressed int64 // bytes
}

const (
	parquetRows = 1 << 17 // of a group: so many are in memory
	parquetMark = "PAR1"

	parquetBoolean, parquetInt64, parquetDouble, parquetBytes = 0, 2, 5, 6 // types
	encodingPlain, encodingRLE, encodingDictionary            = 0, 3, 8
	pageData, pageDictionary                                  = 0, 2
	codecZstd                                                 = 6
)

func newParquet(w io.Writer, f Frame) rowWriter {
	p := &parquetWriter{out: bufio.NewWriterSize(w, 1<<16), frame: f, columns: make([]parquetColumn, len(f.Columns))}
	if p.zip, p.err = zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1)); p.err == nil {
		p.write([]byte(parquetMark))
	}
	return p
}

func (p *parquetWriter) write(b []byte) {
	if p.err == nil {
		_, p.err = p.out.Write(b)
		p.at += int64(len(b))
	}
}

func (p *parquetWriter) Write(row []any) error {
	for i, v := range row {
		p.columns[i].add(v)
	}
	if p.rows++; p.rows == parquetRows {
		p.flush()
	}
	return p.err
}

func (c *parquetColumn) add(v any) {
	if v == nil {
		c.defined = append(c.defined, 0)
		return
	}
	c.defined = append(c.defined, 1)
	switch x := v.(type) {
	case string:
		c.text(x)
	case float64:
		c.plain = binary.LittleEndian.AppendUint64(c.plain, math.Float64bits(x))
	case int64:
		c.plain = binary.LittleEndian.AppendUint64(c.plain, uint64(x))
	case uint64:
		c.plain = binary.LittleEndian.AppendUint64(c.plain, x)
	case time.Time:
		c.plain = binary.LittleEndian.AppendUint64(c.plain, uint64(x.UnixNano()))
	case bool:
		c.flags = append(c.flags, x)
	}
}

// text notes a text in the dictionary, or all of them by themselves where they do not
// repeat.
func (c *parquetColumn) text(s string) {
	c.texts++
	c.plain = append(binary.LittleEndian.AppendUint32(c.plain, uint32(len(s))), s...)
	if c.texts > 1000 && len(c.known) > c.texts/2 {
		return // no more: see dictionary
	}
	if c.known == nil {
		c.known = map[string]uint32{}
	}
	at, seen := c.known[s]
	if !seen {
		at = uint32(len(c.known))
		c.known[s] = at
		c.words = append(binary.LittleEndian.AppendUint32(c.words, uint32(len(s))), s...)
	}
	c.indices = append(c.indices, at)
}

// dictionary reports whether every text is in the dictionary.
func (c *parquetColumn) dictionary() bool { return c.texts > 0 && len(c.indices) == c.texts }

// flush writes the group at hand.
func (p *parquetWriter) flush() {
	if p.rows == 0 {
		return
	}
	g := parquetGroup{rows: p.rows}
	for i := range p.columns {
		c := &p.columns[i]
		chunk := parquetChunk{dictionary: -1}
		encoding := encodingPlain
		if c.dictionary() {
			encoding, chunk.dictionary = encodingDictionary, p.at
			p.page(&chunk, c.words, pageDictionary, len(c.known), encodingPlain)
		}
		chunk.data = p.at
		levels := packed(nil, c.defined, 1)
		body := append(binary.LittleEndian.AppendUint32(nil, uint32(len(levels))), levels...)
		switch {
		case encoding == encodingDictionary:
			width := max(1, bits.Len(uint(len(c.known)-1)))
			body = packed(append(body, byte(width)), c.indices, width)
		case p.frame.Columns[i].Kind == Flag:
			body = packBits(body, c.flags)
		default:
			body = append(body, c.plain...)
		}
		p.page(&chunk, body, pageData, p.rows, encoding)
		g.chunks = append(g.chunks, chunk)
		*c = parquetColumn{defined: c.defined[:0], plain: c.plain[:0], flags: c.flags[:0], indices: c.indices[:0]}
	}
	p.groups, p.rows = append(p.groups, g), 0
}

// page writes a page with its head.
func (p *parquetWriter) page(c *parquetChunk, body []byte, kind, values, encoding int) {
	zipped := p.zip.EncodeAll(body, nil)
	var t thrift
	t.int(1, kind)
	t.int(2, len(body))
	t.int(3, len(zipped))
	if kind == pageDictionary {
		t.open(7)
		t.int(1, values)
		t.int(2, encoding)
	} else {
		t.open(5)
		t.int(1, values)
		t.int(2, encoding)
		t.int(3, encodingRLE) // of definition levels
		t.int(4, encodingRLE) // of repetition levels: there are none
	}
	t.close()
	t.stop()
	c.whole += int64(len(t.b) + len(body))
	c.compressed += int64(len(t.b) + len(zipped))
	p.write(t.b)
	p.write(zipped)
}

func (p *parquetWriter) Close() error {
	p.flush()
	foot := p.footer()
	p.write(foot)
	p.write(append(binary.LittleEndian.AppendUint32(nil, uint32(len(foot))), parquetMark...))
	if p.err != nil {
		return p.err
	}
	return p.out.Flush()
}
