package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sys/cpu"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/internal/bytesize"
	"github.com/assaylab/assay/framework/internal/executor"
	"github.com/assaylab/assay/framework/internal/host"
	"github.com/assaylab/assay/framework/internal/probe"
	"github.com/assaylab/assay/framework/internal/source"
	"github.com/assaylab/assay/framework/internal/sweep"
	"github.com/assaylab/assay/framework/internal/trial"

	"github.com/assaylab/assay/framework/data"
)

// session is one sweep with everything it names found and checked.
type session struct {
	*app
	sweep    *sweep.Sweep
	launcher *host.Launcher
	builder  *source.Builder
	plugins  map[string]host.Plugin           // by method id
	methods  map[string]framework.Description // by method id
	digests  map[string]string                // of datasets: by id, and by id and seed
	origin   trial.Provenance                 // what all trials of this run share
	pins     *pins                            // what assay.lock says; nil where nobody asks
}

// planned is one point of the sweep with the trial that it means. Several
// points may mean the same trial.
type planned struct {
	sweep.Point
	Key  string
	Task executor.Task
}

func (a *app) finder() *host.Finder {
	return &host.Finder{Builtin: a.builtin, Configured: a.cfg.Plugins, Path: a.cfg.pluginFolders()}
}

func (a *app) newLauncher() (*host.Launcher, error) {
	l, err := host.NewLauncher()
	if err != nil {
		return nil, err
	}
	l.MTLS, l.StartTimeout, l.Guard = a.cfg.MTLS, a.cfg.StartTimeout, a.guard
	return l, nil
}

func (a *app) newBuilder() (*source.Builder, error) {
	cache, err := data.OpenCache(a.cfg.Cache)
	if err != nil {
		return nil, err
	}
	return &source.Builder{Cache: cache, Mirror: a.cfg.DataMirror, Progress: a.downloads()}, nil
}

// openSweep reads the file, asks its plugins what they are, and checks the one
// against the other. With pins they are held against assay.lock before any of
// them is started.
func (a *app) openSweep(ctx context.Context, file string, sets []string, pins *pins) (*session, error) {
	sw, err := sweep.Load(file, sets)
	if err != nil {
		return nil, err
	}
	s := &session{app: a, sweep: sw, plugins: map[string]host.Plugin{}, methods: map[string]framework.Description{}, digests: map[string]string{}, pins: pins}
	if s.launcher, err = a.newLauncher(); err != nil {
		return nil, err
	}
	if s.builder, err = a.newBuilder(); err != nil {
		return nil, err
	}
	if s.plugins, err = a.findPlugins(sw, file); err != nil {
		return nil, err
	}
	if pins != nil {
		if err := pins.open(ctx, a, s, file); err != nil {
			return nil, err
		}
	}
	described := map[string]framework.Description{}
	for _, m := range sw.Methods {
		if _, ok := described[m.Plugin]; !ok {
			if described[m.Plugin], err = s.launcher.Describe(ctx, s.plugins[m.ID]); err != nil {
				return nil, fmt.Errorf("method %s: %w", m.ID, err)
			}
		}
		s.methods[m.ID] = described[m.Plugin]
	}
	if err := errors.Join(s.distinct(), s.enough()); err != nil {
		return nil, err
	}
	if err := sw.Bind(s.methods); err != nil {
		return nil, err
	}
	s.origin = origin()
	return s, nil
}

// findPlugins finds the plugin of every method of a sweep.
func (a *app) findPlugins(sw *sweep.Sweep, file string) (map[string]host.Plugin, error) {
	out := map[string]host.Plugin{}
	for _, m := range sw.Methods {
		p, err := a.finder().Find(m.Plugin, filepath.Dir(file))
		if err != nil {
			return nil, fmt.Errorf("method %s: %w", m.ID, err)
		}
		out[m.ID] = p
	}
	return out, nil
}

// distinct refuses two executables that give themselves one name and version:
// their trials could not be told apart.
func (s *session) distinct() error {
	first := map[string]string{} // name and version -> method id
	for _, m := range s.sweep.Methods {
		d := s.methods[m.ID]
		name := d.Name + " " + d.Version
		if other, ok := first[name]; ok && s.plugins[other].Where() != s.plugins[m.ID].Where() {
			return usage(fmt.Errorf("methods %s and %s: two plugins call themselves %s: %s and %s", other, m.ID, name, s.plugins[other].Where(), s.plugins[m.ID].Where()),
				"a trial is known by its method's name and version: give one of the plugins another")
		}
		first[name] = m.ID
	}
	return nil
}

// enough refuses a sweep that allows less memory than a plugin needs.
func (s *session) enough() error {
	var errs []error
	for _, m := range s.sweep.Methods {
		need, limit := s.plugins[m.ID].Needs().Memory, s.sweep.Limits.Memory
		if limit > 0 && need > limit {
			errs = append(errs, usage(fmt.Errorf("method %s: %s needs %s of memory; limits.memory is %s", m.ID, s.plugins[m.ID].Where(), bytesize.Format(need), bytesize.Format(limit)),
				"raise limits.memory in the sweep"))
		}
	}
	return errors.Join(errs...)
}

