package study

import (
	"context"
	"fmt"
	"slices"

	"github.com/assaylab/assay/framework/internal/host"
	"github.com/assaylab/assay/framework/internal/sweep"
	"github.com/assaylab/assay/framework/internal/trial"
)

// Notes say what of a plan needs a word: whose code has changed, so that its trials
// run again, and what is taken although something around it has changed.
func (l *Ledger) Notes(ctx context.Context) ([]string, error) {
	leaks, err := l.leakNotes(ctx)
	if err != nil {
		return nil, err
	}
	out := slices.Concat(leaks, l.study.readingNotes(), l.study.readOutNotes())
	for _, m := range l.study.Sweep.Methods {
		var open, unknown, moved bool
		for _, p := range l.Points() {
			if p.Method != m.ID {
				continue
			}
			plug := l.study.plugins[m.ID]
			code, err := plug.Code()
			if err != nil {
				return nil, err
			}
			open = open || code != "" && !p.Trained()
			unknown = unknown || code != "" && p.Trained() && p.Fit.Code == ""
			was, is := "", l.study.pins.environment(plug.Plugin)
			if o := p.Origin(); o != nil {
				was = o.Packages
			}
			moved = moved || p.Trained() && was != "" && is != "" && was != is
		}
		if lacks := l.study.granted(m).Lacks(l.study.plugins[m.ID].Needs().Access); lacks != "" {
			out = append(out, fmt.Sprintf("%s: its plugin asks for what it does not get: allow: %s in the sweep grants it, or \"assay plugin lock --allow\"", m.ID, lacks))
		}
		if n := l.deals(m.ID); n > 0 {
			out = append(out, fmt.Sprintf("%s learns from targets: shuffled: %d trains it %d times more on each of its datasets and folds, on targets that are dealt out anew", m.ID, n, n))
		}
		if open {
			changed, err := l.codeChanged(ctx, m.ID)
			if err != nil {
				return nil, err
			}
			if changed {
				out = append(out, fmt.Sprintf("%s: the code of its plugin has changed since trials were recorded: they run again", m.ID))
			}
		}
		if unknown {
			out = append(out, fmt.Sprintf("%s: trials of the first edition are taken by their version; of which code they are is not known (\"assay trial adopt\" says that it is this one)", m.ID))
		}
		if moved {
			out = append(out, fmt.Sprintf("%s: cached trials were recorded with other packages than its environment has now", m.ID))
		}
	}
	return out, nil
}

func (l *Ledger) codeChanged(ctx context.Context, method string) (bool, error) {
	plug := l.study.plugins[method]
	code, err := plug.Code()
	if err != nil || l.store == nil {
		return false, err
	}
	codes, err := l.store.Codes(ctx, plug.Description.Name, plug.Description.Version)
	others := slices.ContainsFunc(codes, func(c string) bool { return c != "" && c != code })
	return others, err
}

// Unknown lists the fits of the first edition that the sweep takes although the code
// of their plugin is not known, with the code that it has now, by method.
func (l *Ledger) Unknown() (map[string][]string, error) {
	out := map[string][]string{}
	for _, p := range l.Points() {
		code, err := l.study.plugins[p.Method].Code()
		if err != nil {
			return nil, err
		}
		if code != "" && p.Trained() && p.Fit.Code == "" && !slices.Contains(out[code], p.Key) {
			out[code] = append(out[code], p.Key)
		}
	}
	return out, nil
}

// granted is what a method's plugin gets of what it may ask for: from the sweep, and
// variables from the configuration.
func (s *Study) granted(m sweep.Method) trial.Grant {
	g := m.Allow.And(s.pins.granted(s.plugins[m.ID].Plugin))
	if s.Launcher == nil {
		return g
	}
	g.Env = append(slices.Clone(g.Env), s.Launcher.Env...)
	if s.Launcher.Confine == host.ConfineOff { // nothing is kept from it but variables
		g.Network, g.Read, g.Write = true, []string{"/"}, []string{"/"}
	}
	return g
}
