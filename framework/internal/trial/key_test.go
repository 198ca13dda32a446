package trial

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assaylab/assay/framework/internal/probe"
)

var goldenFit = Fit{
	Method: "swapvae", Version: "2", Code: "sha256:c0de",
	Settings: map[string]any{
		"learning_rate": 0.001, "epochs": 200, "half": 1e-7, "big": 1e21, "exact": int64(9007199254740993), "zero": math.Copysign(0, -1),
		"name": "a<b&c> é\n\"", "on": true, "none": nil, "lags": []float64{-1, 0.5}, "Über": map[string]any{"b": 1.0, "a": []any{}},
	},
	Dataset: "sha256:da7a", Fold: "2/5", Seed: math.MaxUint64, Budget: 27, Parent: "9a12e47",
}

// The text is written by hand by the rules of Canonical, and the digests are what
// sha256sum says of it: another edition in another language must come to the same.
func TestGoldenKeys(t *testing.T) {
	const fit = `{"fit":{"budget":27,"code":"sha256:c0de","dataset":"sha256:da7a","fold":"2/5","method":"swapvae","parent":"9a12e47","seed":18446744073709551615,` +
		`"settings":{"big":1e+21,"epochs":200,"exact":9007199254740993,"half":1e-7,"lags":[-1,0.5],"learning_rate":0.001,"name":"a<b&c> é\n\"","none":null,"on":true,"zero":0,"Über":{"a":[],"b":1}},"version":"2"}}`
	measure := MeasureOf(probe.Spec{Name: "mine", Kind: "ridge", Target: "velocity", Settings: map[string]any{"min_speed": 5.0, "grid": []any{0.1, 1.0}}, Columns: []int{0, 64}}, "sha256:ab0u7")
	const bare = `{"fit":{"dataset":"sha256:0","method":"toy","seed":0,"version":"1"}}`
	for _, c := range []struct{ name, text, want, key string }{
		{"fit", fit, "71fc863a9311e7ed", goldenFit.Key()},
		{"bare fit", bare, "0cd49f5ee5e17af4", Fit{Method: "toy", Version: "1", Settings: Settings{}, Dataset: "sha256:0"}.Key()},
		{"evaluate", `{"evaluate":{"asked":{"arrays":true,"cases":true,"metrics":["loss","units"]},"fit":"f17"}}`, "d2bc5c6aba4a2151",
			Asked{Metrics: []string{"units", "loss", "units"}, Cases: true, Arrays: true}.Key("f17")},
		{"evaluate all", `{"evaluate":{"asked":{},"fit":"f17"}}`, "ac27a972d549be7a", Asked{}.Key("f17")},
		{"measure", `{"measure":{"about":"sha256:ab0u7","columns":[0,64],"kind":"ridge","settings":{"grid":[0.1,1],"min_speed":5},"target":"velocity","version":"1"}}`, "4b62eccc80ccaa66", measure.ID()},
		{"score", `{"score":{"fit":"f17","measure":{"about":"sha256:ab0u7","columns":[0,64],"kind":"ridge","settings":{"grid":[0.1,1],"min_speed":5},"target":"velocity","version":"1"},"split":"test"}}`, "1abc1fd61bc7a9bf", measure.ScoreKey("f17", "test")},
	} {
		sum := sha256.Sum256([]byte(c.text))
		if hex.EncodeToString(sum[:]) != c.key {
			t.Errorf("%s: the key is %s, that of its text %x", c.name, c.key, sum)
		}
		if c.key[:16] != c.want {
			t.Errorf("%s: the key is %s, was %s", c.name, c.key, c.want)
		}
	}
}

