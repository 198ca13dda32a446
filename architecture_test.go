package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/assaylab/assay/"

// layers are the packages from the command line down. A package may import
// those of lower layers and, where it says so, named ones of its own.
var layers = [][]string{
	{".", "bench/gemm", "bench/ot", "bench/training"},
	{"framework/cli", "framework/conformance"},
	{"framework/internal/view"},
	{"framework/internal/control", "framework/internal/bundle"},
	{"framework/internal/study", "framework/methodtest", "framework/methodtest/recordings"},
	{"framework/internal/report", "framework/internal/export", "framework/internal/editor"},
	{"framework/internal/executor", "framework/internal/sweep", "framework/internal/store", "framework/internal/search/asker"},
	{"framework/internal/runner", "framework/internal/search", "framework/internal/queue"},
	{"framework/internal/host"},
	{"framework/internal/trial"},
	{"framework/internal/conformance"},
	{"framework"}, // the SDK: what plugin authors see
	{"framework/internal/probe", "framework/internal/table", "framework/internal/source"},
	{"framework/internal/source/file"},
	{"framework/internal/yaml", "framework/internal/stats", "framework/internal/figure", "framework/latent", "framework/transport", "framework/views", "framework/modelfile", "framework/internal/source/pickle", "framework/internal/source/mat"},
	{"framework/data", "framework/nn/nntest", "framework/augment", "framework/ot"},
	{"framework/internal/scaffold", "sweeps"},
	{"framework/data/npy", "framework/setting", "framework/nn"},
	{"framework/metric", "framework/internal/failure", "framework/internal/wire", "framework/nn/kernel", "framework/internal/bytesize", "framework/internal/lockfile", "framework/internal/cite"},
	{"framework/internal/wire/protogen", "framework/internal/problem", "framework/internal/build", "framework/internal/terminal", "framework/internal/regular"},
	{"framework/internal/clean"},
}

// methodsMay are the packages that a plugin may import.
var methodsMay = []string{"framework", "framework/data", "framework/data/npy", "framework/metric", "framework/setting",
	"framework/latent", "framework/ot", "framework/modelfile", "framework/nn", "framework/augment"}

// Imports point one way, the host never imports a plugin, and no plugin imports
// another.
func TestImportsPointOneWay(t *testing.T) {
	rank := map[string]int{}
	for i, layer := range layers {
		for _, p := range layer {
			rank[p] = i
		}
	}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && path != "." {
			if _, err := os.Stat(filepath.Join(path, "go.mod")); err == nil {
				return fs.SkipDir // a module of its own
			}
			if d.Name() == "testdata" {
				return fs.SkipDir // no part of the product
			}
		}
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		from := filepath.ToSlash(filepath.Dir(path))
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range f.Imports {
			full, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			to, ours := strings.CutPrefix(full, module)
			if ours {
				check(t, rank, path, from, to)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func check(t *testing.T, rank map[string]int, path, from, to string) {
	t.Helper()
	if method, ok := plugin(from); ok {
		other, isPlugin := plugin(to)
		if isPlugin && other == method {
			return
		}
		for _, p := range methodsMay {
			if to == p || strings.HasPrefix(to, p+"/") && p == "framework/nn" {
				return
			}
		}
		t.Errorf("%s: a plugin imports %s", path, to)
		return
	}
	if method, ok := plugin(to); ok {
		if method == "python" && from == "framework/internal/scaffold" {
			return // the Python SDK is no method: new plugins get a copy of it
		}
		if from != "." && !strings.HasPrefix(from, "bench/") {
			t.Errorf("%s: only main and the benchmarks import plugins, not %s", path, from)
		}
		return
	}
	a, known := rank[from]
	if !known {
		t.Errorf("%s: package %s has no layer: add it to architecture_test.go", path, from)
		return
	}
	b, known := rank[to]
	if !known {
		t.Errorf("%s imports %s, which has no layer", path, to)
		return
	}
	if b <= a {
		t.Errorf("%s: %s imports %s, which is not below it", path, from, to)
	}
}

func plugin(path string) (string, bool) {
	rest, ok := strings.CutPrefix(path, "plugins/")
	name, _, _ := strings.Cut(rest, "/")
	return name, ok
}
