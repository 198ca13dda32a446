package report

import (
	"cmp"
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/assaylab/assay/framework/internal/store"
)

// columns are trials, a list for each of their properties: what repeats is written
// once and pointed at.
type columns struct {
	Keys     []string  `json:"keys"`
	Method   texts     `json:"method"`
	Variant  texts     `json:"variant"`
	Dataset  texts     `json:"dataset"`
	Fold     texts     `json:"fold"`
	Role     texts     `json:"role"`
	Status   texts     `json:"status"`
	Settings texts     `json:"settings"` // as JSON
	Seeds    []string  `json:"seeds"`
	CPU      []number  `json:"cpu"`
	Metrics  []*series `json:"metrics"`

	metric map[[2]string]*series
}

// series are the values of one metric; null where a trial has none.
type series struct {
	Name   string   `json:"name"`
	Split  string   `json:"split"`
	Goal   string   `json:"goal"`
	Values []number `json:"values"`
}

// number is written with six digits, which is what a page shows; NaN is null. The
// cells of tables keep all digits.
type number float64

func (n number) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(n)) || math.IsInf(float64(n), 0) {
		return []byte("null"), nil
	}
	return strconv.AppendFloat(nil, float64(n), 'g', 6, 64), nil
}

// texts are a list of texts of which few differ.
type texts struct {
	Words []string `json:"words"`
	At    []int    `json:"at"`
	known map[string]int
}

func (t *texts) add(s string) {
	if t.known == nil {
		t.known = map[string]int{}
	}
	i, ok := t.known[s]
	if !ok {
		i = len(t.Words)
		t.known[s], t.Words = i, append(t.Words, s)
	}
	t.At = append(t.At, i)
}

func (c *columns) init() { c.metric = map[[2]string]*series{} }

func (c *columns) add(row store.Line, r *redactor) error {
	settings, err := json.Marshal(row.Spec.Settings)
	if err != nil {
		return err
	}
	at := len(c.Keys)
	c.Keys, c.Seeds = append(c.Keys, row.Key), append(c.Seeds, strconv.FormatUint(row.Spec.Seed, 10))
	c.CPU = append(c.CPU, number(row.Provenance.CPUSec))
	c.Method.add(row.MethodID)
	c.Variant.add(row.Variant)
	c.Dataset.add(row.Dataset)
	c.Fold.add(row.Fold)
	c.Role.add(row.Role)
	c.Status.add(string(row.Status))
	c.Settings.add(r.text(string(settings)))
	for _, m := range row.Metrics {
		k := [2]string{m.Name, m.Split}
		s := c.metric[k]
		if s == nil {
			s = &series{Name: m.Name, Split: m.Split, Goal: string(m.Goal)}
			c.metric[k], c.Metrics = s, append(c.Metrics, s)
		}
		s.fill(at)
		s.Values = append(s.Values, number(m.Value))
	}
	for _, s := range c.Metrics {
		s.fill(at + 1)
	}
	return nil
}

// fill says of the trials before at that they have no value.
func (s *series) fill(at int) {
	for len(s.Values) < at {
		s.Values = append(s.Values, number(math.NaN()))
	}
}

func sorted[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
