package host

import (
	"fmt"
	"os"
	"slices"
	"testing"
)

// Seats have different CPUs, whichever host they are of; what is closed is free,
// and who comes when all are taken is not pinned.
func TestSeatsShareNoCPU(t *testing.T) {
	allowed := allowedCPUs()
	if len(allowed) < 2 {
		t.Skip("needs two CPUs")
	}
	claimName = fmt.Sprintf("@assay-test-%d-cpu-%%d", os.Getpid()) // other tests claim as well
	defer func() { claimName = "@assay-cpu-%d" }()

	var seats []*Seat
	var taken []int
	for range allowed {
		s := new(Launcher).NewSeat("")
		seats = append(seats, s)
		cpus := s.CPUs(1)
		if len(cpus) != 1 || slices.Contains(taken, cpus[0]) {
			t.Fatalf("a seat has CPUs %v, others %v", cpus, taken)
		}
		if again := s.CPUs(1); !slices.Equal(again, cpus) {
			t.Errorf("its next trial has CPUs %v instead of %v", again, cpus)
		}
		taken = append(taken, cpus[0])
	}
	late := new(Launcher).NewSeat("")
	if cpus := late.CPUs(1); cpus != nil {
		t.Errorf("CPUs %v where all are taken", cpus)
	}
	seats[1].Close()
	if cpus := late.CPUs(1); cpus != nil {
		t.Errorf("CPUs %v for the next trial of a seat that had none: its warm process has to go", cpus)
	}
	later := new(Launcher).NewSeat("")
	if cpus := later.CPUs(1); !slices.Equal(cpus, taken[1:2]) {
		t.Errorf("CPUs %v where %d is free", cpus, taken[1])
	}
	later.Close()
	if cpus := seats[0].CPUs(len(allowed)); cpus != nil {
		t.Errorf("CPUs %v of a trial that may have all", cpus)
	}
	late.Close()
	for _, s := range seats {
		s.Close()
	}
}
