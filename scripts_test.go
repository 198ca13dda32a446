package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// The scripts drive assay as it is built here, with its own methods; those of
// framework/cli drive it with methods that misbehave.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("ASSAY_CACHE", filepath.Join(env.WorkDir, "cache"))
			env.Setenv("ASSAY_DATA_MIRROR", os.Getenv("ASSAY_DATA_MIRROR"))
			return nil
		},
		Condition: func(name string) (bool, error) {
			if name != "recordings" {
				return false, fmt.Errorf("there is no condition %q", name)
			}
			return os.Getenv("ASSAY_DATA_MIRROR") != "", nil
		},
	})
}
