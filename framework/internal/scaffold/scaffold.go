// Package scaffold makes the folder of a new plugin from a template.
//
// A template is a folder beside this file. Names that end in .tmpl go through
// text/template with [Plugin] and lose the ending; NAME and PACKAGE in a path
// are replaced; a file called gitignore becomes .gitignore.
package scaffold

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"text/template"

	"golang.org/x/mod/modfile"

	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/setting"
)

//go:embed all:go all:python all:strategy
var templates embed.FS

// Languages are those that there are templates for.
var Languages = []string{"go", "python"}

// Strategy is the template of a search strategy, which is written in Python.
const Strategy = "strategy"

// assayModule is the module that a Go plugin imports.
const assayModule = "github.com/assaylab/assay"

// Plugin is what templates see.
type Plugin struct {
	Name    string // my-method
	Package string // my_method: an identifier
	Type    string // MyMethod

	// Of a Go plugin:
	Version  string   // of the module assay that it requires
	Clone    string   // path of the clone that replaces it, from the new folder; "" for a release
	Go       string   // language version
	Requires []string // "module version" that the clone requires
}

var nameForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`) })

// refuse is a request that cannot be met.
func refuse(fact, hint string) error { return problem.Problem{Fact: fact, Hint: hint, Usage: true} }

// Write makes the folder dir of a method in a language, or of a [Strategy]; it must not
// exist or be empty. It returns the files that it wrote. clone is the folder of a clone of assay, or "".
func Write(dir, name, language, clone string) ([]string, error) {
	if language != Strategy && !slices.Contains(Languages, language) {
		return nil, refuse(fmt.Sprintf("there is no template for the language %q", language), strings.TrimSpace(setting.Suggest(language, Languages)+" languages: "+strings.Join(Languages, ", ")))
	}
	if !nameForm().MatchString(name) || len(name) > 64 {
		return nil, refuse(fmt.Sprintf("%q is no name for a method", name), "use lower-case letters, digits and hyphens, a letter first: my-method")
	}
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return nil, refuse(fmt.Sprintf("the folder %s exists and is not empty", dir), "choose another with --dir, or another name")
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	p, extra, err := describe(dir, name, language, clone)
	if err != nil {
		return nil, err
	}
	files, err := p.render(language)
	if err != nil {
		return nil, err
	}
	for name, text := range extra {
		files[name] = text
	}
	var names []string
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return nil, err
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return names, nil
}

// describe fills what the template sees, and the files that are copied.
func describe(dir, name, language, clone string) (Plugin, map[string][]byte, error) {
	p := Plugin{Name: name, Package: strings.ReplaceAll(name, "-", "_"), Version: "v0.0.0", Go: "1.26.0"}
	for _, word := range strings.Split(name, "-") {
		p.Type += strings.ToUpper(word[:1]) + word[1:]
	}
	extra := map[string][]byte{}
	if language != "go" {
		err := eachOfSDK(func(name string, text []byte) error { extra[path.Join("sdk", name)] = text; return nil })
		return p, extra, err
	}
	if clone == "" {
		return p, extra, nil
	}
	err := p.replace(dir, clone, extra)
	return p, extra, err
}

// replace makes a Go plugin build against a clone: its path, what it requires,
// and its checksums.
func (p *Plugin) replace(dir, clone string, extra map[string][]byte) error {
	text, err := os.ReadFile(filepath.Join(clone, "go.mod"))
	if err != nil {
		return refuse(fmt.Sprintf("%s is no clone of assay: %v", clone, err), "name its folder with --assay")
	}
	m, err := modfile.Parse("go.mod", text, nil)
	if err != nil || m.Module == nil || m.Module.Mod.Path != assayModule {
		return refuse(fmt.Sprintf("%s is not the module %s", clone, assayModule), "name the folder of a clone with --assay")
	}
	p.Go = m.Go.Version
	for _, r := range m.Require {
		p.Requires = append(p.Requires, r.Mod.Path+" "+r.Mod.Version)
	}
	from, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	to, err := filepath.Abs(clone)
	if err != nil {
		return err
	}
	if p.Clone, err = filepath.Rel(from, to); err != nil {
		p.Clone = to
	}
	if p.Clone = filepath.ToSlash(p.Clone); !strings.HasPrefix(p.Clone, ".") && !filepath.IsAbs(to) {
		p.Clone = "./" + p.Clone
	}
	extra["go.sum"], err = os.ReadFile(filepath.Join(clone, "go.sum"))
	return err
}

func (p Plugin) render(language string) (map[string][]byte, error) {
	out := map[string][]byte{}
	err := fs.WalkDir(templates, language, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := templates.ReadFile(name)
		if err != nil {
			return err
		}
		to := strings.NewReplacer("NAME", p.Name, "PACKAGE", p.Package).Replace(strings.TrimPrefix(name, language+"/"))
		if path.Base(to) == "gitignore" {
			to = path.Join(path.Dir(to), ".gitignore")
		}
		if strings.HasSuffix(to, ".tmpl") {
			to = strings.TrimSuffix(to, ".tmpl")
			t, err := template.New(name).Option("missingkey=error").Parse(string(text))
			if err != nil {
				return err
			}
			var b bytes.Buffer
			if err := t.Execute(&b, p); err != nil {
				return err
			}
			text = b.Bytes()
		}
		out[to] = text
		return nil
	})
	return out, err
}

// Clone finds the clone of assay that a folder lies in, or "".
func Clone(dir string) string {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return ""
	}
	for ; ; dir = filepath.Dir(dir) {
		if text, err := os.ReadFile(filepath.Join(dir, "go.mod")); err == nil && modfile.ModulePath(text) == assayModule {
			return dir
		}
		if dir == filepath.Dir(dir) {
			return ""
		}
	}
}
