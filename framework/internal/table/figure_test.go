package table

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// figured are a table with cases and one over recordings, of twelve methods.
func figured(t *testing.T) map[string]*Table {
	r := rand.New(rand.NewPCG(8, 8))
	var one, many []Observation
	names := []string{"raw", "pca", "fa", "vae", "beta-vae", "swapvae", "swapvae-released", "byol", "simclr", "myow", "supervised", "eit"}
	for _, m := range []string{accuracy, "probe/knn/accuracy", "probe/ridge/r2"} {
		d := difficulty(r, 32)
		for k, name := range names {
			o := cased(name, "chewie-1", hits(r, d, 5, float64(k)/12-0.3, 0.06)...)
			for i := range o {
				o[i].Metric = m
			}
			one = join(one, o)
		}
		chance := cased("chance", "chewie-1", hits(r, d, 1, -1.3, 0)...)
		chance[0].Metric, chance[0].Chance, chance[0].Seedless = m, true, true
		one = join(one, chance, []Observation{failure("broken", "chewie-1", 1)})
	}
	for d := range 10 {
		level := r.NormFloat64() / 10
		for k, name := range names[:9] {
			v := 0.5 + level + float64(k)/20
			o := runs(name, fmt.Sprintf("monkey-%d", d), v+r.NormFloat64()/20, v+r.NormFloat64()/20)
			for i := range o {
				o[i].Origin = subjects(d)
			}
			many = join(many, o)
		}
	}
	var shares []Observation
	for i, percent := range []string{"10", "12.5", "50", "100"} {
		for k, name := range names[:3] {
			v := 0.4 + float64(i)/10 + float64(k)/20
			shares = join(shares, runs(name, "curve.monkey."+percent, v, v+0.02, v-0.01))
		}
	}
	return map[string]*Table{
		"one":    build(t, Spec{Name: "one", Cols: "metric", Cell: []string{accuracy, "probe/knn/accuracy", "probe/ridge/r2"}}, one),
		"many":   build(t, Spec{Name: "many"}, many),
		"shares": build(t, Spec{Name: "shares"}, shares),
	}
}

var svgWidth = regexp.MustCompile(`width="([0-9.]+)pt"`)

func TestFiguresFitAPaper(t *testing.T) {
	for name, tab := range figured(t) {
		for _, kind := range Figures() {
			if kind == FigureCritical && name == "one" || kind == FigureLearning && name != "shares" {
				if err := RenderFigure(&bytes.Buffer{}, tab, kind, "svg"); err == nil {
					t.Errorf("%s has a figure %s", name, kind)
				}
				continue
			}
			for _, format := range []string{"svg", "pdf", "png"} {
				var b, again bytes.Buffer
				if err := RenderFigure(&b, tab, kind, format); err != nil {
					t.Fatalf("%s %s as %s: %v", name, kind, format, err)
				}
				if err := RenderFigure(&again, tab, kind, format); err != nil || !bytes.Equal(b.Bytes(), again.Bytes()) {
					t.Errorf("%s %s as %s: other bytes the second time (%v)", name, kind, format, err)
				}
				if dir := os.Getenv("TABLE_FIGURES"); dir != "" {
					if err := os.WriteFile(filepath.Join(dir, name+"-"+kind+"."+format), b.Bytes(), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				switch format {
				case "pdf":
					if b.Len() > 60_000 || !strings.Contains(b.String(), "/FontFile2") {
						t.Errorf("%s %s: a PDF of %d bytes", name, kind, b.Len())
					}
				case "svg":
					if w := svgWidth.FindStringSubmatch(b.String()); w == nil || w[1] != "252.28" && w[1] != "518.74" {
						t.Errorf("%s %s is %v points wide", name, kind, w)
					}
				}
			}
		}
	}
	if err := RenderFigure(&bytes.Buffer{}, figured(t)["many"], "forrest", "svg"); err == nil || !strings.Contains(err.Error(), "forrest") {
		t.Errorf("%v", err)
	}
}

// A learning curve is drawn as one where nobody says, with a line and a band for each
// method; other tables as dots.
func TestLearningCurve(t *testing.T) {
	tables := figured(t)
	if got := tables["shares"].figure(); got != FigureLearning {
		t.Errorf("a learning curve is drawn as %s", got)
	}
	if got := tables["many"].figure(); got != FigureDots {
		t.Errorf("a table is drawn as %s", got)
	}
	for name, want := range map[string]string{"curve.monkey.12.5": "curve.monkey 12.5", "curve.100": "curve 100", "monkey-3": " 0", "curve.101": " 0", "curve.0": " 0"} {
		if of, share, _ := shareOf(name); fmt.Sprintf("%s %v", of, share) != want {
			t.Errorf("%s is %v of %q", name, share, of)
		}
	}
	var b bytes.Buffer
	if err := RenderFigure(&b, tables["shares"], FigureLearning, "svg"); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), "fill-opacity:0.2"); n != 3 {
		t.Errorf("%d bands for 3 methods", n)
	}
}
