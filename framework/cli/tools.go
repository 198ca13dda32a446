package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/build"
	"github.com/assaylab/assay/framework/internal/host"
	"github.com/assaylab/assay/framework/internal/source"
	"github.com/assaylab/assay/framework/internal/study"
	"github.com/assaylab/assay/framework/internal/yaml"
)

func (a *app) finder() *host.Finder {
	return &host.Finder{Builtin: a.builtin, Configured: a.cfg.Plugins, Path: a.cfg.pluginFolders()}
}

func (a *app) newLauncher() (*host.Launcher, error) {
	l, err := host.NewLauncher()
	if err != nil {
		return nil, err
	}
	l.MTLS, l.StartTimeout, l.Guard, l.Confine, l.Env = a.cfg.MTLS, a.cfg.StartTimeout, a.guard, a.cfg.Confine, a.cfg.AllowEnv
	if cache, err := data.OpenCache(a.cfg.Cache); err == nil { // whoever needs datasets says what is wrong with it
		l.Caches = filepath.Join(cache.Root, "plugins")
	}
	return l, nil
}

func (a *app) newBuilder() (*source.Builder, error) {
	cache, err := data.OpenCache(a.cfg.Cache)
	if err != nil {
		return nil, err
	}
	importer := &host.Importer{Launcher: a.newLauncher, Python: a.cfg.Importers, Scratch: filepath.Join(cache.Root, "import")}
	return &source.Builder{Cache: cache, Mirror: a.cfg.DataMirror, Progress: a.downloads(), Importer: importer}, nil
}

// build checks a recipe, makes its dataset and opens it.
func (a *app) build(ctx context.Context, recipe source.Dataset) (source.Built, *data.Dataset, error) {
	var problems []error
	for _, p := range recipe.Check() {
		problems = append(problems, usage(p, ""))
	}
	if len(problems) > 0 {
		return source.Built{}, nil, errors.Join(problems...)
	}
	b, err := a.newBuilder()
	if err != nil {
		return source.Built{}, nil, err
	}
	built, err := b.Get(ctx, recipe)
	if err != nil {
		return built, nil, err
	}
	set, err := data.Open(built.Dir)
	return built, set, err
}

// tools are what a study needs of this machine, until they are given back.
func (a *app) tools() (t study.Tools, giveBack func(), err error) {
	launcher, err := a.newLauncher()
	if err != nil {
		return t, nil, err
	}
	builder, err := a.newBuilder()
	if err != nil {
		launcher.Close()
		return t, nil, err
	}
	note := func(format string, args ...any) { fmt.Fprintf(a.talk, "assay: "+format+"\n", args...) }
	return study.Tools{Finder: a.finder(), Launcher: launcher, Builder: builder, Build: build.This(), Jobs: a.cfg.Jobs, Note: note},
		func() { launcher.Close() }, nil
}

// openStudy opens a sweep with tools that giveBack returns.
func (a *app) openStudy(ctx context.Context, file string, sets []string, pins *study.Pins) (s *study.Study, giveBack func(), err error) {
	t, release, err := a.tools()
	if err != nil {
		return nil, nil, err
	}
	if s, err = study.Open(ctx, t, file, sets, pins); err != nil {
		release()
		return nil, nil, err
	}
	return s, func() { s.Close(); release() }, nil
}

// results is the folder of results: the flag, or the configuration. Few shells put
// the home folder into --results=~/x, and nobody wants a folder named ~.
func (a *app) results(flag string) string {
	if home, err := yaml.Home(flag); err == nil && flag != "" {
		return home
	}
	if flag != "" {
		return flag
	}
	return a.cfg.Results
}

// exists reports whether a file is there.
func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func isMissing(err error) bool { return errors.Is(err, fs.ErrNotExist) }
