package export

import (
	"iter"
	"maps"
	"slices"

	"github.com/assaylab/assay/framework/internal/store"
)

// settings are the columns of the settings of all trials, in order of their names.
type settings []Column

// settingPrefix is how tables name settings, too: rows: settings.learning_rate.
const settingPrefix = "settings."

// settingsOf looks which settings there are. What is a number in one trial and a word
// in another is written as JSON in both.
func settingsOf(rows iter.Seq2[store.Line, error]) (settings, error) {
	kinds := map[string]Kind{}
	for l, err := range rows {
		if err != nil {
			return nil, err
		}
		for name, v := range l.Spec.Settings {
			k := kindOf(v)
			if before, seen := kinds[name]; seen && before != k {
				k = mixed
			}
			kinds[name] = k
		}
	}
	var out settings
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		out = append(out, Column{settingPrefix + name, kinds[name]})
	}
	return out, nil
}

// mixed is a column of JSON texts.
const mixed Kind = -1

func kindOf(v any) Kind {
	if _, ok := number(v); ok {
		return Number
	}
	switch v.(type) {
	case bool:
		return Flag
	case string:
		return Text
	}
	return mixed
}

func number(v any) (float64, bool) {
	switch x := v.(type) {
	case float64:
		return x, true
	case int:
		return float64(x), true
	case int64:
		return float64(x), true
	case uint64:
		return float64(x), true
	}
	return 0, false
}

func (s settings) heads() []Column {
	out := slices.Clone(s)
	for i := range out {
		if out[i].Kind == mixed {
			out[i].Kind = Text
		}
	}
	return out
}

func (s settings) row(row []any, values map[string]any) []any {
	for _, c := range s {
		v, ok := values[c.Name[len(settingPrefix):]]
		switch {
		case !ok:
			v = nil // it has no effect there
		case c.Kind == mixed:
			v = asJSON(v)
		case c.Kind == Number:
			v, _ = number(v)
		}
		row = append(row, v)
	}
	return row
}
