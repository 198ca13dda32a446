package runner

import (
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/assaylab/assay/framework/internal/trial"
)

// Claims have different CPUs, whichever host they are of; what is released is free,
// and who comes when all are taken is not pinned.
func TestClaimsShareNoCPU(t *testing.T) {
	allowed := allowedCPUs()
	if len(allowed) < 2 {
		t.Skip("needs two CPUs")
	}
	claimName = fmt.Sprintf("@assay-test-%d-cpu-%%d", os.Getpid()) // other tests claim as well
	defer func() { claimName = "@assay-cpu-%d" }()
	one := trial.Resources{CPUs: 1}
	cpus := func(c *claim, needs trial.Resources) []int { c.take(needs); return c.cpus }

	var claims []*claim
	var taken []int
	for range allowed {
		c := new(claim)
		claims = append(claims, c)
		got := cpus(c, one)
		if len(got) != 1 || slices.Contains(taken, got[0]) {
			t.Fatalf("a claim has CPUs %v, others %v", got, taken)
		}
		if again := cpus(c, one); !slices.Equal(again, got) {
			t.Errorf("its next trial has CPUs %v instead of %v", again, got)
		}
		taken = append(taken, got[0])
	}
	late := new(claim)
	if got := cpus(late, one); got != nil {
		t.Errorf("CPUs %v where all are taken", got)
	}
	claims[1].release()
	if got := cpus(late, one); got != nil {
		t.Errorf("CPUs %v for the next trial of a worker that had none: its warm process has to go", got)
	}
	later := new(claim)
	if got := cpus(later, one); !slices.Equal(got, taken[1:2]) {
		t.Errorf("CPUs %v where %d is free", got, taken[1])
	}
	later.release()
	if got := cpus(claims[0], trial.Resources{CPUs: len(allowed)}); got != nil {
		t.Errorf("CPUs %v of a trial that may have all", got)
	}
	for _, c := range append(claims, late) {
		c.release()
	}
}
