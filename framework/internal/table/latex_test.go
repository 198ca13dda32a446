package table

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// program finds a TeX program: texlive-latex-recommended, texlive-science (siunitx)
// and texlive-luatex of Debian have them.
func program(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("there is no %s", name)
		}
		t.Skipf("there is no %s", name)
	}
	return path
}

// article is a document of one or two columns around tables.
func article(options, preamble string, tables ...string) string {
	return "\\documentclass[" + options + "]{article}\n\\usepackage{booktabs,graphicx,rotating}\n" + preamble +
		"\n\\begin{document}\n" + strings.Join(tables, "\n\\clearpage\n") + "\n\\end{document}\n"
}

var overfull = regexp.MustCompile(`Overfull \\hbox \(([0-9.]+)pt too wide\)[^\n]*\n[^\n]*`)

// compile fails on any error, and on any box that is too wide.
func compile(t *testing.T, tex, name, text string) {
	t.Helper()
	dir := t.TempDir()
	if keep := os.Getenv("TABLE_TEX"); keep != "" {
		dir = filepath.Join(keep, name)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "main.tex"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(tex, "-interaction=nonstopmode", "-halt-on-error", "main.tex")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, tail(string(out), 3000))
	}
	for _, m := range overfull.FindAllString(string(out), -1) {
		t.Errorf("%s: %s", name, m)
	}
	if strings.Contains(string(out), "Missing character") {
		t.Errorf("%s: missing characters\n%s", name, tail(string(out), 2000))
	}
}

func tail(s string, n int) string { return s[max(0, len(s)-n):] }

// latexTables are tables of every form.
func latexTables(t *testing.T) map[string]*Table {
	wide := strong(true)
	for _, m := range []string{"probe/direction/delta_accuracy", "probe/logistic/accuracy", "probe/knn/accuracy", "probe/ridge/r2", "a_rather_long_name_of_a_metric"} {
		for _, o := range strong(true) {
			o.Metric = m
			wide = append(wide, o)
		}
	}
	cells := []string{accuracy, "probe/direction/delta_accuracy", "probe/logistic/accuracy", "probe/knn/accuracy", "probe/ridge/r2", "a_rather_long_name_of_a_metric"}
	selected := strong(false)
	for i := range selected {
		selected[i].Settings = map[string]any{"learning_rate": 0.001, "dims": 16, "augmentation": "jitter"}
		selected[i].Selected = &Selected{Metric: accuracy, Split: "val", Configurations: 40, Searched: []string{"learning_rate", "dims", "augmentation"}}
	}
	out := map[string]*Table{
		"failures": build(t, Spec{Name: "main_table"}, sample()),
		"letters":  build(t, Spec{Name: "letters", Letters: true}, strong(true)),
		"minus":    build(t, Spec{Name: "minus", Against: "near", Show: "difference"}, strong(true)),
		"selected": build(t, Spec{Name: "selected"}, selected),
		"commands": build(t, Spec{Name: "commands", Commands: true, Cols: "metric", Cell: cells}, wide),
		"tiny":     build(t, Spec{Name: "tiny"}, runs("a", "maze", 1e-9, 2e-9, 3e-9)),
		"median":   build(t, Spec{Name: "median", Stat: "median [iqr]"}, runs("a", "maze", -1, 2, 3)),
	}
	for _, fit := range append([]string{""}, fits...) {
		out["fit-"+fit] = build(t, Spec{Name: "wide" + fit, Cols: "metric", Cell: cells, Fit: fit}, wide)
	}
	return out
}

func TestLaTeXFitsArticles(t *testing.T) {
	tex := program(t, "pdflatex")
	var texts []string
	tables := latexTables(t)
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		texts = append(texts, render(t, tables[name], "latex"))
	}
	for _, options := range []string{"10pt", "10pt,twocolumn"} {
		for _, preamble := range []string{"", "\\usepackage{siunitx}"} {
			name := strings.NewReplacer(",", "-", "\\", "-", "{", "-", "}", "").Replace(options + preamble)
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				compile(t, tex, name, article(options, preamble, texts...))
			})
		}
	}
}

// Umlauts and Greek compile everywhere, CJK where LuaTeX has a font for it.
func TestLaTeXOtherScripts(t *testing.T) {
	obs := join(runs("β-VAE", "größe", 0.5, 0.6), runs("Δ naïve", "größe", 0.7, 0.8))
	tab := build(t, Spec{Name: "scripts", Caption: "χ² über ½ ± μ"}, obs)
	t.Run("pdflatex", func(t *testing.T) {
		compile(t, program(t, "pdflatex"), "scripts-pdflatex", article("10pt", "", render(t, tab, "latex")))
	})
	t.Run("lualatex", func(t *testing.T) {
		tex := program(t, "lualatex")
		preamble := "\\usepackage{fontspec}\n"
		if found, err := exec.Command("kpsewhich", "DroidSansFallbackFull.ttf").Output(); err == nil && len(found) > 0 || exists("/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf") {
			preamble += "\\directlua{luaotfload.add_fallback(\"cjk\", {\"file:DroidSansFallbackFull.ttf:mode=harf;\"})}\n\\setmainfont{Latin Modern Roman}[RawFeature={fallback=cjk}]\n"
			tab = build(t, Spec{Name: "scripts", Caption: "χ² über ½ ± μ"}, join(obs, runs("迷路", "größe", 0.3, 0.4)))
		} else if os.Getenv("CI") == "true" {
			t.Fatal("there is no font for CJK: fonts-droid-fallback of Debian has one")
		}
		compile(t, tex, "scripts-lualatex", article("10pt", preamble, render(t, tab, "latex")))
	})
}

func exists(path string) bool { _, err := os.Stat(path); return err == nil }

// Every table that was committed fits a one-column and a two-column article.
func TestLaTeXShippedTables(t *testing.T) {
	tex := program(t, "pdflatex")
	files, err := filepath.Glob("../../../results/*/tables/*.json")
	if err != nil || len(files) < 60 {
		t.Fatalf("%d tables, %v", len(files), err)
	}
	texts := []string{"\\extrafloats{200}"}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var tab Table
		if err := json.Unmarshal(text, &tab); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		texts = append(texts, render(t, &tab, "latex"))
	}
	for _, options := range []string{"10pt", "10pt,twocolumn"} {
		t.Run(options, func(t *testing.T) {
			t.Parallel()
			compile(t, tex, "shipped-"+options, article(options, "\\usepackage{siunitx}", texts...))
		})
	}
}
