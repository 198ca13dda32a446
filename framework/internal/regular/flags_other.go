//go:build !unix

package regular

const noWait, noFollow = 0, 0 // what Lstat said must do
