package export

import "encoding/binary"

// thrift writes the compact protocol, in which Parquet's heads and footer are. A field
// is written with its distance from the one before.
type thrift struct {
	b     []byte
	last  int   // id of the last field
	outer []int // likewise, of the structs around this one
}

const (
	thriftTrue, thriftFalse, thriftByte, thriftI32, thriftI64 = 1, 2, 3, 5, 6
	thriftBinary, thriftList, thriftStruct                    = 8, 9, 12
)

func (t *thrift) field(id, kind int) {
	t.b = append(t.b, byte((id-t.last)<<4|kind))
	t.last = id
}

func (t *thrift) varint(v int64) { t.b = binary.AppendVarint(t.b, v) } // zigzag

func (t *thrift) int(id, v int) {
	t.field(id, thriftI32)
	t.varint(int64(v))
}

func (t *thrift) long(id int, v int64) {
	t.field(id, thriftI64)
	t.varint(v)
}

func (t *thrift) flag(id int, v bool) {
	kind := thriftFalse
	if v {
		kind = thriftTrue
	}
	t.field(id, kind)
}

func (t *thrift) bytes(s string) {
	t.b = append(binary.AppendUvarint(t.b, uint64(len(s))), s...)
}

func (t *thrift) text(id int, s string) {
	t.field(id, thriftBinary)
	t.bytes(s)
}

// list begins a list of n, whose entries follow.
func (t *thrift) list(id, kind, n int) {
	t.field(id, thriftList)
	if n < 15 {
		t.b = append(t.b, byte(n<<4|kind))
		return
	}
	t.b = binary.AppendUvarint(append(t.b, byte(15<<4|kind)), uint64(n))
}

// open begins a struct in a field; entry one in a list.
func (t *thrift) open(id int) {
	t.field(id, thriftStruct)
	t.entry()
}

func (t *thrift) entry() { t.outer, t.last = append(t.outer, t.last), 0 }

func (t *thrift) stop() { t.b = append(t.b, 0) }

func (t *thrift) close() {
	t.stop()
	t.last, t.outer = t.outer[len(t.outer)-1], t.outer[:len(t.outer)-1]
}

// footer is the format's FileMetaData: the columns, and where their groups stand.
func (p *parquetWriter) footer() []byte {
	var t thrift
	t.int(1, 1) // version of the format
	t.list(2, thriftStruct, 1+len(p.frame.Columns))
	t.entry()
	t.text(4, p.frame.Name)
	t.int(5, len(p.frame.Columns))
	t.close()
	for _, c := range p.frame.Columns {
		t.element(c)
	}
	rows := int64(0)
	for _, g := range p.groups {
		rows += int64(g.rows)
	}
	t.long(3, rows)
	t.list(4, thriftStruct, len(p.groups))
	for _, g := range p.groups {
		t.group(g, p.frame.Columns)
	}
	t.text(6, "assay")
	t.stop()
	return t.b
}

// element is a SchemaElement: type, optional, name, and what the type stands for, in
// the old words (ConvertedType) and the new (LogicalType).
func (t *thrift) element(c Column) {
	t.entry()
	t.int(1, parquetType(c.Kind))
	t.int(3, 1) // optional
	t.text(4, c.Name)
	switch c.Kind {
	case Text:
		t.int(6, 0)
		t.open(10)
		t.open(1)
		t.close()
		t.close()
	case Whole, Natural:
		old := 18
		if c.Kind == Natural {
			old = 14
		}
		t.int(6, old)
		t.open(10)
		t.open(10)
		t.field(1, thriftByte)
		t.b = append(t.b, 64) // bits
		t.flag(2, c.Kind == Whole)
		t.close()
		t.close()
	case Moment:
		t.open(10)
		t.open(8)
		t.flag(1, true) // UTC
		t.open(2)
		t.open(3) // nanoseconds
		t.close()
		t.close()
		t.close()
		t.close()
	}
	t.close()
}

func parquetType(k Kind) int {
	switch k {
	case Number:
		return parquetDouble
	case Whole, Natural, Moment:
		return parquetInt64
	case Flag:
		return parquetBoolean
	}
	return parquetBytes
}

// group is a RowGroup.
func (t *thrift) group(g parquetGroup, columns []Column) {
	t.entry()
	t.list(1, thriftStruct, len(g.chunks))
	whole := int64(0)
	for i, c := range g.chunks {
		whole += c.whole
		t.entry()
		t.long(2, max(c.dictionary, 0)) // not read by anyone: the offsets below are
		t.open(3)
		t.int(1, parquetType(columns[i].Kind))
		t.list(2, thriftI32, 3)
		for _, encoding := range []int64{encodingPlain, encodingRLE, encodingDictionary} {
			t.varint(encoding)
		}
		t.list(3, thriftBinary, 1)
		t.bytes(columns[i].Name)
		t.int(4, codecZstd)
		t.long(5, int64(g.rows))
		t.long(6, c.whole)
		t.long(7, c.compressed)
		t.long(9, c.data)
		if c.dictionary >= 0 {
			t.long(11, c.dictionary)
		}
		t.close()
		t.close()
	}
	t.long(2, whole)
	t.long(3, int64(g.rows))
	t.close()
}

// packed appends values of so many bits in Parquet's hybrid of runs and packed groups:
// a run is n<<1 and a value, packed ones are groups<<1|1 and eight values a group.
func packed(b []byte, values []uint32, width int) []byte {
	repeats := func(i int) int {
		n := 1
		for i+n < len(values) && values[i+n] == values[i] {
			n++
		}
		return n
	}
	for i := 0; i < len(values); {
		if n := repeats(i); n >= 8 {
			b = binary.AppendUvarint(b, uint64(n)<<1)
			for at := 0; at < width; at += 8 {
				b = append(b, byte(values[i]>>at))
			}
			i += n
			continue
		}
		end := i + 8
		for end < len(values) && repeats(end) < 8 {
			end += 8
		}
		groups := (end - i) / 8
		b = binary.AppendUvarint(b, uint64(groups)<<1|1)
		var bits uint64
		held := 0
		for ; i < end; i++ {
			if i < len(values) {
				bits |= uint64(values[i]) << held
			}
			for held += width; held >= 8; held -= 8 {
				b, bits = append(b, byte(bits)), bits>>8
			}
		}
	}
	return b
}

// packBits appends flags, eight a byte, the first in the lowest bit.
func packBits(b []byte, flags []bool) []byte {
	for i, on := range flags {
		if i%8 == 0 {
			b = append(b, 0)
		}
		if on {
			b[len(b)-1] |= 1 << (i % 8)
		}
	}
	return b
}
