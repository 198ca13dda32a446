package sweep

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/source"
)

// Three sessions of two animals, with the same channels.
const sessions = `version: 2
name: protocols
datasets:
  a1: {source: generate/swapvae-population, params: {per_cluster: 60}, seed: 1, subject: A, session: a1, split: {train: 0.75, test: 0.25}}
  a2: {source: generate/swapvae-population, params: {per_cluster: 60}, seed: 2, subject: A, session: a2, split: {train: 0.75, test: 0.25}}
  b1: {source: generate/swapvae-population, params: {per_cluster: 60}, seed: 3, subject: B, session: b1, split: {train: 0.75, test: 0.25}}
`

const rest = "methods: {raw: {plugin: toy}}\n"

// byPart lists the trials of a recording's parts, each by what its samples are.
func byPart(r *data.Recording) map[data.Split][]string {
	out := map[data.Split][]string{}
	for first := 0; first < r.Len(); {
		h, i := fnv.New64a(), first
		for ; i < r.Len() && r.Trial[i] == r.Trial[first]; i++ {
			fmt.Fprint(h, r.Samples.Row(i))
		}
		part := data.Train
		if r.Split != nil {
			part = r.Split[first]
		}
		if part != "" {
			out[part] = append(out[part], fmt.Sprintf("%016x", h.Sum64()))
		}
		first = i
	}
	return out
}

// leaks lists the trials that a method could learn from in some role and that test.
func leaks(d *data.Dataset) (out []string) {
	test := byPart(d.Recordings[data.MainRole])[data.Test]
	for _, role := range d.Roles() {
		parts := byPart(d.Recordings[role])
		for _, trial := range slices.Concat(parts[data.Train], parts[data.Val]) {
			if slices.Contains(test, trial) {
				out = append(out, role+" "+trial)
			}
		}
	}
	return out
}

