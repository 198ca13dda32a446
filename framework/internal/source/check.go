package source

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strings"
	"sync"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/setting"
)

// Problem is one thing wrong with a recipe: a path inside it such as "params.n"
// or "roles.source.split.train", a fact and a hint.
type Problem = data.Problem

// problemAt puts a path in front of what an Error says.
func problemAt(path string, err error) Problem {
	if e, ok := errors.AsType[*Error](err); ok {
		return Problem{Path: path, Fact: e.Fact, Hint: e.Hint}
	}
	return Problem{Path: path, Fact: err.Error()}
}

var (
	roleName  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$`) })
	hashValue = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9a-fA-F]{64}$`) })
)

// Check returns everything that is wrong with the recipe as far as that can be
// seen without reading a file.
func (d Dataset) Check() []Problem {
	if len(d.Roles) == 0 {
		return d.Recording.check("", true)
	}
	var out []Problem
	if d.Source != "" {
		out = append(out, Problem{Path: "source", Fact: "a dataset has either one source or roles, not both", Hint: "move the source into a role"})
	} else if !d.Recording.zero() {
		out = append(out, Problem{Path: "roles", Fact: "beside roles nothing else has an effect", Hint: "write it into each role"})
	}
	for _, role := range sortedKeys(d.Roles) {
		at := "roles." + role
		if !roleName().MatchString(role) {
			out = append(out, Problem{Path: at, Fact: "a role is letters, digits, - and _"})
		}
		out = append(out, d.Roles[role].check(at+".", false)...)
	}
	return append(out, d.checkFolds()...)
}

func (r Recording) zero() bool {
	return r.Source == "" && len(r.Params) == 0 && r.Seed == 0 && !r.PerTrial && r.Read == nil && r.SHA256 == "" &&
		len(r.Keep) == 0 && r.MinSpeed == 0 && r.Split == nil && r.Subject == "" && r.Session == "" && len(r.Join) == 0
}

// check looks at one recording; at is the path in front, many allows a source
// that brings several roles.
func (r Recording) check(at string, many bool) []Problem {
	var out []Problem
	add := func(path, fact, hint string) { out = append(out, Problem{Path: at + path, Fact: fact, Hint: hint}) }
	p := r.provider()
	for _, x := range p.check(r, many) {
		add(x.Path, x.Fact, x.Hint)
	}
	if r.Source == "" && len(r.Join) == 0 {
		return out
	}
	takes := p.takes()
	if !takes.draw && len(r.Params) > 0 {
		add("params", "only generators take params", "")
	}
	if !takes.draw && r.Seed != 0 {
		add("seed", "only generators take a seed", "the seed of a random division is split.seed")
	}
	if !takes.draw && r.PerTrial {
		add("per_trial", "only a generator can draw anew with every trial", "")
	}
	if r.PerTrial && r.Seed != 0 {
		add("seed", "a fixed seed contradicts drawing anew with every trial", "remove either")
	}
	if !takes.file && r.SHA256 != "" {
		add("sha256", "only files take a hash", "the catalogue has its own")
	}
	if r.SHA256 != "" && !hashValue().MatchString(r.SHA256) {
		add("sha256", fmt.Sprintf("must be 64 hexadecimal digits, got %q", r.SHA256), "sha256sum prints it")
	}
	if !takes.file && r.Read != nil {
		add("read", "only files take columns", "")
	}
	return append(out, r.checkChoice(at)...)
}

// checkChoice looks at which samples are kept and how they are divided.
func (r Recording) checkChoice(at string) []Problem {
	var out []Problem
	add := func(path, fact, hint string) { out = append(out, Problem{Path: at + path, Fact: fact, Hint: hint}) }
	for _, target := range sortedKeys(r.Keep) {
		labels := r.Keep[target]
		if len(labels) == 0 {
			add("keep."+target, "keeps nothing", "list the labels that stay")
		}
		t, known := r.knownTarget(target)
		if known && (t == nil || !t.Class) {
			add("keep."+target, fmt.Sprintf("%s has no class target %q", r.Source, target), setting.Suggest(target, r.targetNames(true)))
			continue
		}
		for _, l := range labels {
			if known && !t.hasLabel(l) {
				add("keep."+target, fmt.Sprintf("%s is no label of %q", l, target), t.listLabels())
			}
		}
	}
	if !(r.MinSpeed >= 0) || math.IsInf(r.MinSpeed, 0) {
		add("min_speed", fmt.Sprintf("must be a speed of at least 0, got %v", r.MinSpeed), "")
	} else if t, known := r.knownTarget("velocity"); r.MinSpeed > 0 && known && t == nil {
		add("min_speed", fmt.Sprintf("%s has no target velocity", r.Source), "")
	}
	if r.Split == nil {
		return out
	}
	if t, known := r.knownTarget(r.Split.Stratify); r.Split.Stratify != "" && known && (t == nil || !t.Class) {
		add("split.stratify", fmt.Sprintf("%s has no class target %q", r.Source, r.Split.Stratify), setting.Suggest(r.Split.Stratify, r.targetNames(true)))
	}
	for _, p := range r.Split.Check() {
		add(strings.TrimSuffix("split."+p.Path, "."), p.Fact, p.Hint)
	}
	if shapes, ok := r.shapes(); ok && r.Split.By == data.ByGiven {
		for _, role := range sortedKeys(shapes) {
			if !shapes[role].Divided {
				add("split.by", fmt.Sprintf("%s brings no split of its own", r.Source), "divide by trial")
				break
			}
		}
	}
	return out
}
