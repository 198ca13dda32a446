package cite

import (
	"strings"
	"testing"

	"github.com/assaylab/assay/framework/internal/build"
)

// The works of the tree are complete, and what is printed reads back as what it was.
func TestWorksAreComplete(t *testing.T) {
	seen := map[string]bool{}
	for _, w := range works() {
		if seen[w.Key] {
			t.Errorf("%s is there twice", w.Key)
		}
		seen[w.Key] = true
		for _, field := range append([]string{"title", "author", "year"}, map[string][]string{"article": {"journal", "volume", "pages"}, "inproceedings": {"booktitle", "volume"}, "misc": nil, "book": nil}[w.Kind]...) {
			if w.Get(field) == "" {
				t.Errorf("%s has no %s", w.Key, field)
			}
		}
		again, err := Parse(w.String())
		if err != nil || len(again) != 1 || again[0].String() != w.String() {
			t.Errorf("%s reads back as %v, %v", w.Key, again, err)
		}
	}
}

func TestParse(t *testing.T) {
	got, err := Parse(`a comment
@Article{Doe:2020, title = {A {Nested} title with \} and "quotes"}, year = 2020,
  journal = "Words {"} here" ,
}
@misc{x, note={}}`)
	if err != nil || len(got) != 2 {
		t.Fatal(got, err)
	}
	if e := got[0]; e.Kind != "article" || e.Key != "Doe:2020" || e.Get("title") != `A {Nested} title with \} and "quotes"` || e.Get("year") != "2020" || e.Get("journal") != `Words {"} here` {
		t.Errorf("%+v", e)
	}
	for _, bad := range []string{"@", "@misc", "@misc{", "@misc{x", "@misc{x}", "@misc{x,}", "@misc{,title={a}}", "@misc{x,title}", "@misc{x,title={a}",
		"@misc{x,title={a}} trailing @", "@misc{x,title={a", `@misc{x,title="a`, `@misc{x,title="a}"}`, "@misc{x,title={a\\", "@string{a={b}}", "@misc{x,title=a # b}", "@misc{x title={a}}"} {
		if e, err := Parse(bad); err == nil {
			t.Errorf("%q reads as %+v", bad, e)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(text)
	f.Add("@misc{x, note={a\\}b}}")
	f.Fuzz(func(t *testing.T, s string) {
		all, err := Parse(s)
		if err != nil {
			return
		}
		for _, e := range all {
			if again, err := Parse(e.String()); err != nil || len(again) != 1 {
				t.Fatalf("%q gives %q: %v", s, e, err)
			}
		}
	})
}

func TestList(t *testing.T) {
	var l List
	l.Add("method eit", "Liu et al., Seeing the Forest and the Tree: building representations of both individual and collective dynamics with transformers, 2022")
	l.Add("method other", "Liu et al., Seeing the forest and the tree: Building representations of both individual and collective dynamics with transformers")
	l.Add("method baseline", "Tipping and Bishop, Probabilistic Principal Component Analysis; Barber, Bayesian Reasoning and Machine Learning (2012), ch. 21")
	l.Add("method mine", "@article{liu2022eit, title={Another}, author={Me, My}, journal={J}, year={2031}}")
	l.Add("method note", "Doe & Roe, 100 % of $x_1$ @ {sea}, 1999\n@misc{injected, title={x}}")
	l.Add("method broken", "@article{no end, title={x")
	l.Add("method none", " ")
	l.AddAssay(build.Build{})
	var printed strings.Builder
	var keys []string
	for _, e := range l.Entries() {
		printed.WriteString(e.String())
		keys = append(keys, e.Key)
	}
	want := "liu2022eit tipping1999ppca barber2012reasoning liu2022eit-2 method-note method-broken assay"
	if got := strings.Join(keys, " "); got != want {
		t.Errorf("keys %s\nwant %s", got, want)
	}
	if e := l.Entries()[0]; strings.Join(e.For, ", ") != "method eit, method other" {
		t.Errorf("%s is for %v", e.Key, e.For)
	}
	again, err := Parse(printed.String())
	if err != nil || len(again) != len(keys) {
		t.Fatalf("%d entries of %d read back: %v\n%s", len(again), len(keys), err, printed.String())
	}
	if note := again[4].Get("note"); !strings.HasPrefix(note, `Doe \& Roe, 100 \% of \$x\_1\$ @ \{sea\}, 1999`) || again[4].Get("year") != "1999" {
		t.Errorf("a sentence became %q", note)
	}
}
