//go:build unix

package drill

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestRows: each fault that was found in the first edition, by its row in
// docs/drills.md, as a script over the binary. Seen failing with that edition's:
//
//	go test ./framework/internal/drill -run Rows -assay /path/to/another/assay
func TestRows(t *testing.T) {
	s := rogueSite(t)
	testscript.Run(t, testscript.Params{
		Dir:      "testdata/rows",
		Deadline: time.Now().Add(6 * time.Minute),
		Setup: func(env *testscript.Env) error {
			for k, v := range map[string]string{"HOME": env.WorkDir, "ASSAY_CACHE": filepath.Join(env.WorkDir, "cache"), "TMPDIR": os.TempDir(),
				"PATH": filepath.Dir(s.assay) + string(filepath.ListSeparator) + env.Getenv("PATH"), "SITE": s.dir, "ROGUE": filepath.Join(s.dir, "rogues", "rogue")} {
				env.Setenv(k, v)
			}
			for _, name := range []string{"tiny.csv"} {
				text, err := os.ReadFile(filepath.Join(s.dir, name))
				if err == nil {
					err = os.WriteFile(filepath.Join(env.WorkDir, name), text, 0o644)
				}
				if err != nil {
					return err
				}
			}
			return os.Symlink(filepath.Join(s.dir, "rogues"), filepath.Join(env.WorkDir, "rogues"))
		},
		Condition: func(name string) (bool, error) {
			if name == "root" {
				return os.Getuid() == 0 && exec.Command("unshare", "-m", "true").Run() == nil, nil
			}
			return false, fmt.Errorf("there is no condition %q", name)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"hostile": writeHostile, "within": s.within, "nothing-left": nothingLeft, "code": codeOf},
	})
}

// writeHostile writes a file of the drills: hostile 'npz: flipped bits' 3 FILE.
func writeHostile(ts *testscript.TestScript, _ bool, args []string) {
	for _, class := range fileClasses {
		if class.name == args[0] {
			n, err := strconv.Atoi(args[1])
			ts.Check(err)
			f := class.files()[n]
			if f.make != nil {
				ts.Check(f.make(ts.MkAbs(args[2])))
			} else {
				ts.Check(os.WriteFile(ts.MkAbs(args[2]), f.bytes, 0o644))
			}
			return
		}
	}
	ts.Fatalf("there is no class %q", args[0])
}

// within calls assay, which must be refused or fail within seconds of processor time
// and MB: within 5 300 plan x.yaml. With !, it must not fail.
func (s *site) within(ts *testscript.TestScript, neg bool, args []string) {
	in := *s
	in.dir = ts.Getenv("WORK")
	o := in.call(args[2:]...)
	seconds, _ := strconv.Atoi(args[0])
	megabytes, _ := strconv.Atoi(args[1])
	ts.Logf("code %d, %v, %d MB\n%s", o.code, o.cpu, o.memory>>20, first(o.stderr))
	if died.MatchString(o.stderr) || o.code < 0 || (o.code == 0) != neg || o.cpu > time.Duration(seconds)*time.Second || o.memory>>20 > int64(megabytes) {
		ts.Fatalf("not so")
	}
}

func nothingLeft(ts *testscript.TestScript, _ bool, _ []string) {
	if rest := left(); rest != "" {
		ts.Fatalf("%s", rest)
	}
}

// codeOf runs a command and checks its exit code.
func codeOf(ts *testscript.TestScript, _ bool, args []string) {
	code := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		code = -1
		if e, ok := err.(*exec.ExitError); ok {
			code = e.ExitCode()
		}
	}
	if !strings.Contains(","+args[0]+",", fmt.Sprintf(",%d,", code)) {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}
