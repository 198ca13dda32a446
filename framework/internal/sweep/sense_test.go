package sweep

import "testing"

// What only looks like a mistake is let through: splits that the data decide,
// and searches of which a table shows every configuration.
func TestSenseLetsThrough(t *testing.T) {
	const search = "methods: {m: {plugin: toy, search: {rate: [0.1, 0.2]}}}\n"
	for name, text := range map[string]string{
		"split of the recording": "datasets: {a: {source: testdata/x.npz, split: {by: given}}}\n" + search + "select: {metric: loss}\n",
		"split in a file":        "datasets: {a: {source: testdata/x.npz, split: {file: testdata/y.npz}}}\n" + search + "select: {metric: loss}\n",
		"no split at all":        "datasets: {a: {source: testdata/x.npz}}\n" + search + "select: {metric: loss, split: all}\n",
		"split with shares":      "datasets: {a: {source: testdata/x.npz, split: {train: 0.5, val: 0.5}}}\n" + search + "select: {metric: loss, goal: min}\n",
		"a row per variant":      "datasets: {a: {source: testdata/x.npz}}\n" + search + "tables: [{name: t, rows: variant, cols: dataset, cell: loss}]\n",
		"a row per value":        "datasets: {a: {source: testdata/x.npz}}\n" + search + "tables: [{name: t, rows: settings.rate, cols: dataset, cell: loss}]\n",
		"against none":           "datasets: {a: {source: testdata/x.npz}}\nmethods: {m: {plugin: toy}}\ntables: [{name: t, rows: method, cell: loss, compare: {against: none}}]\n",
	} {
		if _, err := parse("version: 1\n" + text); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
