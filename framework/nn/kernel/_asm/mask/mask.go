// Package mask has what AVX2's masked moves of the generators read.
package mask

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// Table is 8 words of ones, then 8 of zeros; the mask of the first n lanes begins
// 8 - n words in.
type Table struct {
	Name string // of the symbol
	mem  *Mem
}

// Mem addresses the table, which the first call emits.
func (t *Table) Mem() Mem {
	if t.mem == nil {
		m := GLOBL(t.Name, RODATA|NOPTR)
		for i := range 16 {
			v := uint32(0)
			if i < 8 {
				v = 0xffffffff
			}
			DATA(4*i, U32(v))
		}
		t.mem = &m
	}
	return *t.mem
}
