package bundle

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/assaylab/assay/framework/internal/build"
	"github.com/assaylab/assay/framework/internal/host"
	"github.com/assaylab/assay/framework/internal/lockfile"
	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/internal/regular"
	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/sweep"
	"github.com/assaylab/assay/framework/internal/table"
	"github.com/assaylab/assay/framework/internal/trial"
)

// Source is a sweep with its results.
type Source struct {
	File   string // of the sweep
	Set    []string
	Name   string // of the file that will be written
	Rows   func() iter.Seq2[store.Line, error]
	Tables []*table.Table
	Finder *host.Finder
	Build  build.Build
}

// maxAttached bounds what a sweep or a plugin may attach: lists of packages, files of
// divisions.
const maxAttached = 4 << 20

// Make writes a bundle. Notes say what it could not take along.
func Make(ctx context.Context, s Source, w io.Writer) (m Manifest, notes []string, err error) {
	text, err := regular.ReadFile(s.File, maxAttached)
	if err != nil {
		return m, nil, problem.Usage(err, "name a sweep file")
	}
	sw, err := sweep.Parse(s.File, text, s.Set)
	if err != nil {
		return m, nil, err
	}
	t := &taken{source: s, sweep: sw, files: content{}}
	if t.place, err = placeOf(s.File, sw); err != nil {
		return m, nil, err
	}
	t.m = Manifest{Format: Format, Version: Version, Sweep: sw.Name, File: t.place.inside(s.File), Set: s.Set, Assay: s.Build}
	t.files[path.Join(sweepFolder, t.m.File)] = text
	for _, step := range []func() error{t.lock, t.records, t.cases, t.tables, t.divisions, func() error { return t.environments(ctx) }} {
		if err := step(); err != nil {
			return m, nil, err
		}
	}
	if t.m.Trials == t.m.Failed {
		return m, nil, problem.Advise(fmt.Errorf("sweep %s has no trial that succeeded: there is nothing that could be run again", sw.Name), fmt.Sprintf("\"assay run %s\" makes some", s.File))
	}
	t.m.Commands = []string{"assay reproduce " + s.Name + " --sample 5", "assay run " + t.m.File}
	for _, set := range s.Set {
		t.m.Commands[1] += " --set '" + set + "'"
	}
	t.files[readmeName] = []byte(t.readme())
	err = write(w, &t.m, t.files)
	return t.m, t.notes, err
}

// taken is what a bundle will hold, as far as it is gathered.
type taken struct {
	source Source
	sweep  *sweep.Sweep
	place  place
	m      Manifest
	files  content
	notes  []string
}

func (t *taken) note(format string, args ...any) {
	t.notes = append(t.notes, fmt.Sprintf(format, args...))
}

func (t *taken) lock() error {
	f, err := lockfile.Find(filepath.Dir(t.source.File))
	if err != nil || f == nil {
		return err
	}
	text, err := regular.ReadFile(f.Path(), maxAttached)
	t.files[lockName] = text
	return err
}

func (t *taken) result(name string) string { return path.Join(resultFolder, t.sweep.Name, name) }

// records writes the trials, and notes what they were made of.
func (t *taken) records() error {
	var b bytes.Buffer
	sets, plugins := newSets(t), newPlugins()
	err := store.WriteLines(&b, func(yield func(store.Line, error) bool) {
		for l, err := range t.source.Rows() {
			if err == nil {
				t.m.Trials++
				if l.Status == trial.Failed {
					t.m.Failed++
				}
				sets.see(l)
				plugins.see(l)
			}
			if !yield(l, err) {
				return
			}
		}
	})
	t.files[t.result(store.RecordsFile)] = b.Bytes()
	t.m.Datasets, t.m.Plugins = sets.list(), plugins.list()
	return err
}

