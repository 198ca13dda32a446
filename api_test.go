package main

import (
	"flag"
	"fmt"
	"go/types"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

var updateAPI = flag.Bool("update-api", false, "write what is new in the public API into docs/api.txt")

const apiFile = "docs/api.txt"

// What plugin authors may import is promised: docs/api.txt lists it, names may be
// added with -update-api, and none may go. (One that has been deprecated for a
// version is taken out of the file by hand, with the release that drops it.)
func TestPublicAPI(t *testing.T) {
	text, err := os.ReadFile(apiFile)
	if err != nil && !(*updateAPI && os.IsNotExist(err)) {
		t.Fatal(err)
	}
	promised := strings.Split(strings.TrimSpace(string(text)), "\n")
	is := publicAPI(t)
	gone := missing(promised, is)
	for _, line := range gone {
		t.Errorf("gone or changed: %s", line)
	}
	added := missing(is, promised)
	switch {
	case len(added) == 0 || len(gone) > 0 && text != nil:
	case *updateAPI:
		all := append(slices.DeleteFunc(promised, func(l string) bool { return l == "" }), added...)
		slices.Sort(all)
		if err := os.WriteFile(apiFile, []byte(strings.Join(all, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("new in the public API:\n  %s\nIf it is meant: go test -run TestPublicAPI . -update-api", strings.Join(added, "\n  "))
	}
	pages, err := os.ReadFile("docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range is {
		if name, ok := strings.CutPrefix(line, "pkg "); ok && !strings.Contains(name, ",") && !strings.Contains(string(pages), "| `"+name+"` |") {
			t.Errorf("docs/api.md has no row for %s", name)
		}
	}
}

// missing are the lines of a that b lacks.
func missing(a, b []string) []string {
	var out []string
	for _, line := range a {
		if line != "" && !slices.Contains(b, line) {
			out = append(out, line)
		}
	}
	return out
}

// publicAPI lists every exported name of the packages below framework that are
// not internal, one a line, in order.
func publicAPI(t *testing.T) []string {
	t.Helper()
	mode := packages.NeedName | packages.NeedTypes | packages.NeedImports | packages.NeedExportFile
	all, err := packages.Load(&packages.Config{Mode: mode}, "./framework/...")
	if err != nil {
		t.Fatal(err)
	}
	l := lister{}
	for _, p := range all {
		for _, e := range p.Errors {
			t.Fatal(e)
		}
		if strings.Contains(p.PkgPath, "/internal/") {
			continue
		}
		l.pkg = "pkg " + strings.TrimPrefix(p.PkgPath, module)
		l.lines = append(l.lines, l.pkg)
		for _, name := range p.Types.Scope().Names() {
			if o := p.Types.Scope().Lookup(name); o.Exported() {
				l.object(o)
			}
		}
	}
	slices.Sort(l.lines)
	return slices.Compact(l.lines)
}

type lister struct {
	pkg   string
	lines []string
}

// add leaves out what names internal types: nobody outside can use it.
func (l *lister) add(format string, args ...any) {
	if line := fmt.Sprintf(format, args...); !strings.Contains(line, "framework/internal/") {
		l.lines = append(l.lines, l.pkg+", "+line)
	}
}

func (l *lister) object(o types.Object) {
	switch o := o.(type) {
	case *types.Const:
		line := fmt.Sprintf("const %s %s", o.Name(), shown(o.Type()))
		// Files and other languages hold the values, but for what is tuned or counts up.
		if o.Name() != "Version" && l.pkg != "pkg framework/nn/kernel" {
			line += " = " + o.Val().ExactString()
		}
		l.add("%s", line)
	case *types.Var:
		l.add("var %s %s", o.Name(), shown(o.Type()))
	case *types.Func:
		l.add("func %s%s", o.Name(), signature(o.Type().(*types.Signature)))
	case *types.TypeName:
		l.typeName(o)
	}
}

func (l *lister) typeName(o *types.TypeName) {
	named, ok := types.Unalias(o.Type()).(*types.Named)
	if o.IsAlias() {
		l.add("type %s = %s", o.Name(), shown(types.Unalias(o.Type())))
		if !ok || named.Obj().Pkg() == nil || !strings.Contains(named.Obj().Pkg().Path(), "/internal/") {
			return // what it names is listed where it is
		}
	}
	name := o.Name() + parameters(named)
	switch u := named.Underlying().(type) {
	case *types.Struct:
		l.add("type %s struct", name)
		for f := range u.Fields() {
			switch {
			case !f.Exported():
			case f.Embedded():
				l.add("type %s struct, embedded %s", name, shown(f.Type()))
			default:
				l.add("type %s struct, %s %s", name, f.Name(), shown(f.Type()))
			}
		}
	case *types.Interface: // a method more breaks those who have the others: the names are one line
		var names []string
		for m := range u.Methods() {
			if !m.Exported() {
				names = append(names, "unexported methods")
				continue
			}
			names = append(names, m.Name())
			l.add("type %s interface, %s%s", name, m.Name(), signature(m.Type().(*types.Signature)))
		}
		slices.Sort(names)
		l.add("type %s interface { %s }", name, strings.Join(slices.Compact(names), ", "))
		return
	default:
		l.add("type %s %s", name, shown(u))
	}
	values := types.NewMethodSet(named)
	for s := range types.NewMethodSet(types.NewPointer(named)).Methods() {
		if m := s.Obj(); m.Exported() {
			receiver := "*" + name
			if values.Lookup(m.Pkg(), m.Name()) != nil {
				receiver = name
			}
			l.add("method (%s) %s%s", receiver, m.Name(), signature(s.Type().(*types.Signature)))
		}
	}
}

// parameters are those of a generic type.
func parameters(n *types.Named) string {
	var out []string
	for p := range n.TypeParams().TypeParams() {
		out = append(out, p.Obj().Name()+" "+shown(p.Constraint()))
	}
	if out == nil {
		return ""
	}
	return "[" + strings.Join(out, ", ") + "]"
}

// shown is a type as it is written, packages by their whole path inside of assay.
func shown(t types.Type) string {
	return types.TypeString(t, func(p *types.Package) string { return strings.TrimPrefix(p.Path(), module) })
}

// signature leaves out the names of parameters and results: they may change.
func signature(s *types.Signature) string {
	bare := func(t *types.Tuple) *types.Tuple {
		var out []*types.Var
		for v := range t.Variables() {
			out = append(out, types.NewParam(0, nil, "", v.Type()))
		}
		return types.NewTuple(out...)
	}
	var of []string
	for p := range s.TypeParams().TypeParams() {
		of = append(of, p.Obj().Name()+" "+shown(p.Constraint()))
	}
	text := strings.TrimPrefix(shown(types.NewSignatureType(nil, nil, nil, bare(s.Params()), bare(s.Results()), s.Variadic())), "func")
	if of != nil {
		text = "[" + strings.Join(of, ", ") + "]" + text
	}
	return text
}
