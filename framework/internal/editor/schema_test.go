package editor

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Every mapping that sweeps read has its keys in the schema, and no others: a key that
// is added there and not here fails.
func TestSchemaHasTheKeysOfSweeps(t *testing.T) {
	have := map[string]bool{}
	collect(Schema(Options{}), have)
	files, err := filepath.Glob("../sweep/*.go")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		for at, keys := range keysIn(t, path) {
			n++
			slices.Sort(keys)
			if !have[strings.Join(keys, " ")] {
				t.Errorf("%s: no mapping of the schema has exactly the keys %v", at, keys)
			}
		}
	}
	if n < 20 {
		t.Errorf("%d mappings found", n)
	}
}

// collect notes the keys of every mapping of a schema.
func collect(v any, into map[string]bool) {
	switch x := v.(type) {
	case map[string]any:
		if keys, ok := x["properties"].(map[string]any); ok {
			into[strings.Join(slices.Sorted(maps.Keys(keys)), " ")] = true
		}
		for _, inner := range x {
			collect(inner, into)
		}
	case []any:
		for _, inner := range x {
			collect(inner, into)
		}
	}
}

// keysIn are the keys that calls of Fields in a file name, by their places.
func keysIn(t *testing.T, path string) map[string][]string {
	t.Helper()
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	set := token.NewFileSet()
	f, err := parser.ParseFile(set, path, src, 0)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	ast.Inspect(f, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.CallExpr:
			if f, ok := x.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "Fields" && len(x.Args) > 3 {
				if keys, ok := literals(x.Args[2:]); ok {
					out[set.Position(x.Pos()).String()] = keys
				}
			}
		case *ast.ValueSpec:
			if x.Names[0].Name == "tableKeys" {
				keys, _ := literals(x.Values[0].(*ast.CompositeLit).Elts)
				out[set.Position(x.Pos()).String()] = keys
			}
		}
		return true
	})
	return out
}

func literals(list []ast.Expr) (out []string, all bool) {
	for _, e := range list {
		l, ok := e.(*ast.BasicLit)
		if !ok {
			return nil, false
		}
		text, err := strconv.Unquote(l.Value)
		if err != nil {
			return nil, false
		}
		out = append(out, text)
	}
	return out, true
}
