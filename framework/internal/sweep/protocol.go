package sweep

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/source"
	"github.com/assaylab/assay/framework/internal/yaml"
)

// Evaluations by name. Each makes several datasets of the recordings of others.
const (
	withinSession = "within-session"
	crossSession  = "cross-session"
	crossSubject  = "cross-subject"
	learningCurve = "learning-curve"
)

// protocol is a protocol while it is read.
type protocol struct {
	kind    string
	members []string
	split   *data.Division // of the member that tests; nil: its own
	shares  []float64      // of the train part, for a learning curve
	access  string
	part    float64 // of its train part that may be seen
	sources string  // role of the other members: main or pretrain
}

// protocol reads a protocol and makes its datasets: one for every member that is held
// out, or on which it is trained and tested, called NAME.MEMBER.
func (d *decoder) protocol(id string, n *yaml.Node, plain map[string]source.Dataset) []Dataset {
	what := "dataset " + id
	f := d.Fields(n, what, "protocol", "members", "target", "split", "sources", "shares")
	p := protocol{access: source.AccessLabeled, part: 1}
	f.Choice("protocol", &p.kind, withinSession, crossSession, crossSubject, learningCurve)
	f.Require("members", "members: [a, b, c] names datasets of this sweep")
	var known []string
	for name := range plain {
		known = append(known, name)
	}
	slices.Sort(known)
	f.Texts("members", &p.members)
	before := len(d.Errs)
	if m, ok := f.Value("members"); ok {
		for i, item := range m.Entries() {
			if item.Kind == yaml.Text {
				d.refer(item, item.Text, "dataset", known)
				if slices.Index(p.members, item.Text) < i {
					d.Fail(item, "", "%s names the member %s twice", what, item.Text)
				}
			}
		}
	}
	if s, ok := f.Value("split"); ok {
		p.split = d.division(s, what+": split", false)
	}
	d.access(f, &p)
	d.shares(f, &p)
	if len(d.Errs) > before {
		return nil
	}
	return d.carry(id, n, p, plain)
}

// access reads what of the target may be seen, and where the other members go.
func (d *decoder) access(f yaml.Fields, p *protocol) {
	crosses := p.kind == crossSession || p.kind == crossSubject
	for _, key := range []string{"target", "sources"} {
		if n, ok := f.Value(key); ok && !crosses {
			d.Fail(n, "it is for cross-session and cross-subject", "%s has no effect in a protocol %s", f.Name(key), p.kind)
			return
		}
	}
	n, ok := f.Value("target")
	if !ok && crosses {
		f.Require("target", "target: none, trialwise, {unlabeled: 20%}, or {labeled: 20%}: what a method may see of the recording that it is tested on")
	}
	switch {
	case !ok:
	case n.Kind == yaml.Mapping:
		g := d.Fields(n, f.Name("target"), source.AccessUnlabeled, source.AccessLabeled)
		if len(n.Pairs) != 1 {
			d.Fail(n, "target: {labeled: 20%}", "%s names one of unlabeled and labeled", f.Name("target"))
			return
		}
		p.access = n.Pairs[0].Key.Text
		d.share(n.Pairs[0].Value, g.Name(p.access), &p.part)
	default:
		f.Choice("target", &p.access, source.AccessNone, source.AccessTrialwise)
	}
	p.sources = data.MainRole
	if p.access == source.AccessLabeled {
		p.sources = "pretrain"
	}
	f.Choice("sources", &p.sources, data.MainRole, "pretrain")
	if n, ok := f.Value("sources"); ok && p.sources == "pretrain" && p.access != source.AccessLabeled {
		d.Fail(n, "write sources: main, or let labels of the target be seen: target: {labeled: 20%}",
			"%s: without labels of the target, what reads labels must learn from the other members, and so they stand in main", f.Name("sources"))
	}
}

// share reads 20% or 0.2.
func (d *decoder) share(n *yaml.Node, what string, into *float64) {
	text, percent := strings.CutSuffix(n.Text, "%")
	v, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if percent {
		v /= 100
	}
	if n.Kind == yaml.List || n.Kind == yaml.Mapping || err != nil || !(v > 0 && v <= 1) {
		d.Fail(n, "20% or 0.2", "%s must be a share above 0 and at most 1, got %v", what, n)
		return
	}
	*into = v
}

func (d *decoder) shares(f yaml.Fields, p *protocol) {
	n, ok := f.Value("shares")
	if ok && p.kind != learningCurve {
		d.Fail(n, "it is for a learning-curve", "%s has no effect in a protocol %s", f.Name("shares"), p.kind)
		return
	}
	if p.kind != learningCurve {
		return
	}
	p.shares = []float64{0.1, 0.25, 0.5, 1}
	if !ok {
		return
	}
	p.shares = nil
	for i, item := range n.Entries() {
		v := math.NaN()
		d.share(item, fmt.Sprintf("%s, entry %d", f.Name("shares"), i+1), &v)
		p.shares = append(p.shares, v)
	}
	if len(p.shares) == 0 {
		d.Fail(n, "shares: [10%, 50%, 100%]", "%s is empty", f.Name("shares"))
	}
}

