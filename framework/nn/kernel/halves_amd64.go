//go:build amd64 && !purego

package kernel

// halves says that the processor executes 512-bit instructions as two halves, and
// loads 512 bits once where it loads 256 bits twice: AMD's Zen 4, family 19h. There
// a tile one vector wide, which loads as often as it multiplies, is better done
// in 256-bit vectors. It is a variable so that tests can turn it about.
var halves = active == AVX512 && isZen4()

func isZen4() bool {
	vendor, signature := cpuFamily()
	family := signature>>8&0xf + signature>>20&0xff
	return vendor == 'A'|'u'<<8|'t'<<16|'h'<<24 && family == 0x19
}
