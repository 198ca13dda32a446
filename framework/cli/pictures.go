package cli

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/data/npy"
	"github.com/assaylab/assay/framework/internal/figure"
	"github.com/assaylab/assay/framework/internal/report"
	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/study"
	"github.com/assaylab/assay/framework/internal/trial"
)

// maxArray bounds an array that is read to be drawn.
const maxArray = 256 << 20

// pictures draws onto a page what was kept of the first trial of each method on each
// dataset: its embedding, and the arrays that its method and its probes have made. What
// cannot be drawn is left out: a picture is no number.
func (a *app) pictures(ctx context.Context, s *study.Study, l *study.Ledger, dir string, p *report.Page) error {
	done := map[[4]string]bool{}
	for row, err := range l.Rows(ctx, store.Spec|store.Embeddings, nil) {
		if err != nil {
			return err
		}
		of := [4]string{row.MethodID, row.Variant, row.Dataset, row.Fold}
		if done[of] || row.Status != trial.Succeeded || row.Role != "" && row.Role != study.Chosen && row.Role != study.Ablation {
			continue
		}
		folder := filepath.Join(dir, store.KeptDir, row.Spec.Fit().Key())
		if !exists(folder) {
			continue
		}
		done[of] = true
		title := row.MethodID
		if row.Variant != "" {
			title += ", " + row.Variant
		}
		title += " on " + row.Dataset
		if row.Fold != "" {
			title += ", fold " + row.Fold
		}
		d := &drawer{page: p, title: title, key: row.Key}
		d.embedding(s, row, folder)
		d.arrays(s, row, folder)
		if d.full {
			fmt.Fprintf(a.talk, "assay: pictures of some trials are left out: a page takes %d\n", report.MostPictures)
			return nil
		}
	}
	return nil
}

// drawer puts pictures of one trial onto a page.
type drawer struct {
	page       *report.Page
	title, key string
	full       bool
}

func (d *drawer) embedding(s *study.Study, row store.Line, folder string) {
	split := "test"
	if _, ok := row.Embeddings[split]; !ok {
		split = "all"
	}
	was, ok := row.Embeddings[split]
	if !ok {
		return
	}
	path := filepath.Join(folder, "embedding-"+split+".npy")
	if sum, err := sumOf(path); err != nil || sum != was.SHA256 { // of another fit, or damaged
		return
	}
	x, err := readArray(path)
	if err != nil {
		return
	}
	target, names, ok := targetOf(s, row, data.Split(split), x.Rows())
	if !ok {
		return
	}
	cloud := figure.Cloud{Embedding: x, Target: target, Classes: names}
	width, height, draws, share, err := cloud.Draw()
	if err != nil || d.full {
		return
	}
	what := fmt.Sprintf("its embedding of %s, coloured by %s", split, target.Name)
	switch {
	case x.Cols() > 2:
		what += fmt.Sprintf("; the two directions of %d in which it varies most, %.0f %% of its variance.", x.Cols(), 100*share)
	case x.Cols() == 1:
		what += "; one dimension, over the samples."
	default:
		what += "; as it is, two dimensions."
	}
	d.show(what, width, height, draws)
}

// show draws a picture and puts it onto the page.
func (d *drawer) show(what string, width, height vg.Length, draws func(draw.Canvas) error) {
	var b bytes.Buffer
	if err := figure.PNG(&b, width, height, draws); err == nil && !d.page.Show(d.title, what, d.key, b.Bytes()) {
		d.full = true
	}
}

