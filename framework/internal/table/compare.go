package table

import (
	"fmt"
	"strings"

	"github.com/assaylab/assay/framework/internal/stats"
)

// verdict is what the caption tells about the comparisons.
type verdict struct {
	contests  []*contest
	tests     int // p-values made
	columns   int // contests with any
	identical int // pairs in which nothing varied
	bold      int
	marked    map[string]int      // cells by mark
	untested  map[string][]string // why, to "row" or "row in column"
	lone      bool                // a single value better than the best was passed over
	smallest  map[string][]float64
	metrics   []string // of smallest, in order
	noBestSet []string // columns for which there is no best set, and why
	lettered  bool
}

// compare tests the cells of each contest, adjusts the p-values within their
// families, and sets Pairs, Compare, marks, letters and Bold.
func compare(t *Table, evidence map[*Cell]evidence) (*verdict, error) {
	v := &verdict{contests: contests(t, evidence), marked: map[string]int{}, untested: map[string][]string{}, smallest: map[string][]float64{}}
	t.Pairs = []Pair{}
	var families []*family
	for _, k := range v.contests {
		f, err := newFamily(t.Spec, k)
		if err != nil {
			return nil, err
		}
		families = append(families, f)
	}
	if err := adjust(t.Spec, families); err != nil {
		return nil, err
	}
	for i, k := range v.contests {
		f := families[i]
		f.finish(t.Spec)
		if f.tests > 0 {
			v.columns++
			v.tests += f.tests
		}
		v.see(t.Spec, k, f)
		for _, p := range f.pairs {
			if !strings.HasSuffix(p.Note, unrecorded) { // nothing to say but the difference of two printed means
				t.Pairs = append(t.Pairs, p)
			}
		}
		if err := v.mark(t.Spec, k, f); err != nil {
			return nil, err
		}
	}
	return v, nil
}

func (v *verdict) see(s Spec, k *contest, f *family) {
	if s.Against == none {
		return
	}
	for _, e := range f.rivals {
		if e.untested != "" && len(f.rivals) > 1 {
			v.untested[e.untested] = append(v.untested[e.untested], e.name)
		}
	}
	for _, p := range f.pairs {
		if p.Family != "" && p.P == nil {
			v.identical++
		}
	}
	if f.ref < 0 {
		if len(f.rivals) > 0 && s.Against != best {
			why := fmt.Sprintf("no %s to compare with", s.Against)
			v.untested[why] = append(v.untested[why], k.other)
		}
		return
	}
	// What this table could have shown: from standard errors alone.
	ref := f.rivals[f.ref]
	for _, e := range f.rivals {
		i, ok := f.at[[2]*entry{e, ref}]
		if !ok {
			i, ok = f.at[[2]*entry{ref, e}]
		}
		if !ok || e == ref || f.pairs[i].P == nil {
			continue
		}
		if c := f.contrast[i]; c.SE > 0 {
			if _, seen := v.smallest[k.metric]; !seen {
				v.metrics = append(v.metrics, k.metric)
			}
			v.smallest[k.metric] = append(v.smallest[k.metric], stats.Detectable(c.SE, c.Nu, alpha/float64(f.steps), 0.8))
		}
	}
}