func targetNames(d source.Dataset, role string) (names []string, known bool) {
	targets, known := d.Targets(role)
	for _, t := range targets {
		names = append(names, t.Name)
	}
	return names, known
}

func (s *session) close() { s.launcher.Close() }

// jobs is how many trials run at a time.
func (s *session) jobs(flag int) int {
	for _, n := range []int{flag, s.sweep.Run.Jobs, s.cfg.Jobs} {
		if n > 0 {
			return n
		}
	}
	return max(1, runtime.NumCPU()/s.threads())
}

func (s *session) threads() int { return max(1, s.sweep.Limits.Threads) }

// dataset returns the digest of a dataset, building it if need be. One that is
// drawn anew for every trial has a digest per seed.
func (s *session) dataset(ctx context.Context, id string, seed uint64) (string, source.Dataset, error) {
	i := slices.IndexFunc(s.sweep.Datasets, func(d sweep.Dataset) bool { return d.ID == id })
	recipe := s.sweep.Datasets[i].Recipe
	key := id
	if recipe.Redrawn() {
		key = fmt.Sprintf("%s\x00%d", id, seed)
	}
	if d, ok := s.digests[key]; ok {
		return d, recipe, nil
	}
	digest, err := s.builder.Build(ctx, recipe, seed)
	if err != nil {
		return "", recipe, fmt.Errorf("dataset %s: %w", id, err)
	}
	if err := s.pins.dataset(s.app, datasetLabel(id, recipe, seed), digest); err != nil {
		return "", recipe, err
	}
	s.digests[key] = digest
	return digest, recipe, nil
}

// plan turns points into trials.
func (s *session) plan(ctx context.Context, points []sweep.Point) ([]planned, error) {
	out := make([]planned, 0, len(points))
	for _, p := range points {
		digest, recipe, err := s.dataset(ctx, p.Dataset, p.Seed)
		if err != nil {
			return nil, err
		}
		d, plug := s.methods[p.Method], s.plugins[p.Method]
		binary, err := plug.Digest()
		if err != nil {
			return nil, err
		}
		spec := trial.Spec{Method: d.Name, Version: d.Version, Settings: p.Settings, Dataset: digest, Seed: p.Seed, Probes: s.probes(p.Method, recipe, d)}
		provenance, threads := s.origin, max(s.threads(), plug.Needs().Threads)
		provenance.Plugin, provenance.Path, provenance.Binary, provenance.Recipe, provenance.Threads = plug.Name, plug.Where(), binary, recipe, threads
		provenance.Packages, provenance.Lock = s.pins.state(plug, datasetLabel(p.Dataset, recipe, p.Seed))
		key := spec.Key()
		out = append(out, planned{Point: p, Key: key, Task: executor.Task{
			Label:  label(p),
			Record: trial.Record{Key: key, Spec: spec, Provenance: provenance},
			Job: host.Job{
				Plugin: plug, Description: d, Settings: p.Settings, DatasetDir: s.builder.Cache.Dir(digest), Seed: p.Seed, Probes: spec.Probes,
				Arrays:  s.sweep.Keep.Arrays,
				Timeout: s.sweep.Limits.Timeout,
				Options: host.Options{Threads: threads, Memory: s.sweep.Limits.Memory},
			},
		}})
	}
	return out, nil
}

// probes are those of the sweep that are for this method and whose target the
// embedded recording has. Of a
// file it is not known before it is read: then all are tried.
func (s *session) probes(method string, recipe source.Dataset, d framework.Description) []probe.Spec {
	names, known := targetNames(recipe, d.EmbedRole())
	var out []probe.Spec
	for _, p := range s.sweep.Probes {
		mine := len(p.Methods) == 0 || slices.Contains(p.Methods, method)
		if mine && (!known || slices.Contains(names, p.Target)) {
			out = append(out, p)
		}
	}
	return out
}

func label(p sweep.Point) string {
	name := p.Method
	if p.Variant != "" {
		name += ": " + p.Variant
	}
	return fmt.Sprintf("%s, %s, seed %d", name, p.Dataset, p.Seed)
}

// origin is the part of the provenance that a whole run shares.
func origin() trial.Provenance {
	p := trial.Provenance{Host: Version, Platform: runtime.GOOS + "/" + runtime.GOARCH}
	for name, has := range map[string]bool{"avx2": cpu.X86.HasAVX2, "fma": cpu.X86.HasFMA, "avx512f": cpu.X86.HasAVX512F, "neon": cpu.ARM64.HasASIMD} {
		if has {
			p.CPU = append(p.CPU, name)
		}
	}
	slices.Sort(p.CPU)
	if text, err := exec.Command("git", "rev-parse", "HEAD").Output(); err == nil {
		p.Commit = strings.TrimSpace(string(text))
		status, err := exec.Command("git", "status", "--porcelain", "--untracked-files=no").Output()
		p.Dirty = err == nil && len(status) > 0
	}
	return p
}

// results is the folder of results: the flag, or the configuration.
func (a *app) results(flag string) string {
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
