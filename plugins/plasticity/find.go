package plasticity

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/nn/kernel"
)

// findRule gives the rule that the settings ask for.
func (s *settings) findRule(ctx context.Context, m *model, main *lesson, w *kernel.Workers, req framework.TrainRequest, rec framework.Recorder) (*Rule, error) {
	var r *Rule
	switch s.Source {
	case "given":
		r = newRule(s.T, s.multiplicative())
		for i := range r.Output {
			r.Output[i] = s.Output[i%len(s.Output)] // of four: the last round's bit is the lowest of the code
		}
		copy(r.Graph, s.Graph)
	case "saved":
		var err error
		if r, err = s.parseRule(); err != nil {
			return nil, err
		}
	default:
		l := main
		if s.MetaRole != data.MainRole {
			var err error
			if l, err = s.lesson(req, s.MetaRole); err != nil {
				return nil, err
			}
			l = l.part(s.MetaExamples, req.Rand("meta examples"))
		}
		if s.Source == "closed-form" {
			var err error
			if r, err = closedForm(s, l, w, req); err != nil {
				return nil, err
			}
			break
		}
		meta := newMeta(s, l, w, req)
		if err := meta.learn(ctx, s, l, req, rec); err != nil {
			return nil, err
		}
		r, m.MetaLoss, m.MetaAccuracy = meta.rule, meta.meanLoss, meta.meanAccuracy
	}
	if !s.GraphRule {
		clear(r.Graph)
	}
	text, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("the rule that was learned is not finite: %w; a smaller meta_rate or eta may help", err)
	}
	rec.Log("rule_json: %s", text)
	if !slices.ContainsFunc(r.Graph, func(v float64) bool { return v != 0 }) {
		r.Graph = nil // W stays
	}
	return r, nil
}

// parseRule reads rule_json and holds it against the other settings.
func (s *settings) parseRule() (*Rule, error) {
	r := new(Rule)
	d := json.NewDecoder(strings.NewReader(s.JSON))
	d.DisallowUnknownFields()
	if err := d.Decode(r); err != nil {
		return nil, framework.Refuse(fmt.Sprintf("rule_json: %v", err), "give the contents of a rule.json, or what the log of a trial shows as rule_json")
	}
	if err := r.check(); err != nil {
		return nil, framework.Refuse("rule_json: "+err.Error(), "give the contents of a rule.json as they are")
	}
	if r.Rounds != s.T {
		return nil, framework.Refuse(fmt.Sprintf("rule_json: the rule is of %d rounds, the network has %d", r.Rounds, s.T), "set rounds to those of the rule")
	}
	if r.Multiplicative != s.multiplicative() {
		return nil, framework.Refuse(fmt.Sprintf("rule_json: multiplicative is %v, but mode is %s", r.Multiplicative, s.Mode), "set mode to that of the rule")
	}
	return r, nil
}

func (r *Rule) check() error {
	if r.Rounds < 1 || r.Rounds > 4 {
		return fmt.Errorf("%d rounds", r.Rounds)
	}
	p := r.patterns()
	if len(r.Output) != 2*p {
		return fmt.Errorf("output has %d numbers, not 2 x %d", len(r.Output), p)
	}
	if len(r.Graph) != 0 && len(r.Graph) != p*p {
		return fmt.Errorf("graph has %d numbers, not %d x %d or none", len(r.Graph), p, p)
	}
	for _, v := range slices.Concat(r.Output, r.Graph) {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("%v is no number for a rule", v)
		}
	}
	return nil
}