func built(t *testing.T, b *source.Builder, recipe source.Dataset) *data.Dataset {
	t.Helper()
	digest, err := b.Build(t.Context(), recipe, 1)
	if err != nil {
		t.Fatal(err)
	}
	d, err := data.Open(b.Cache.Dir(digest))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// Four evaluations and seven ways to see the target, a line each: which trials are in
// which part of which role, never one on both sides, and how many of the first dataset
// (a1 has 28 to train on and 10 that test, a2 42 in all, b1 41).
func TestProtocolsDoNotLeak(t *testing.T) {
	cache, err := data.OpenCache(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	b := &source.Builder{Cache: cache}
	for line, want := range map[string]struct {
		datasets int
		first    string
	}{
		"protocol: within-session, members: [a1, a2, b1], split: {folds: 5, stratify: direction}": {15, "main 30+8"},
		"protocol: learning-curve, members: [a1, b1], shares: [10%, 50%, 100%]":                   {6, "main 2+10"},
		"protocol: cross-session, members: [a1, a2, b1], target: none":                            {3, "main 83+10"},
		"protocol: cross-session, members: [a1, a2, b1], target: trialwise":                       {3, "main 83+10"},
		"protocol: cross-session, members: [a1, a2, b1], target: {unlabeled: 20%}":                {3, "main 83+10, unlabeled 5+0"},
		"protocol: cross-session, members: [a1, a2, b1], target: {unlabeled: 50%}":                {3, "main 83+10, unlabeled 14+0"},
		"protocol: cross-session, members: [a1, a2, b1], target: {unlabeled: 100%}":               {3, "main 83+10, unlabeled 28+0"},
		"protocol: cross-session, members: [a1, a2, b1], target: {labeled: 20%}":                  {3, "main 5+10, pretrain 42+0, pretrain-2 41+0"},
		"protocol: cross-session, members: [a1, a2, b1], target: {labeled: 50%}":                  {3, "main 14+10, pretrain 42+0, pretrain-2 41+0"},
		"protocol: cross-session, members: [a1, a2, b1], target: {labeled: 50%}, sources: main":   {3, "main 97+10"},
		"protocol: cross-subject, members: [a1, a2, b1], target: none":                            {3, "main 41+10"},
		"protocol: cross-subject, members: [a1, a2, b1], target: {labeled: 20%}":                  {3, "main 5+10, pretrain 41+0"},
	} {
		s, err := Parse("p.yaml", []byte(sessions+"  p: {"+line+"}\n"+rest), nil)
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		n, first := 0, ""
		for _, x := range s.Datasets[3:] {
			for _, recipe := range x.Recipe.Divisions() {
				n++
				d := built(t, b, recipe)
				if bad := leaks(d); len(bad) > 0 {
					t.Errorf("%s, %s: on both sides: %v", line, x.ID, bad)
				}
				if told := recipe.Leaks(data.MainRole); len(told) > 0 {
					t.Errorf("%s, %s: %v", line, x.ID, told)
				}
				var counts []string
				for _, role := range d.Roles() {
					parts := byPart(d.Recordings[role])
					counts = append(counts, fmt.Sprintf("%s %d+%d", role, len(parts[data.Train]), len(parts[data.Test])))
					if role == source.UnlabeledRole && len(d.Recordings[role].Targets) > 0 {
						t.Errorf("%s: role unlabeled has targets", line)
					}
				}
				if first == "" {
					first = strings.Join(counts, ", ")
				}
			}
		}
		if n != want.datasets || first != want.first {
			t.Errorf("%s: %d datasets, of the first train+test %q, want %v", line, n, first, want)
		}
	}
}

// A leak that is planted is found: by the trials themselves, and in the recipe.
func TestPlantedLeaksAreFound(t *testing.T) {
	cache, err := data.OpenCache(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	b := &source.Builder{Cache: cache}
	for name, c := range map[string]struct {
		recipe string
		told   string
	}{
		"role":   {"roles: {pretrain: {source: generate/swapvae-population, params: {per_cluster: 60}}, main: {source: generate/swapvae-population, params: {per_cluster: 60}, split: {train: 0.75, test: 0.25}}}", "role pretrain may train on what role main tests"},
		"second": {"roles: {pretrain: [{source: generate/swapvae-population, params: {per_cluster: 60}, seed: 9}, {source: generate/swapvae-population, params: {per_cluster: 60}, split: {train: 0.5, test: 0.5}}], main: {source: generate/swapvae-population, params: {per_cluster: 60}, split: {train: 0.25, test: 0.75}}}", "role pretrain-2"},
		"join":   {"join: [{source: generate/swapvae-population, params: {per_cluster: 60}, session: x}, {source: generate/swapvae-population, params: {per_cluster: 60}, session: y}], split: {test: {session: y}}", "joined twice"},
	} {
		s, err := Parse("p.yaml", []byte("version: 2\nname: p\ndatasets:\n  p: {"+c.recipe+"}\n"+rest), nil)
		if err != nil {
			t.Fatal(err)
		}
		if bad := leaks(built(t, b, s.Datasets[0].Recipe)); len(bad) == 0 {
			t.Errorf("%s: no trial is found on both sides", name)
		}
		if told := s.Datasets[0].Recipe.Leaks(data.MainRole); len(told) != 1 || !strings.Contains(told[0], c.told) {
			t.Errorf("%s: the recipe tells %q, want %q", name, told, c.told)
		}
	}
}

// Members that are not apart are refused, and so is what has no meaning.
func TestProtocolsRefuse(t *testing.T) {
	for line, want := range map[string]string{
		"protocol: cross-session, members: [a1, a2], target: nothing":                 "must be one of none, trialwise",
		"protocol: cross-session, members: [a1, a2]":                                  "needs the key \"target\"",
		"protocol: cross-session, members: [a1], target: none":                        "at least two members",
		"protocol: cross-session, members: [a1, a3], target: none":                    "has no dataset \"a3\"",
		"protocol: cross-session, members: [a1, a1], target: none":                    "names the member a1 twice",
		"protocol: cross-session, members: [a1, again], target: none":                 "are of one session (a1)",
		"protocol: cross-session, members: [a1, same], target: none":                  "are of one session",
		"protocol: cross-subject, members: [a1, a2], target: none":                    "nobody but the subject of a1",
		"protocol: cross-subject, members: [a1, same], target: none":                  "whose recording same is nobody says",
		"protocol: within-session, members: [a1], target: none":                       "target has no effect",
		"protocol: cross-session, members: [a1, a2], target: none, sources: pretrain": "without labels of the target",
		"protocol: cross-session, members: [a1, a2], target: {labeled: 120%}":         "above 0 and at most 1",
		"protocol: within-session, members: [a1], shares: [10%]":                      "shares has no effect",
		"protocol: leave-one-out, members: [a1]":                                      "must be one of within-session",
	} {
		extra := "  again: {source: generate/swapvae-population, params: {per_cluster: 50}, session: a1}\n  same: {source: generate/swapvae-population, params: {per_cluster: 60}, seed: 1}\n"
		_, err := Parse("p.yaml", []byte(sessions+extra+"  p: {"+line+"}\n"+rest), nil)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", line, err, want)
		}
	}
}

// A name of a protocol stands for the datasets that it makes, in the order of members.
func TestProtocolsAreNamed(t *testing.T) {
	s, err := Parse("p.yaml", []byte(sessions+"  p: {protocol: learning-curve, members: [b1, a1], shares: [12.5%, 1]}\nmethods: {raw: {plugin: toy, datasets: [p, a2]}}\ntables: [{name: t, cell: loss, datasets: [p]}, {name: u, cell: loss, datasets: [p.a1]}]\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	made := []string{"p.b1.12.5", "p.b1.100", "p.a1.12.5", "p.a1.100"}
	if d := cmp.Diff(append(slices.Clone(made), "a2"), s.Methods[0].Datasets); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(made, s.Tables[0].Dataset); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(made[2:], s.Tables[1].Dataset); d != "" { // the curve of one member
		t.Error(d)
	}
}

// Sessions that are joined test as a whole; the validation part is of the others.
func TestTestBySession(t *testing.T) {
	cache, err := data.OpenCache(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	text := `version: 2
name: p
datasets:
  p:
    join:
      - {source: generate/swapvae-population, params: {per_cluster: 60}, seed: 1, subject: A, session: a1}
      - {source: generate/swapvae-population, params: {per_cluster: 60}, seed: 2, subject: A, session: a2}
      - {source: generate/swapvae-population, params: {per_cluster: 60}, seed: 3, subject: B, session: b1}
    split: {val: 0.25, test: {%s}}
` + rest
	for test, want := range map[string][3]int{"session: a2": {66, 22, 44}, "session: [a1, b1]": {33, 11, 88}, "subject: A": {33, 11, 88}} {
		s, err := Parse("p.yaml", fmt.Appendf(nil, text, test), nil)
		if err != nil {
			t.Fatal(err)
		}
		d := built(t, &source.Builder{Cache: cache}, s.Datasets[0].Recipe)
		parts := byPart(d.Recordings[data.MainRole])
		got := [3]int{len(parts[data.Train]), len(parts[data.Val]), len(parts[data.Test])}
		for i := range got {
			if diff := got[i] - want[i]; diff < -9 || diff > 9 {
				t.Errorf("%s: %v trials, want about %v", test, got, want)
			}
		}
		if bad := leaks(d); len(bad) > 0 {
			t.Errorf("%s: %v", test, bad)
		}
	}
	for test, want := range map[string]string{"session: a9": "none of the recordings is a9", "subject: [A, B]": "nothing is left to train on", "session: a1, subject: A": "names sessions or subjects"} {
		if _, err := Parse("p.yaml", fmt.Appendf(nil, text, test), nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", test, err)
		}
	}
}
