package main

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// hugePage is the size from which NumPy asks for huge pages.
const hugePage = 4 << 20

// floats returns n zeros and what gives them back. Like NumPy's, large arrays ask for huge pages: without,
// shapes that do not fit the caches would compare page sizes, not products.
func floats(n int) ([]float32, func()) {
	if 4*n < hugePage {
		return make([]float32, n), func() {}
	}
	m, err := unix.Mmap(-1, 0, 4*n, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return make([]float32, n), func() {}
	}
	unix.Madvise(m, unix.MADV_HUGEPAGE)
	return unsafe.Slice((*float32)(unsafe.Pointer(&m[0])), n), func() { unix.Munmap(m) }
}
