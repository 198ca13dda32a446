package cli

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
)

// python returns the folder of an interpreter that has the Python SDK: that of
// ASSAY_TEST_PYTHON, or of the virtual environment that plugins/python/README.md
// makes. Scripts that need it find it first on their PATH.
var python = sync.OnceValues(func() (dir string, err error) {
	program := os.Getenv("ASSAY_TEST_PYTHON")
	if program == "" {
		if program, err = filepath.Abs("../../plugins/python/.venv/bin/python"); err != nil {
			return "", err
		}
	}
	if exec.Command(program, "-c", "import assay_plugin, grpc").Run() != nil {
		return "", errors.New("no interpreter with assay_plugin: run plugins/python/environments, or set ASSAY_TEST_PYTHON")
	}
	return filepath.Dir(program), nil
})
