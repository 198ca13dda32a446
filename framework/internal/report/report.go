// Package report makes the page of a sweep: one HTML file that asks nobody for
// anything, with the tables, every trial behind every number, figures, failures,
// what was spent and where it came from.
//
// What can be read without a script is written as HTML; the trials travel
// compressed inside of the page, a column for each metric, and the page's script
// lays them out, sorts, filters and draws them.
package report

import (
	"encoding/json"
	"fmt"
	"iter"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/table"
	"github.com/assaylab/assay/framework/internal/trial"
)

// Options say what a page is about.
type Options struct {
	Sweep   string // name
	File    string // of the sweep, as commands on the page name it
	Version string // of assay
	Redact  bool   // take names of users, nodes and folders out
	Live    bool   // with a place for what happens now, which a server tells; see view
	Draws   bool   // draw what is kept of trials, which is for the caller to do: see [Page.Show]
}

// A Page is what a report shows.
type Page struct {
	Options
	Tables   []*table.Table
	Groups   []Group // of failures
	Spent    []Spent
	Origins  []Origin
	Finished int
	Failed   int
	Pictures []Picture

	drawn  int // bytes of pictures
	trials columns
	curves curves
	at     map[string]int // places of trials by their keys
	redact *redactor
}

// Ended is how many trials the page tells of.
func (p *Page) Ended() int { return p.Finished + p.Failed }

// Group is trials that failed for one reason.
type Group struct {
	Kind         failure.Kind
	Reason, Hint string
	Log          []string // last lines of the first
	Trials       []int    // places
	First        string   // key
}

// Spent is what the trials of a method have cost.
type Spent struct {
	Method    string
	Trials    int
	CPU, Wall float64 // seconds
	Memory    int64   // bytes, the peak of one trial
}

// New makes a page of a sweep's tables and of the trials that have ended.
func New(o Options, tables []*table.Table, rows iter.Seq2[store.Line, error]) (*Page, error) {
	p := &Page{Options: o, Tables: tables, at: map[string]int{}, redact: newRedactor(o.Redact)}
	p.trials.init()
	spent, origins := map[string]*Spent{}, map[Origin]int{}
	for row, err := range rows {
		if err != nil {
			return nil, err
		}
		at := len(p.trials.Keys)
		for _, key := range []string{row.Key, row.Fit} {
			if _, known := p.at[key]; !known && key != "" {
				p.at[key] = at
			}
		}
		p.redact.know(row.Provenance.Node)
		if err := p.trials.add(row, p.redact); err != nil {
			return nil, err
		}
		p.curves.add(row)
		if row.Status == trial.Succeeded {
			p.Finished++
		} else {
			p.fail(at, row)
		}
		s := spent[row.MethodID]
		if s == nil {
			s = &Spent{Method: row.MethodID}
			spent[row.MethodID] = s
		}
		s.Trials, s.CPU, s.Wall = s.Trials+1, s.CPU+row.Provenance.CPUSec, s.Wall+row.Provenance.WallSec
		s.Memory = max(s.Memory, row.Provenance.PeakMemory)
		origins[originOf(row)]++
	}
	for _, method := range sorted(spent) {
		p.Spent = append(p.Spent, *spent[method])
	}
	p.Origins = collect(origins)
	return p, nil
}

// fail files a trial under its reason.
func (p *Page) fail(at int, row store.Line) {
	p.Failed++
	f := row.Failure
	if f == nil {
		f = &failure.Failure{Kind: failure.Kind(row.Status), Reason: "nothing is recorded of why"}
	}
	reason, hint := p.redact.text(f.Reason), p.redact.text(f.Hint)
	i := slices.IndexFunc(p.Groups, func(g Group) bool { return g.Kind == f.Kind && g.Reason == reason })
	const most = 500 // a reason with a number in it is a group of its own
	if i < 0 && len(p.Groups) >= most {
		i = slices.IndexFunc(p.Groups, func(g Group) bool { return g.Kind == f.Kind })
	}
	if i < 0 {
		i = len(p.Groups)
		g := Group{Kind: f.Kind, Reason: reason, Hint: hint, First: row.Key}
		for _, line := range f.Stderr[max(0, len(f.Stderr)-40):] {
			g.Log = append(g.Log, p.redact.text(line))
		}
		p.Groups = append(p.Groups, g)
	}
	p.Groups[i].Trials = append(p.Groups[i].Trials, at)
}

// file is the sweep's, as commands on the page name it: of a folder that nobody else
// has only the name.
func (p *Page) file() string {
	if p.Redact && filepath.IsAbs(p.File) {
		return filepath.Base(p.File)
	}
	return p.File
}

// payload is what the page's script reads.
type payload struct {
	File   string   `json:"file"`
	Trials *columns `json:"trials"`
	Cells  [][]cell `json:"cells"` // of each table
	Curves []figure `json:"curves"`
	Groups [][]int  `json:"groups"` // trials of each reason
}

// cell is what stands behind a number of a table.
type cell struct {
	Title  string    `json:"title"`
	Words  []string  `json:"words"`
	Values []float64 `json:"values"`
	Seeds  []string  `json:"seeds"` // as text: a script's numbers end at 2^53
	Trials []int     `json:"trials"`
	Failed []int     `json:"failed,omitempty"`
}

// place of a trial; -1: no row of the page.
func (p *Page) place(key string) int {
	if at, ok := p.at[key]; ok {
		return at
	}
	return -1
}

func (p *Page) payload() ([]byte, error) {
	out := payload{File: p.file(), Trials: &p.trials, Curves: p.curves.figures(), Cells: make([][]cell, len(p.Tables)), Groups: [][]int{}}
	for i, t := range p.Tables {
		for k := range t.Cells {
			c := &t.Cells[k]
			d := cell{Title: fmt.Sprintf("%s, %s: %s on %s", c.Row, c.Col, c.Metric, c.Split), Words: c.Words(), Values: c.Values}
			for n, key := range c.Trials {
				d.Seeds, d.Trials = append(d.Seeds, strconv.FormatUint(c.Seeds[n], 10)), append(d.Trials, p.place(key))
			}
			for _, f := range c.Failures {
				d.Failed = append(d.Failed, p.place(f.Trial))
			}
			out.Cells[i] = append(out.Cells[i], d)
		}
	}
	for _, g := range p.Groups {
		out.Groups = append(out.Groups, g.Trials)
	}
	return json.Marshal(out)
}
