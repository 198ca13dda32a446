package main

import (
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var updatePapers = flag.Bool("update-papers", false, "write the numbers of the committed tables into docs/papers.md")

// papersPage says how the claims of the papers come out. Its numbers are links whose
// title says where in a table they stand:
//
//	[0.950](../results/NAME/tables/TABLE.md "row × column")
//	[3 of 5](../results/NAME/tables/TABLE.md "row × column = 1")        values that are 1, of all
//	[1 of 9](../bench/ot/pairs.csv "isomap: matched = 1 where swap_margin >= 0")
const papersPage = "docs/papers.md"

var (
	paperNumber = regexp.MustCompile(`\[([^\[\]]+)\]\(\.\./((?:results|bench)/[^ )]+) "([^"]+)"\)`)
	paperTest   = regexp.MustCompile(`\[(Test\w+)\]\(\.\./([^ )]+)\)`)
	looseNumber = regexp.MustCompile(`\d\.\d|\d ?%`)
	verdicts    = regexp.MustCompile(`^(reproduced|partly|not reproduced|not shown|not tested)\b`)
)

// Every number of docs/papers.md is what its table says, to the digits that it has.
func TestPapersNumbers(t *testing.T) {
	text, err := os.ReadFile(papersPage)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	updated := paperNumber.ReplaceAllStringFunc(string(text), func(link string) string {
		m := paperNumber.FindStringSubmatch(link)
		got, err := paperValue(m[2], m[3], m[1])
		if err != nil {
			t.Errorf("%s: %s: %v", m[2], m[3], err)
			return link
		}
		found++
		if got != m[1] && !*updatePapers {
			t.Errorf("%s, %s is %s, the page says %s (go test -run Papers -update-papers . rewrites it)", m[2], m[3], got, m[1])
		}
		return strings.Replace(link, "["+m[1]+"]", "["+got+"]", 1)
	})
	if found < 150 {
		t.Errorf("%d numbers lead to a table", found)
	}
	if *updatePapers && updated != string(text) {
		if err := os.WriteFile(papersPage, []byte(updated), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// Every row has a claim, what the authors have, what we get and a verdict; what we
// get is from tables, or from a test that is there.
func TestPapersRows(t *testing.T) {
	text, err := os.ReadFile(papersPage)
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for i, line := range strings.Split(string(text), "\n") {
		cells := strings.Split(strings.Trim(line, "| "), " | ")
		if !strings.HasPrefix(line, "| ") || len(cells) != 4 || strings.HasPrefix(line, "| claim") {
			continue
		}
		rows++
		ours := cells[2] + " " + cells[3]
		refers := paperNumber.MatchString(ours)
		for _, m := range paperTest.FindAllStringSubmatch(ours, -1) {
			source, err := os.ReadFile(m[2])
			if err != nil || !strings.Contains(string(source), "func "+m[1]+"(") {
				t.Errorf("%s:%d: there is no %s in %s", papersPage, i+1, m[1], m[2])
			}
			refers = true
		}
		if !refers {
			t.Errorf("%s:%d: neither table nor test behind %q", papersPage, i+1, cells[0])
		}
		if loose := looseNumber.FindString(paperNumber.ReplaceAllString(ours, "")); loose != "" {
			t.Errorf("%s:%d: %q leads to no table", papersPage, i+1, loose)
		}
		if !verdicts.MatchString(cells[3]) || strings.Contains(strings.ToLower(line), "missing") {
			t.Errorf("%s:%d: verdict %q", papersPage, i+1, cells[3])
		}
	}
	if rows < 25 {
		t.Errorf("%d rows", rows)
	}
	sweeps, err := filepath.Glob("sweeps/papers/*.yaml")
	if err != nil || len(sweeps) != 7 {
		t.Errorf("sweeps of papers: %v, %v", sweeps, err)
	}
	for _, s := range sweeps {
		if !strings.Contains(string(text), "(../"+s+")") {
			t.Errorf("%s is not on the page", s)
		}
	}
}

// paperValue looks a number up and prints it as the page does.
func paperValue(file, where, like string) (string, error) {
	if strings.HasSuffix(file, ".csv") {
		return countFits(file, where)
	}
	text, err := os.ReadFile(strings.TrimSuffix(file, ".md") + ".json")
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(file); err != nil {
		return "", err
	}
	var tab struct {
		Cells []struct {
			Row, Col, Metric string
			Mean, Median     *float64
			Values           []float64
		}
		Spec struct{ Stat string }
	}
	if err := json.Unmarshal(text, &tab); err != nil {
		return "", err
	}
	place, cond, counted := strings.Cut(where, " = ")
	for _, op := range []string{"<", ">="} {
		if before, after, ok := strings.Cut(where, " "+op+" "); ok {
			place, cond, counted = before, op+after, true
		}
	}
	parts := strings.Split(place, " × ")
	for _, c := range tab.Cells {
		if len(parts) < 2 || c.Row != parts[0] || c.Col != parts[1] || len(parts) == 3 && c.Metric != parts[2] {
			continue
		}
		if counted {
			n := 0
			for _, v := range c.Values {
				if holds(v, cond) {
					n++
				}
			}
			return fmt.Sprintf("%d of %d", n, len(c.Values)), nil
		}
		v := c.Mean
		if strings.HasPrefix(tab.Spec.Stat, "median") {
			v = c.Median
		}
		if v == nil {
			return "", fmt.Errorf("no value")
		}
		return printLike(*v, like), nil
	}
	return "", fmt.Errorf("no such cell")
}

// printLike prints v with the digits of an example: 0.95, 95 %, -1.4.
func printLike(v float64, like string) string {
	number, percent := strings.CutSuffix(like, " %")
	if percent {
		v *= 100
	}
	_, decimals, _ := strings.Cut(number, ".")
	s := strconv.FormatFloat(v, 'f', len(decimals), 64)
	if strings.Trim(s, "-0.") == "" {
		s = strings.TrimPrefix(s, "-")
	}
	if percent {
		s += " %"
	}
	return s
}

// holds reports whether v meets a condition: "1" (equal), "<0", ">=0", "<-0.5".
func holds(v float64, cond string) bool {
	for _, op := range []string{">=", "<"} {
		if rest, ok := strings.CutPrefix(cond, op); ok {
			want, err := strconv.ParseFloat(strings.TrimSpace(rest), 64)
			return err == nil && (op == "<") == (v < want)
		}
	}
	want, err := strconv.ParseFloat(strings.TrimSpace(cond), 64)
	return err == nil && math.Abs(v-want) < 1e-9
}

// countFits counts lines of a CSV file: "METHOD: COLUMN CONDITION where COLUMN
// CONDITION", of those of a method that did not fail. The second half may be left out.
func countFits(file, where string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return "", err
	}
	at := map[string]int{}
	for i, name := range lines[0] {
		at[name] = i
	}
	method, rest, ok := strings.Cut(where, ": ")
	what, given, some := strings.Cut(rest, " where ")
	if !ok {
		return "", fmt.Errorf("want METHOD: COLUMN CONDITION")
	}
	meets := func(line []string, clause string) bool {
		column, cond, _ := strings.Cut(clause, " ")
		v, err := strconv.ParseFloat(line[at[column]], 64)
		return err == nil && holds(v, strings.TrimPrefix(cond, "= "))
	}
	n, of := 0, 0
	for _, line := range lines[1:] {
		if line[at["method"]] != method || line[at["status"]] != "succeeded" || some && !meets(line, given) {
			continue
		}
		of++
		if meets(line, what) {
			n++
		}
	}
	if of == 0 {
		return "", fmt.Errorf("no such fits")
	}
	return fmt.Sprintf("%d of %d", n, of), nil
}
