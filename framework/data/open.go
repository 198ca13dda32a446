package data

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/assaylab/assay/framework/data/npy"
	"github.com/assaylab/assay/framework/internal/regular"
)

const maxManifest = 64 << 20

// Open opens a dataset folder. Samples and continuous targets are mapped into
// memory, read-only; call Close when nothing uses them. Everything that
// dataset.json claims is checked against the files, except their hashes and the
// values of mapped arrays: [Verify] checks those.
func Open(dir string) (*Dataset, error) {
	m, digest, err := readManifest(dir)
	if err != nil {
		return nil, err
	}
	d := &Dataset{Digest: digest, Recordings: map[string]*Recording{}}
	for role, entry := range m.Recordings {
		r, err := d.load(dir, entry)
		if err == nil {
			err = r.checkStructure()
		}
		if err != nil {
			d.Close()
			return nil, fmt.Errorf("dataset %s, role %s: %w", dir, role, err)
		}
		d.Recordings[role] = r
	}
	return d, nil
}

func (m *manifest) files() []manifestFile {
	var out []manifestFile
	for _, r := range m.Recordings {
		out = append(out, r.Samples, r.Trial)
		if r.Split != nil {
			out = append(out, *r.Split)
		}
		for _, t := range r.Targets {
			out = append(out, t.Data)
		}
	}
	return out
}

func readManifest(dir string) (*manifest, string, error) {
	path := filepath.Join(dir, manifestName)
	text, err := regular.ReadFile(path, maxManifest)
	if err != nil {
		return nil, "", fmt.Errorf("no dataset: %w", err)
	}
	var m manifest
	if err := strictJSON(text, &m); err != nil {
		return nil, "", fmt.Errorf("%s: %w", path, err)
	}
	if m.Format != manifestFormat || m.Version != manifestVersion {
		return nil, "", fmt.Errorf("%s: format %q version %d, but this program reads %q version %d", path, m.Format, m.Version, manifestFormat, manifestVersion)
	}
	if len(m.Recordings) == 0 {
		return nil, "", fmt.Errorf("%s: no recordings", path)
	}
	for role := range m.Recordings {
		if !plainRole().MatchString(role) {
			return nil, "", fmt.Errorf("%s: role %q is no plain name", path, role)
		}
	}
	for _, file := range m.files() {
		if !plainName().MatchString(file.File) {
			return nil, "", fmt.Errorf("%s: file %q is no plain name in the same folder", path, file.File)
		}
		info, err := os.Lstat(filepath.Join(dir, file.File))
		if err != nil {
			return nil, "", fmt.Errorf("%s: %w", path, err)
		}
		if !info.Mode().IsRegular() {
			return nil, "", fmt.Errorf("%s: %s is no regular file", path, file.File)
		}
	}
	return &m, digestOf(text), nil
}

func (d *Dataset) load(dir string, e manifestRecording) (*Recording, error) {
	r := &Recording{Unit: e.Unit, BinSeconds: e.BinSeconds, Channels: e.Channels}
	var err error
	if r.Samples, err = d.mapArray(dir, e.Samples); err != nil {
		return nil, err
	}
	if r.Trial, err = labels(dir, e.Trial); err != nil {
		return nil, err
	}
	if e.Split != nil {
		numbers, err := labels(dir, *e.Split)
		if err != nil {
			return nil, err
		}
		r.Split = make([]Split, len(numbers))
		for i, c := range numbers {
			if c < 0 || int(c) >= len(splitCodes) {
				return nil, fmt.Errorf("split %d of sample %d is none of 0..%d", c, i, len(splitCodes)-1)
			}
			r.Split[i] = splitCodes[c]
		}
	}
	for _, mt := range e.Targets {
		t := Target{Name: mt.Name, Unit: mt.Unit}
		switch mt.Kind {
		case "class":
			t.Classes = mt.Classes
			t.Labels, err = labels(dir, mt.Data)
		case "continuous":
			t.Values, err = d.mapArray(dir, mt.Data)
		default:
			err = fmt.Errorf("target %q is of kind %q, neither class nor continuous", mt.Name, mt.Kind)
		}
		if err != nil {
			return nil, err
		}
		r.Targets = append(r.Targets, t)
	}
	return r, nil
}

func (d *Dataset) mapArray(dir string, f manifestFile) (Array, error) {
	a, closer, err := ReadArray(filepath.Join(dir, f.File))
	if err != nil {
		return Array{}, err
	}
	d.mapped = append(d.mapped, closer)
	if !slices.Equal(a.Shape, f.Shape) {
		return Array{}, fmt.Errorf("%s has shape %v, dataset.json says %v", f.File, a.Shape, f.Shape)
	}
	return a, nil
}

// labels reads a column of whole numbers of 32 bits.
func labels(dir string, f manifestFile) ([]int32, error) {
	h, values, err := npy.OpenFile(filepath.Join(dir, f.File))
	if err != nil {
		return nil, err
	}
	defer values.Close()
	if !slices.Equal(h.Shape, f.Shape) || len(h.Shape) != 1 {
		return nil, fmt.Errorf("%s has shape %v, dataset.json says %v", f.File, h.Shape, f.Shape)
	}
	out := make([]int32, h.Count())
	const piece = 1 << 13
	raw, wide := make([]byte, piece*h.Type.Size), make([]int64, piece)
	for at := 0; at < len(out); at += piece {
		n := min(piece, len(out)-at)
		if _, err := io.ReadFull(values, raw[:n*h.Type.Size]); err != nil {
			return nil, fmt.Errorf("%s: %w", f.File, err)
		}
		if err := h.Type.Ints(wide[:n], raw); err != nil {
			return nil, fmt.Errorf("%s: %w", f.File, err)
		}
		for i, v := range wide[:n] {
			if out[at+i] = int32(v); int64(out[at+i]) != v {
				return nil, fmt.Errorf("%s: value %d is beyond 32 bits", f.File, v)
			}
		}
	}
	return out, nil
}
