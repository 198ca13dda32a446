package framework

import (
	"fmt"
	"slices"

	"github.com/assaylab/assay/framework/internal/wire"
)

// BudgetFor returns the full training budget under these settings, 0 where there
// is none: where nothing is trained step by step.
func (d Description) BudgetFor(values map[string]any) (int64, error) {
	d = d.complete()
	if d.Budget == "" {
		return 0, nil
	}
	if s, ok := d.Schema.Find(d.Budget); ok { // a setting without effect is no budget
		if active, err := d.Schema.Active(s.When, values); err != nil || !active {
			return 0, err
		}
	}
	n, err := d.Schema.Number(d.Budget, values)
	if err == nil && n < 0 {
		err = fmt.Errorf("the budget %q is %d", d.Budget, n)
	}
	return n, err
}

// WholePart is the number of samples that stands for all there are.
const WholePart = -1

// ContextFor returns how many samples before and after a sample its embedding may
// see under these settings, or WholePart; ok is false where the description does
// not say.
func (d Description) ContextFor(values map[string]any) (before, after int64, ok bool, err error) {
	d = d.complete()
	if d.Context == (Context{}) {
		return 0, 0, false, nil
	}
	if before, err = d.Schema.Number(d.Context.Before, values); err != nil {
		return 0, 0, false, fmt.Errorf("context before: %w", err)
	}
	if after, err = d.Schema.Number(d.Context.After, values); err != nil {
		return 0, 0, false, fmt.Errorf("context after: %w", err)
	}
	if before < WholePart || after < WholePart {
		return 0, 0, false, fmt.Errorf("the context %q, %q is %d samples before and %d after", d.Context.Before, d.Context.After, before, after)
	}
	return before, after, true, nil
}

// UsesLabelsFor reports whether embeddings depend on targets under these settings;
// ok is false where the description does not say.
func (d Description) UsesLabelsFor(values map[string]any) (uses, ok bool, err error) {
	if d.UsesLabels == "" {
		return false, false, nil
	}
	uses, err = d.complete().Schema.Active(d.UsesLabels, values)
	return uses, err == nil, err
}

// SeedlessFor reports whether the result does not depend on the seed under these
// settings.
func (d Description) SeedlessFor(values map[string]any) (bool, error) {
	if d.Seedless == "" {
		return false, nil
	}
	return d.complete().Schema.Active(d.Seedless, values)
}

func (d Description) capabilitiesToWire(w *wire.DescribeReply) {
	w.Budget, w.UsesLabels, w.Several, w.Gpu, w.Seedless = d.Budget, d.UsesLabels, d.Several, d.GPU, d.Seedless
	if d.Context != (Context{}) {
		w.Context = &wire.Context{Before: d.Context.Before, After: d.Context.After}
	}
}

// capabilitiesFromWire takes over and checks what the description, otherwise
// complete, says of budget, context, labels, roles, GPUs and seeds.
func (d *Description) capabilitiesFromWire(w *wire.DescribeReply) error {
	d.Budget, d.UsesLabels, d.Several, d.GPU, d.Seedless = w.Budget, w.UsesLabels, w.Several, w.Gpu, w.Seedless
	if w.Context != nil {
		d.Context = Context{w.Context.Before, w.Context.After}
		if d.Context == (Context{}) {
			return fmt.Errorf("context: before and after are empty")
		}
	}
	if _, err := d.BudgetFor(nil); err != nil {
		return fmt.Errorf("budget: %w", err)
	}
	if _, _, _, err := d.ContextFor(nil); err != nil {
		return err
	}
	if _, _, err := d.UsesLabelsFor(nil); err != nil {
		return fmt.Errorf("uses_labels: %w", err)
	}
	if _, err := d.SeedlessFor(nil); err != nil {
		return fmt.Errorf("seedless: %w", err)
	}
	for _, role := range d.Several {
		if !slices.Contains(d.RoleNames(), role) && !slices.ContainsFunc(d.Optional, func(o OptionalRole) bool { return o.Name == role }) {
			return fmt.Errorf("several: there is no role %q", role)
		}
	}
	if d.GPU != "" && d.GPU != GPUNone && d.GPU != GPUOptional && d.GPU != GPURequired {
		return fmt.Errorf("gpu is %q, not none, optional or required", d.GPU)
	}
	return nil
}
