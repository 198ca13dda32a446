package bundle

import (
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"time"

	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/study"
	"github.com/assaylab/assay/framework/internal/trial"
)

// Verdicts on a trial that was run again.
const (
	Equal     = "equal"     // all metrics and embeddings are the same, bit by bit
	Allowed   = "within"    // they are not, and what computes is another thing here: see Same
	Different = "different" // they are not, and nothing that may change them is known to be another
	NotRun    = "not run"   // Note says why
)

// Verdict is what became of one trial.
type Verdict struct {
	Key     string `json:"key"`
	Method  string `json:"method"`
	Variant string `json:"variant,omitempty"`
	Dataset string `json:"dataset"`
	Fold    string `json:"fold,omitempty"`
	Seed    uint64 `json:"seed"`
	Verdict string `json:"verdict"`
	// Note says what is different, or why the trial could not be run; Hint what to do.
	Note        string   `json:"note,omitempty"`
	Hint        string   `json:"hint,omitempty"`
	Differences []string `json:"differences,omitempty"`
	Elsewhere   []string `json:"elsewhere,omitempty"` // what is another thing here than it was there
	Metrics     int      `json:"metrics"`             // that were compared
	Embeddings  int      `json:"embeddings"`
	WallSec     float64  `json:"wall_s"`
	WallBefore  float64  `json:"wall_before_s"`
}

// Reproduce runs one trial of the bundle again. Paths of plugins and files start in
// top; none leads out of it.
func (b *Bundle) Reproduce(ctx context.Context, t study.Tools, top string, l store.Line, all []store.Line) Verdict {
	v := Verdict{Key: l.Key, Method: l.MethodID, Variant: l.Variant, Dataset: l.Dataset, Fold: l.Fold, Seed: l.Spec.Seed,
		Metrics: len(l.Metrics), Embeddings: len(l.Embeddings), WallBefore: l.Provenance.WallSec}
	begin := time.Now()
	now, other, err := b.run(ctx, t, top, l)
	v.WallSec = time.Since(begin).Seconds()
	if err == nil {
		v.Elsewhere = b.elsewhere(ctx, t, top, l.Record, now)
	}
	switch {
	case err != nil:
		v.Verdict, v.Note = NotRun, err.Error()
		if p, ok := problem.Find(err); ok {
			v.Hint = p.Hint
		}
	case other != "":
		v.Verdict, v.Note = NotRun, other
	default:
		v.Differences = study.Differences(l.Record, now)
		v.judge(l, now, all)
	}
	return v
}

func (v *Verdict) judge(l store.Line, now trial.Record, all []store.Line) {
	if len(v.Differences) == 0 {
		v.Verdict = Equal
		return
	}
	v.Verdict = Different
	if !v.mayDiffer() {
		v.Note = "bits are different, on an instruction set and packages like those that it had"
		return
	}
	if far := beyond(l, now, all); far != "" {
		v.Note = "bits may be different here, but not by as much: " + far
		return
	}
	v.Verdict, v.Note = Allowed, "bits may be different here, and the numbers are those of another run of the same"
}

func (b *Bundle) run(ctx context.Context, t study.Tools, top string, l store.Line) (trial.Record, string, error) {
	from, err := b.from(top, l)
	if err != nil {
		return trial.Record{}, "", err
	}
	return study.Rerun(ctx, t, l.Record, from)
}

// dir is the sweep's folder.
func (b *Bundle) dir(top string) string {
	return filepath.Join(top, filepath.FromSlash(path.Dir(b.File)))
}

// from says where what the trial needs is on this machine. A bundle may be anybody's:
// it can name nothing that lies outside of the folder that the user gives it.
func (b *Bundle) from(top string, l store.Line) (study.Again, error) {
	from := study.Again{Plugin: l.Provenance.Plugin, Dir: b.dir(top)}
	if isPath(from.Plugin) && (filepath.IsAbs(from.Plugin) || from.Plugin[0] == '~' || !within(top, filepath.Join(from.Dir, from.Plugin))) {
		return from, problem.Advise(fmt.Errorf("the trial's plugin %s is outside of %s", from.Plugin, top), "--in FOLDER says which folder the sweep's paths stay within")
	}
	files := map[string]string{}
	for _, d := range b.Datasets {
		if d.ID == l.Dataset {
			files = d.Files
		}
	}
	var err error
	from.Recipe, err = moved(l.Provenance.Recipe, func(name string) (string, error) {
		in, ok := files[name]
		if !ok {
			return "", errors.New("the dataset reads a file that the bundle names no place for: " + filepath.Base(name))
		}
		at := filepath.Join(top, filepath.FromSlash(in))
		if carried := filepath.Join(b.Dir, sweepFolder, filepath.FromSlash(in)); !exists(at) && exists(carried) {
			at = carried
		}
		if !exists(at) {
			return "", problem.Advise(fmt.Errorf("the dataset reads %s, which is not in %s", in, top), "a bundle carries no recording: put the file there, or name the folder that has it with --in")
		}
		return at, nil
	})
	return from, err
}
