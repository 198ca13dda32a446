package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// Every trial starts this binary anew, and waits for all that its packages do
// before main. Patterns are therefore compiled when they are first used:
//
//	var form = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`...`) })
func TestNoPatternBeforeMain(t *testing.T) {
	for _, root := range []string{"framework", "plugins"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			set := token.NewFileSet()
			f, err := parser.ParseFile(set, path, nil, 0)
			if err != nil {
				return err
			}
			for _, decl := range f.Decls {
				if v, ok := decl.(*ast.GenDecl); ok && v.Tok == token.VAR {
					ast.Inspect(v, func(n ast.Node) bool {
						if call, ok := n.(*ast.SelectorExpr); ok && strings.HasPrefix(call.Sel.Name, "MustCompile") {
							t.Errorf("%s: a pattern is compiled before main: use sync.OnceValue", set.Position(call.Pos()))
						}
						_, inside := n.(*ast.FuncLit)
						return !inside // what a function does waits until it is called
					})
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
