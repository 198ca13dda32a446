package host

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/assaylab/assay/framework/internal/wire"
)

// The plugin sees what the host lets it see: environment, folder, CPUs.
func TestSurroundings(t *testing.T) {
	t.Setenv("SECRET_OF_THE_HOST", "1")
	t.Setenv("LC_ALL", "C")
	l := newTestLauncher(t)
	dir := t.TempDir()
	proc := launch(t, l, toyPlugin(t, "shows"), Options{Threads: 3, Dir: dir, CPUs: allowedCPUs(t)[:1]})
	proc.Close()
	log := proc.tail.String()
	for _, want := range []string{"folder " + dir, "variable OMP_NUM_THREADS=3", "variable LC_ALL=C", "variable ASSAY_LIFELINE_FD=3",
		"variable " + wire.RunEnv + "=" + l.mark.of(1).String(), "variable ASSAY_TRANSPORT=socket",
		fmt.Sprintf("Cpus_allowed_list:\t%d\n", allowedCPUs(t)[0])} {
		if !strings.Contains(log, want) {
			t.Errorf("%q is missing in its log:\n%s", want, log)
		}
	}
	if strings.Contains(log, "SECRET_OF_THE_HOST") {
		t.Error("it sees all of the host's environment")
	}
}

// allowedCPUs lists the CPUs that this test may run on.
func allowedCPUs(t testing.TB) []int {
	t.Helper()
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		t.Fatal(err)
	}
	var out []int
	for c := range 1024 {
		if set.IsSet(c) {
			out = append(out, c)
		}
	}
	return out
}
