package sweep

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/internal/problem"
)

// Skip is a method and a dataset that do not suit each other.
type Skip struct {
	Method, Dataset, Reason string
}

type cell struct {
	method  int
	dataset string
}

// Bind checks the sweep against what its methods say of themselves (by method
// id) and completes probes and tables. What depends on a method that is not among
// them is left unchecked. The error is a [problem.List]: all mistakes at once.
// Points and the rest may be called after it.
func (s *Sweep) Bind(methods map[string]framework.Description) error {
	b := &binder{decoder: decoder{file: s.file, dir: filepath.Dir(s.file)}, s: s}
	s.methods, s.skipped, s.pairs, s.listed = methods, nil, nil, nil
	for _, d := range s.Datasets {
		wrong := d.Recipe.Check()
		for _, p := range wrong {
			b.problem(p, "dataset "+d.ID, "datasets", s.Key(d.ID))
		}
		if !slices.ContainsFunc(wrong, func(p problem.Problem) bool { return strings.HasSuffix(p.Path, "source") }) {
			b.files(d)
		}
	}
	recipes := len(b.Errs) == 0
	for i, m := range s.Methods {
		if !b.described(m) {
			b.partial = true
			continue
		}
		b.method(m)
		if recipes { // roles and targets are known only of sound ones
			b.suit(i, m)
		}
	}
	b.ablations()
	if b.probes() { // the same holds for metrics
		r := b.reported()
		b.selection(r)
		b.searching(r)
		b.tables(r)
	}
	if len(b.Errs) == 0 && !b.partial {
		b.sense(b.reported())
		b.size()
	}
	return b.Errs.Sorted()
}

// Key is where the file says what the dataset is.
func (s *Sweep) Key(dataset string) string {
	if protocol, ok := s.made[dataset]; ok {
		return protocol
	}
	return dataset
}

// maxPoints bounds a sweep: more is a slip of the pen (seeds: 100000), and
// would only fill the memory.
const maxPoints = 1_000_000

func (b *binder) size() {
	n := 0
	for _, c := range b.s.pairs {
		m := b.s.Methods[c.method]
		configs := b.s.Search.Trials
		if !b.s.asks(m) {
			list, err := b.s.configs(m)
			if err != nil {
				return // reported by method
			}
			configs = len(list)
		}
		if m.searched() {
			n += configs * len(b.s.SearchSeeds()) * max(1, b.s.folds(c.dataset))
		} else {
			n += len(b.s.Seeds) * max(1, b.s.folds(c.dataset))
		}
	}
	if n > maxPoints {
		b.failAt("take fewer seeds, or search at random", []string{"seeds"}, "the sweep has %d trials, more than %d", n, maxPoints)
	}
}

type binder struct {
	decoder
	s       *Sweep
	partial bool // some method has not been described
}

func (b *binder) described(m Method) bool {
	_, ok := b.s.methods[m.ID]
	return ok
}

// At gives an error the place of the key that a path leads to, as far as it goes.
func (s *Sweep) At(err error, path ...string) error {
	key, _ := s.root.Find(path...)
	return problem.At(key.Place, err)
}

// failAt reports a mistake at the key that the path leads to, as far as it goes.
func (b *binder) failAt(hint string, path []string, format string, args ...any) {
	key, _ := b.s.root.Find(path...)
	b.Fail(key, hint, format, args...)
}

// problem reports what another package found at a path inside a part of the file.
func (b *binder) problem(t problem.Teller, what string, at ...string) {
	p := t.Problem()
	b.failAt(p.Hint, append(slices.Clone(at), strings.Split(p.Path, ".")...), "%s: %v", what, t)
}

func (s *Sweep) method(id string) Method {
	i := slices.IndexFunc(s.Methods, func(m Method) bool { return m.ID == id })
	return s.Methods[i]
}
