package file

import (
	"bufio"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/assaylab/assay/framework/data/npy"
	"github.com/assaylab/assay/framework/internal/regular"
)

// phy is a folder of Phy or Kilosort: when each spike was, in samples of the signal,
// and whose. It is shown as a table of clusters, whose column spike_times has a list
// of times in seconds for each.
type phy struct {
	path    string
	limit   int64
	rate    float64    // samples per second
	codes   []int32    // of each spike: its cluster's place
	ids     []int64    // of the clusters, in order
	list    []Array    // columns of the table
	columns [][]string // texts of each column but the first two
}

const clusters = "clusters"

func openPhy(path string, limit int64) (container, error) {
	p := &phy{path: path, limit: limit}
	for _, step := range []func() error{p.params, p.whose, p.tables} {
		if err := step(); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	return p, nil
}

// sampleRate is the line of params.py that counts. The file is a program, which
// nobody runs.
var sampleRate = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^\s*sample_rate\s*=\s*([0-9][0-9_]*\.?[0-9]*(?:[eE][+-]?[0-9]+)?)\s*(?:#.*)?$`)
})

func (p *phy) params() error {
	const most = 1 << 20
	text, err := regular.ReadFile(filepath.Join(p.path, "params.py"), most)
	if err != nil {
		return fmt.Errorf("the sample rate stands in params.py: %w", err)
	}
	found := sampleRate().FindSubmatch(text)
	if found == nil {
		return fmt.Errorf("params.py has no line sample_rate = NUMBER (it is read as text, and not run)")
	}
	p.rate, err = strconv.ParseFloat(strings.ReplaceAll(string(found[1]), "_", ""), 64)
	if err != nil || !(p.rate > 0) {
		return fmt.Errorf("params.py: sample_rate is %s", found[1])
	}
	return nil
}

// whose reads the cluster of each spike.
func (p *phy) whose() error {
	a, err := npy.ReadFile(filepath.Join(p.path, "spike_clusters.npy"), p.limit)
	if err != nil {
		return err
	}
	whole, err := a.Int64()
	if err != nil {
		return fmt.Errorf("spike_clusters.npy: %w", err)
	}
	p.ids = slices.Compact(slices.Sorted(slices.Values(whole)))
	p.codes = make([]int32, len(whole))
	for i, id := range whole {
		k, _ := slices.BinarySearch(p.ids, id)
		p.codes[i] = int32(k)
	}
	n := len(p.ids)
	p.list = []Array{
		{Name: "spike_times", Kind: Floats, Shape: []int{n}, Ragged: true, Table: clusters, Unit: "s"},
		{Name: "cluster_id", Kind: Wholes, Shape: []int{n}, Table: clusters},
	}
	return nil
}

// tables reads what cluster_*.tsv say of the clusters: cluster_group, cluster_info,
// cluster_KSLabel, ... A column that two files have is that of the first.
func (p *phy) tables() error {
	files, err := filepath.Glob(filepath.Join(p.path, "cluster_*.?sv"))
	if err != nil {
		return err
	}
	for _, file := range files {
		f, _, err := regular.Open(file)
		if err != nil {
			return err
		}
		in := csv.NewReader(bufio.NewReader(&bounded{f, p.limit}))
		if in.Comma = '\t'; strings.HasSuffix(file, ".csv") {
			if line, _ := bufio.NewReader(io.NewSectionReader(f, 0, 4096)).ReadString('\n'); !strings.Contains(line, "\t") {
				in.Comma = ','
			}
		}
		in.LazyQuotes = true
		rows, err := in.ReadAll()
		f.Close()
		if err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(file), err)
		}
		p.table(rows)
	}
	return nil
}

func (p *phy) table(rows [][]string) {
	if len(rows) == 0 {
		return
	}
	head := rows[0]
	id := max(slices.Index(head, "cluster_id"), slices.Index(head, "id"))
	if id < 0 {
		return
	}
	for c, name := range head {
		if c == id || name == "" || slices.ContainsFunc(p.list, func(a Array) bool { return a.Name == name }) {
			continue
		}
		column, kind := make([]string, len(p.ids)), Kind("")
		for _, row := range rows[1:] {
			n, err := strconv.ParseInt(strings.TrimSpace(row[id]), 10, 64)
			if k, ok := slices.BinarySearch(p.ids, n); err == nil && ok {
				column[k] = strings.TrimSpace(row[c])
				kind = wider(kind, column[k], ',')
			}
		}
		if kind == "" {
			kind = Texts
		}
		p.list = append(p.list, Array{Name: name, Kind: kind, Shape: []int{len(p.ids)}, Table: clusters})
		p.columns = append(p.columns, column)
	}
}

func (p *phy) arrays() []Array { return p.list }

func (p *phy) read(ctx context.Context, wants map[string]*want) error {
	if w := wants["spike_times"]; w != nil {
		if err := p.times(ctx, w); err != nil {
			return err
		}
	}
	if w := wants["cluster_id"]; w != nil {
		if err := w.put(values{wholes: p.ids}); err != nil {
			return err
		}
	}
	for i, column := range p.columns {
		w := wants[p.list[i+2].Name]
		if w == nil {
			continue
		}
		v := values{texts: column}
		if !w.exact {
			floats, err := floatsOf(v)
			if err != nil {
				return fmt.Errorf("%s: %w", p.list[i+2].Name, err)
			}
			v = values{floats: floats}
		}
		if err := w.put(v); err != nil {
			return err
		}
	}
	return nil
}

// times hands out the times by cluster: sample / rate.
func (p *phy) times(ctx context.Context, w *want) error {
	h, from, err := npy.OpenFile(filepath.Join(p.path, "spike_times.npy"))
	if err != nil {
		return err
	}
	defer from.Close()
	if h.Count() != len(p.codes) {
		return fmt.Errorf("spike_times.npy has %d spikes, spike_clusters.npy %d", h.Count(), len(p.codes))
	}
	ends := make([]int64, len(p.ids)+1)
	for _, c := range p.codes {
		ends[c+1]++
	}
	for i := range p.ids {
		ends[i+1] += ends[i]
	}
	if w.rows != nil {
		if err := w.rows(slices.Clone(ends)); err != nil {
			return err
		}
	}
	sorted, at := make([]float64, len(p.codes)), 0
	place := &want{put: func(v values) error {
		for _, s := range v.floats {
			c := p.codes[at]
			sorted[ends[c]] = s / p.rate
			ends[c]++
			at++
		}
		return nil
	}}
	if err := place.stream(ctx, from, h.Type, h.Count()); err != nil {
		return err
	}
	for len(sorted) > 0 {
		n := min(piece, len(sorted))
		if err := w.put(values{floats: sorted[:n]}); err != nil {
			return err
		}
		sorted = sorted[n:]
	}
	return nil
}

func (p *phy) Close() error { return nil }