func TestKeysDependOnWhatTheySay(t *testing.T) {
	seen := map[string]string{goldenFit.Key(): "nothing"}
	for name, change := range map[string]func(*Fit){
		"method":  func(f *Fit) { f.Method = "hiwa" },
		"version": func(f *Fit) { f.Version = "3" },
		"code":    func(f *Fit) { f.Code = "" },
		"setting": func(f *Fit) { f.Settings = Settings{"epochs": 201} },
		"dataset": func(f *Fit) { f.Dataset = "sha256:1" },
		"fold":    func(f *Fit) { f.Fold = "3/5" },
		"seed":    func(f *Fit) { f.Seed-- },
		"budget":  func(f *Fit) { f.Budget = 0 },
		"parent":  func(f *Fit) { f.Parent = "" },
	} {
		f := goldenFit
		change(&f)
		if other, ok := seen[f.Key()]; ok {
			t.Errorf("changing %s gives the key of changing %s", name, other)
		}
		seen[f.Key()] = name
	}
	// The name that a sweep gives a probe changes nothing that is measured.
	p := probe.Spec{Name: "a", Kind: "knn", Target: "direction", Settings: map[string]any{"k": 5}}
	q := p
	q.Name = "b"
	if MeasureOf(p, "").ID() != MeasureOf(q, "").ID() {
		t.Error("a probe's name is part of the measure")
	}
	q.Version = "2"
	if MeasureOf(p, "").ID() == MeasureOf(q, "").ID() {
		t.Error("a probe's version is not part of the measure")
	}
	for _, s := range []probe.Spec{p, q} {
		m := MeasureOf(s, "")
		if back := MeasureOf(m.Spec("c"), ""); back.ID() != m.ID() {
			t.Errorf("the probe of %v measures %v", m, back)
		}
	}
	if a, b := AboutAngles([]float64{0, 1}), AboutAngles([]float64{0, 2}); a == "" || a == b || AboutAngles(nil) != "" {
		t.Errorf("digests of angles %q, %q, %q", a, b, AboutAngles(nil))
	}
}

// A fit that was written down and read again is the same fit.
func TestKeysSurviveJSON(t *testing.T) {
	text, err := json.Marshal(goldenFit)
	if err != nil {
		t.Fatal(err)
	}
	var back Fit
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if back.Key() != goldenFit.Key() {
		t.Errorf("%s reads as %+v", text, back)
	}
	s := Spec{Method: "m", Settings: Settings{"n": int64(1<<53 + 1)}, Seed: math.MaxUint64}
	text, err = json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var spec Spec
	if err := json.Unmarshal(text, &spec); err != nil || spec.Key() != s.Key() {
		t.Errorf("%s reads as %+v, %v", text, spec, err)
	}
}

func TestCanonicalNumbers(t *testing.T) {
	for want, same := range map[string][]any{
		"1":                    {1, int64(1), uint64(1), 1.0, json.Number("1.0"), json.Number("1e0"), int8(1), float32(1)},
		"0":                    {0, 0.0, math.Copysign(0, -1), json.Number("-0"), json.Number("-0.0e5")},
		"1152921504606846976":  {1 << 60, json.Number("1152921504606846976")},
		"1152921504606847000":  {math.Ldexp(1, 60), json.Number("1152921504606847000")},
		"1e-7":                 {1e-7, json.Number("0.0000001")},
		"1.5e-10":              {1.5e-10},
		"0.000001":             {1e-6},
		"1e+21":                {1e21},
		"-1e-100":              {-1e-100},
		"-9007199254740993":    {int64(-9007199254740993), json.Number("-9007199254740993")},
		"18446744073709551615": {uint64(math.MaxUint64), json.Number("18446744073709551615")},
		"[1,{\"a\":\"<\"}]": {[]any{1.0, map[string]any{"a": "<"}}, []any{1, struct {
			A string `json:"a"`
		}{"<"}}},
	} {
		for _, v := range same {
			got, err := Canonical(v)
			if d := cmp.Diff(want, string(got)); d != "" || err != nil {
				t.Errorf("%T %v: %s %v", v, v, d, err)
			}
		}
	}
	for _, v := range []any{math.NaN(), math.Inf(1), []float64{math.NaN()}, map[string]any{"a": math.Inf(-1)}, func() {}} {
		if got, err := Canonical(v); err == nil {
			t.Errorf("%v has the form %s", v, got)
		}
	}
}

func BenchmarkFitKey(b *testing.B) {
	f := Fit{Method: "swapvae", Version: "2", Dataset: "sha256:780107207f3dfb394ffdf6d0ee328307d777ae4a23523f346ee09196948342d4", Seed: 3,
		Settings: Settings{"embedding": "raw", "min_std": 0.001, "epochs": 200.0, "learning_rate": 1e-3, "batch": 256.0, "dims": 32.0, "beta": 1.0, "alpha": 0.5, "views": []any{"dropout", "jitter"}}}
	for b.Loop() {
		f.Key()
	}
}
