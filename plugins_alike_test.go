package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// standsIn says in which file of a plugin a declaration stands, if the plugin has it:
// types of the package, and functions and methods of its method and its model. Who
// has read one plugin finds everything in the next.
var standsIn = map[string]string{
	"type method": "method.go", "New": "method.go", "method.Describe": "method.go",
	"type settings":  "settings.go",
	"type objective": "objective.go",
	"method.Train":   "train.go",
	"type model":     "model.go", "model.Embed": "model.go", "model.Save": "model.go", "method.Load": "model.go",
	"model.Evaluate": "evaluate.go", "model.EvaluateCases": "evaluate.go",
	"model.Arrays": "arrays.go",
}

// everyPlugin has these.
var everyPlugin = []string{"type method", "New", "method.Describe", "type settings", "method.Train", "type model", "model.Embed", "model.Save", "method.Load", "model.Evaluate"}

func TestPluginsLookAlike(t *testing.T) {
	plugins := 0
	err := filepath.WalkDir("plugins", func(dir string, d os.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if found, tells := declarations(t, dir); found["New"] != "" {
			plugins++
			looksAlike(t, dir, found, tells)
		}
		return nil
	})
	if err != nil || plugins != len(methods) {
		t.Errorf("%d plugins, %d methods, %v", plugins, len(methods), err)
	}
}

func looksAlike(t *testing.T, dir string, found map[string]string, tells map[string]bool) {
	for _, what := range everyPlugin {
		if found[what] == "" {
			t.Errorf("%s: there is no %s", dir, what)
		}
	}
	for what, file := range found {
		if want := standsIn[what]; file != want {
			t.Errorf("%s: %s stands in %s, in other plugins in %s", dir, what, file, want)
		}
	}
	for file := range tells {
		if file != "method.go" {
			t.Errorf("%s: the package is described in %s, in other plugins in method.go", dir, file)
		}
	}
	if !tells["method.go"] {
		t.Errorf("%s: method.go does not say what the package is", dir)
	}
}

// declarations finds in which files of a folder the declarations of standsIn are, and
// in which the package is described. New counts where it returns a method.
func declarations(t *testing.T, dir string) (found map[string]string, tells map[string]bool) {
	t.Helper()
	found, tells = map[string]string{}, map[string]bool{}
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Base(path)
		if f.Doc != nil {
			tells[file] = true
		}
		for _, d := range f.Decls {
			for _, name := range names(d) {
				if _, known := standsIn[name]; known {
					found[name] = file
				}
			}
		}
	}
	return found, tells
}

// names are those by which standsIn knows a declaration.
func names(d ast.Decl) (out []string) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		name := d.Name.Name
		if d.Recv != nil {
			of := d.Recv.List[0].Type
			if star, ok := of.(*ast.StarExpr); ok {
				of = star.X
			}
			if id, ok := of.(*ast.Ident); ok {
				name = id.Name + "." + name
			}
		}
		if name == "New" && !returnsMethod(d) {
			return nil
		}
		return []string{name}
	case *ast.GenDecl:
		for _, s := range d.Specs {
			if s, ok := s.(*ast.TypeSpec); ok {
				out = append(out, "type "+s.Name.Name)
			}
		}
	}
	return out
}

func returnsMethod(d *ast.FuncDecl) bool {
	if d.Type.Results == nil || len(d.Type.Results.List) != 1 {
		return false
	}
	s, ok := d.Type.Results.List[0].Type.(*ast.SelectorExpr)
	return ok && s.Sel.Name == "Method"
}