// targetOf is what colours a trial's samples: the target of its first probe, or else
// the recording's first of classes, or the first.
func targetOf(s *study.Study, row store.Line, split data.Split, samples int) (t data.Target, names []string, ok bool) {
	set, err := s.Builder.Cache.Open(row.Spec.Dataset)
	if err != nil { // no longer in the cache: a page builds no data
		return t, nil, false
	}
	defer set.Close()
	role := s.Description(row.MethodID).EmbedRole()
	rec, err := set.Role(role)
	if err != nil {
		return t, nil, false
	}
	part := rec.On(split)
	if part.Len() != samples || len(part.Targets) == 0 {
		return t, nil, false
	}
	at := slices.IndexFunc(part.Targets, func(t data.Target) bool { return len(row.Spec.Probes) > 0 && t.Name == row.Spec.Probes[0].Target })
	if at < 0 {
		at = max(0, slices.IndexFunc(part.Targets, func(t data.Target) bool { return t.IsClass() }))
	}
	t = part.Targets[at]
	t.Labels = slices.Clone(t.Labels) // the mapping ends with the dataset
	t.Values.Values = slices.Clone(t.Values.Values)
	return t, s.Labels(row.Spec.Dataset, role, t.Name), true
}

// arrays draws those of two dimensions: confusion matrices of probes, and whatever the
// method illustrates.
func (d *drawer) arrays(s *study.Study, row store.Line, folder string) {
	files, err := filepath.Glob(filepath.Join(folder, "arrays-*", "*.npy"))
	if err != nil {
		return
	}
	docs := map[string]string{}
	for _, a := range s.Description(row.MethodID).Arrays {
		docs[a.Name] = a.Doc
	}
	for _, file := range files {
		split := strings.TrimPrefix(filepath.Base(filepath.Dir(file)), "arrays-")
		name := strings.TrimSuffix(filepath.Base(file), ".npy")
		probe, confusion := strings.CutSuffix(strings.TrimPrefix(name, "probe-"), "-confusion")
		confusion = confusion && strings.HasPrefix(name, "probe-")
		if split == string(data.Train) && slices.ContainsFunc(files, func(f string) bool { return f != file && filepath.Base(f) == filepath.Base(file) }) {
			continue // another part has it, too
		}
		x, err := readArray(file)
		if err != nil {
			continue
		}
		if lead, class := rasterOf(name, docs[name]); lead > 0 {
			r := figure.Raster{Array: x, Lead: lead, Class: class}
			if width, height, draws, err := r.Draw(); err == nil && !d.full {
				what := "raster of " + split + ": the units that fire, step by step"
				if class >= 0 {
					what += ", coloured by class"
				}
				d.show(what+".", width, height, draws)
				continue
			}
		}
		m := figure.Matrix{Array: x, Down: "row", Across: "column", Numbers: true}
		what := fmt.Sprintf("array %s of %s", name, split)
		if docs[name] != "" {
			what += ": " + docs[name]
		}
		what += "."
		if confusion {
			m.Shares, m.Down, m.Across = true, "true class", "class given by the probe"
			what = fmt.Sprintf("confusion matrix of probe %s on %s: shares of each true class (rows) by the class that it was given.", probe, split)
			for _, p := range row.Spec.Probes {
				if p.Name == probe {
					m.Names = s.Labels(row.Spec.Dataset, s.Description(row.MethodID).EmbedRole(), p.Target)
				}
			}
		}
		width, height, draws, err := m.Draw()
		if err != nil || d.full {
			continue
		}
		d.show(what, width, height, draws)
	}
}

var rasterForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\[[^\[\],]+, (\d) \+ k\] (.*)`) })

// rasterOf reads how an array called raster is laid out from how its method describes
// it, "[steps, 2 + k] area, class, and the neurons that fire": the columns before the
// units, and which of them is a class; lead is 0 where it is none.
func rasterOf(name, doc string) (lead, class int) {
	form := rasterForm().FindStringSubmatch(doc)
	if name != "raster" || form == nil {
		return 0, -1
	}
	lead, class = int(form[1][0]-'0'), -1
	for i, word := range strings.SplitN(form[2], ", ", lead+1) {
		if i < lead && strings.HasPrefix(strings.TrimSpace(word), "class") {
			class = i
		}
	}
	return lead, class
}

func readArray(path string) (data.Array, error) {
	a, err := npy.ReadFile(path, maxArray)
	if err != nil {
		return data.Array{}, err
	}
	return data.Array{Shape: a.Shape, Values: a.Float32()}, nil
}

func sumOf(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
