//go:build !unix

package assemblies

import "time"

var began = time.Now()

func cpuTime() time.Duration { return time.Since(began) }
