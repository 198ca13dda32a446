package model

// countColumn counts, for 64 targets at once, the bits of the fired rows: row i is
// column[4i]. Bit t of plane[s] is digit s of the count of target t: a full adder on words adds one
// bit for all 64 (Harley and Seal). Eight rows cost seven adders, so about half an
// operation per synapse that could exist, and none of them waits for memory.
func countColumn(column []uint64, fired []int32, counts *[64]float64) {
	var plane [32]uint64
	var ones, twos, fours uint64
	top := 3
	for ; len(fired) >= 8; fired = fired[8:] {
		f := fired[:8:8]
		var t1, t2, t3, t4, f1, f2, eights uint64
		ones, t1 = adder(ones, column[int(f[0])<<2], column[int(f[1])<<2])
		ones, t2 = adder(ones, column[int(f[2])<<2], column[int(f[3])<<2])
		ones, t3 = adder(ones, column[int(f[4])<<2], column[int(f[5])<<2])
		ones, t4 = adder(ones, column[int(f[6])<<2], column[int(f[7])<<2])
		twos, f1 = adder(twos, t1, t2)
		twos, f2 = adder(twos, t3, t4)
		fours, eights = adder(fours, f1, f2)
		for s := 3; eights != 0; s++ {
			plane[s], eights = plane[s]^eights, plane[s]&eights
			top = max(top, s+1)
		}
	}
	plane[0], plane[1], plane[2] = ones, twos, fours
	for _, i := range fired {
		carry := column[int(i)<<2]
		for s := 0; carry != 0; s++ {
			plane[s], carry = plane[s]^carry, plane[s]&carry
			top = max(top, s+1)
		}
	}
	for s, shift := 0, 0; s < top; s, shift = s+8, shift+8 {
		for byt := range 8 {
			var eight uint64 // eight digits 0..255, one in each byte
			for d := range min(8, top-s) {
				eight |= spread[byte(plane[s+d]>>(8*byt))] << d
			}
			c := counts[8*byt : 8*byt+8 : 8*byt+8]
			if shift == 0 {
				for q := range c {
					c[q] = float64(eight >> (8 * q) & 255)
				}
				continue
			}
			for q := range c {
				c[q] += float64(eight >> (8 * q) & 255 << shift)
			}
		}
	}
}

func adder(a, b, c uint64) (sum, carry uint64) {
	u := a ^ b
	return u ^ c, a&b | u&c
}

// spread moves bit q of a byte to bit 8q.
var spread = func() (t [256]uint64) {
	for x := range t {
		for q := range 8 {
			t[x] |= uint64(x>>q&1) << (8 * q)
		}
	}
	return t
}()
