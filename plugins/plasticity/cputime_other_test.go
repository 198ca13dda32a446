//go:build !unix

package plasticity

import "time"

var began = time.Now()

func cpuTime() time.Duration { return time.Since(began) }
