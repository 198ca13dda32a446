package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/assaylab/assay/framework/internal/conformance"
	"github.com/assaylab/assay/framework/internal/study"
)

// checkStrategy runs the checks of a search strategy.
func (a *app) checkStrategy(ctx context.Context, name string, asJSON bool) error {
	p, err := a.finder().Find(name, ".")
	if err != nil {
		return err
	}
	launcher, err := a.newLauncher()
	if err != nil {
		return err
	}
	defer launcher.Close()
	report := checkReport{Plugin: p.Where()}
	last := time.Now()
	began := last
	report.Method, report.Version, err = study.CheckStrategy(ctx, launcher, p, func(c study.StrategyCheck, wrong error) {
		f := conformance.Finding{Check: c.Name, Status: conformance.Pass, Seconds: time.Since(last).Seconds()}
		last = time.Now()
		if wrong != nil {
			f.Status, f.Details, f.Hint = conformance.Fail, []string{wrong.Error()}, c.Hint
			report.Failed++
		}
		report.Findings = append(report.Findings, f)
		if !asJSON {
			a.printFinding(f)
		}
	})
	if err != nil {
		return err
	}
	report.Passed, report.Seconds = report.Failed == 0, time.Since(began).Seconds()
	if asJSON {
		if err := json.NewEncoder(a.out).Encode(report); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(a.out, "\n%s %s: %d checks, %d failed\n", report.Method, report.Version, len(report.Findings), report.Failed)
	}
	if !report.Passed {
		return exitCode(exitError)
	}
	return nil
}
