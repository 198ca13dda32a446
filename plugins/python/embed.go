// Package python carries the Python SDK inside the binary, so that a scaffolded
// plugin finds it beside itself: it is not on PyPI.
package python

import "embed"

// SDK is the folder that pip installs: pyproject.toml, its build backend and the
// package assay_plugin.
//
//go:embed pyproject.toml backend.py README.md assay_plugin/*.py assay_plugin/py.typed assay_plugin/wire/*.py assay_plugin/wire/*.pyi
var SDK embed.FS
