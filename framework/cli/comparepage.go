package cli

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/assaylab/assay/framework/internal/build"
	"github.com/assaylab/assay/framework/internal/report"
	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/study"
	"github.com/assaylab/assay/framework/internal/sweep"
)

// comparePage writes what changed as a page. Of folders it says only the names: a page
// is handed on.
func (a *app) comparePage(file string, of [2]*sweep.Sweep, dirs [2]string, sets []string, changes []study.Change) error {
	p := &report.Comparison{First: of[0].Name, Second: of[1].Name, Version: build.This().Name()}
	var apart []string
	if len(sets) > 0 {
		apart = append(apart, "the second with "+strings.Join(sets, ", "))
	}
	if dirs[0] != dirs[1] {
		apart = append(apart, "results of "+filepath.Base(dirs[0])+" and of "+filepath.Base(dirs[1]))
	}
	p.Where = strings.Join(apart, "; ")
	for _, c := range changes {
		p.Changes = append(p.Changes, report.Change{Method: c.Method, Variant: c.Variant, Dataset: c.Dataset, Metric: c.Metric, Split: c.Split,
			Before: c.Before, After: c.After, NBefore: c.NBefore, NAfter: c.NAfter, Failed: c.Failed, Diff: c.Diff, Lo: c.Lo, Hi: c.Hi,
			Adjusted: c.Adjusted, Settings: c.Settings, Verdict: c.Verdict, Note: c.Note,
			Tested: c.Verdict == study.Beyond || c.Verdict == study.Within, Beyond: c.Verdict == study.Beyond})
	}
	_, err := store.Replace(file, p.Write)
	if err == nil {
		fmt.Fprintf(a.talk, "assay: %s: %s\n", file, strings.TrimSuffix(report.Sum(p.Changes), "."))
	}
	return err
}