// carry makes the datasets of a protocol.
func (d *decoder) carry(id string, n *yaml.Node, p protocol, plain map[string]source.Dataset) []Dataset {
	members := make([]source.Recording, len(p.members))
	for i, m := range p.members {
		if len(plain[m].Roles) > 0 || len(plain[m].Join) > 0 {
			d.Fail(n, "a member has one source", "dataset %s: member %s is of several recordings", id, m)
			return nil
		}
		members[i] = plain[m].Recording
	}
	var out []Dataset
	add := func(name string, recipe source.Dataset) {
		out = append(out, Dataset{ID: id + "." + name, Recipe: recipe})
	}
	if p.kind == crossSession || p.kind == crossSubject {
		if !d.apart(id, n, p, members) {
			return nil
		}
	}
	for i, m := range p.members {
		held := members[i]
		held.Split = p.division(held.Split)
		switch p.kind {
		case withinSession:
			add(m, source.Dataset{Recording: held})
		case learningCurve:
			for _, share := range p.shares {
				add(fmt.Sprintf("%s.%g", m, math.Round(share*1e4)/100), source.Dataset{Recording: thinned(held, share)})
			}
		default:
			others := p.others(i, members)
			if len(others) == 0 {
				d.Fail(n, "add members of other subjects, or take cross-session", "dataset %s: nobody but the subject of %s is among the members", id, m)
				return nil
			}
			add(m, p.cross(held, others))
		}
	}
	return out
}

// division is how the member that tests is divided.
func (p protocol) division(own *data.Division) *data.Division {
	switch {
	case p.split != nil:
		return p.split
	case own != nil:
		return own
	case p.kind == withinSession:
		return &data.Division{By: data.ByTrial, Folds: 5}
	}
	return &data.Division{By: data.ByTrial, Train: 0.8, Test: 0.2}
}

// thinned trains on a share of the train part.
func thinned(r source.Recording, share float64) source.Recording {
	split := *r.Split
	split.Part = share
	r.Split = &split
	return r
}

// others are the members that may be trained on where member i tests, whole.
func (p protocol) others(i int, members []source.Recording) (out []source.Recording) {
	subject, _ := members[i].Whose()
	for k, r := range members {
		other, _ := r.Whose()
		if k == i || p.kind == crossSubject && other == subject {
			continue
		}
		r.Split = nil
		out = append(out, r)
	}
	return out
}

// cross is the dataset in which held tests and others train.
func (p protocol) cross(held source.Recording, others []source.Recording) source.Dataset {
	roles := map[string]source.Recording{}
	switch p.access {
	case source.AccessLabeled:
		roles[data.MainRole] = thinned(held, p.part)
	case source.AccessUnlabeled:
		unlabeled := thinned(held, p.part)
		unlabeled.Only, unlabeled.Bare = data.Train, true
		roles[source.UnlabeledRole] = unlabeled
		held.Only = data.Test
	default:
		held.Only = data.Test
	}
	if p.sources == "pretrain" {
		for k, r := range others {
			roles[data.Numbered("pretrain", k)] = r
		}
		return source.Dataset{Roles: roles, Access: p.access}
	}
	if r, ok := roles[data.MainRole]; ok {
		held = r
	}
	var join []source.Recording
	for _, r := range others {
		r.As = data.Train
		join = append(join, r)
	}
	roles[data.MainRole] = source.Recording{Join: append(join, held)}
	return source.Dataset{Roles: roles, Access: p.access}
}

// apart refuses members that are not: what trains must share neither session nor, across
// subjects, an animal that nobody names with what tests.
func (d *decoder) apart(id string, n *yaml.Node, p protocol, members []source.Recording) bool {
	if len(members) < 2 {
		d.Fail(n, "members: [a, b, c]", "dataset %s: a protocol %s needs at least two members", id, p.kind)
		return false
	}
	before := len(d.Errs)
	for i, r := range members {
		subject, session := r.Whose()
		if p.kind == crossSubject && subject == "" {
			d.Fail(n, "give its dataset a subject: NAME", "dataset %s: whose recording %s is nobody says", id, p.members[i])
		}
		for k := range i {
			_, other := members[k].Whose()
			if session != "" && session == other || r.Source != "" && r.Source == members[k].Source && fmt.Sprint(r.Params, r.Seed) == fmt.Sprint(members[k].Params, members[k].Seed) {
				d.Fail(n, "leave one of them out: what one trains on the other would test", "dataset %s: members %s and %s are of one session%s", id, p.members[k], p.members[i], brackets(session))
			}
		}
	}
	return len(d.Errs) == before
}

func brackets(s string) string {
	if s == "" {
		return ""
	}
	return " (" + s + ")"
}