func (t *taken) cases() error {
	var b bytes.Buffer
	any := false
	err := store.WriteCases(&b, func(yield func(trial.Record, error) bool) {
		for l, err := range t.source.Rows() {
			any = any || len(l.Cases) > 0
			if !yield(l.Record, err) {
				return
			}
		}
	})
	if any {
		t.files[t.result(store.CasesFile)] = b.Bytes()
	}
	return err
}

func (t *taken) tables() error {
	for _, tab := range t.source.Tables {
		for format, ext := range map[string]string{"json": ".json", "markdown": ".md", "csv": ".csv", "text": ".txt"} {
			var b bytes.Buffer
			if err := table.Render(&b, tab, format); err != nil {
				return fmt.Errorf("table %s: %w", tab.Name, err)
			}
			t.files[t.result("tables/"+tab.Name+ext)] = b.Bytes()
		}
	}
	return nil
}

// divisions takes along the files that say how recordings are divided.
func (t *taken) divisions() error {
	for _, d := range t.sweep.Datasets {
		for _, r := range recordings(d.Recipe) {
			if r.Split == nil || r.Split.File == "" {
				continue
			}
			text, err := regular.ReadFile(r.Split.File, maxAttached)
			if err != nil {
				t.note("dataset %s: the file of its division is left out: %v", d.ID, err)
			} else if in := t.place.inside(r.Split.File); in != "" {
				t.files[path.Join(sweepFolder, in)] = text
			}
		}
	}
	return nil
}

// manifests are the files of a plugin's folder that say what has to be installed.
var manifests = []string{"plugin.yaml", "requirements.txt", "requirements.lock", "pyproject.toml", "uv.lock", "pixi.lock", "environment.yml", "conda-lock.yml", "go.mod", "go.sum"}

func (t *taken) environments(ctx context.Context) error {
	for i := range t.m.Plugins {
		p := &t.m.Plugins[i]
		found, err := t.source.Finder.Find(p.Name, filepath.Dir(t.source.File))
		if err != nil || found.Origin == "built-in" {
			continue // whoever runs it again is told that it is missing
		}
		if found.Origin == "path" && (filepath.IsAbs(p.Name) || strings.HasPrefix(p.Name, "~")) {
			t.note("plugin %s: nobody else has this path, nor will \"assay reproduce\" follow it: name it from the sweep's folder", p.Name)
		}
		dir := found.Path
		if found.Manifest != nil {
			dir = found.Manifest.Dir()
		}
		folder, some := path.Join(environments, fmt.Sprint(i)), false
		for _, name := range manifests {
			text, err := regular.ReadFile(filepath.Join(dir, name), maxAttached)
			if err == nil {
				t.files[path.Join(folder, name)], some = text, true
			} else if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, os.ErrInvalid) && found.Manifest != nil {
				t.note("plugin %s: %s is left out: %v", p.Name, name, err)
			}
		}
		if env, ok, err := found.Environment(ctx); ok && err == nil {
			if env.Digest() != p.Environment && p.Environment != "" {
				t.note("plugin %s: its environment is another one now than that which its trials had", p.Name)
			}
			text, err := json.MarshalIndent(struct {
				Digest string `json:"digest"`
				host.Environment
			}{env.Digest(), env}, "", "  ")
			if err != nil {
				return err
			}
			t.files[path.Join(folder, "environment.json")], some = append(text, '\n'), true
		} else if p.Environment != "" {
			t.note("plugin %s: what was installed for it is not known here: only the digest is in the bundle", p.Name)
		}
		if some {
			p.Folder = folder
		}
	}
	return nil
}

func (t *taken) readme() string {
	return fmt.Sprintf(`Sweep %s: %d trials, %d of them failed.

Run a random sample of the trials again, and compare, from the folder that %s
is in (where its paths lead to plugins and files):

  %s

Run what is missing of all of it:

  %s

manifest.json names every file here with its SHA-256, and what datasets and plugins
the trials had. Recordings and programs are not in the bundle.
`, t.m.Sweep, t.m.Trials, t.m.Failed, t.m.File, t.m.Commands[0], t.m.Commands[1])
}
