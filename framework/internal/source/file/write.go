package file

import (
	"archive/zip"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/data/npy"
)

// Write writes a recording as an .npz that is read again as it is, but for its unit
// and the angles of its classes, for which an array has no place: the returned columns
// say them.
func Write(w io.Writer, rec *data.Recording, about data.AboutRecording) (Columns, error) {
	c := Columns{Samples: []string{"samples"}, Unit: rec.Unit, Trial: "trial"}
	z := zip.NewWriter(w)
	member := func(name string, write func(io.Writer) error) error {
		f, err := z.CreateHeader(&zip.FileHeader{Name: name + ".npy", Method: zip.Deflate})
		if err == nil {
			err = write(f)
		}
		if err != nil {
			return fmt.Errorf("array %s: %w", name, err)
		}
		return nil
	}
	taken := map[string]bool{"samples": true, "trial": true, "bin_seconds": true, "split": true, "subject": true, "session": true}
	err := member("samples", func(w io.Writer) error { return npy.Write(w, rec.Samples.Shape, rec.Samples.Values) })
	if err == nil {
		err = member("trial", func(w io.Writer) error { return npy.Write(w, []int{rec.Len()}, rec.Trial) })
	}
	if err == nil && rec.BinSeconds > 0 {
		err = member("bin_seconds", func(w io.Writer) error { return npy.Write(w, []int{1}, []float64{rec.BinSeconds}) })
	}
	if err == nil && rec.Split != nil {
		err = member("split", func(w io.Writer) error { return npy.Write(w, []int{rec.Len()}, splitCodes(rec.Split)) })
	}
	for _, name := range []string{"subject", "session"} {
		text := map[string]string{"subject": about.Subject, "session": about.Session}[name]
		if err == nil && text != "" {
			err = member(name, func(w io.Writer) error { return writeTexts(w, "()", []int32{0}, []string{text}) })
		}
	}
	for _, t := range rec.Targets {
		if err != nil {
			break
		}
		array := t.Name
		for taken[array] {
			array += "_"
		}
		taken[array] = true
		if !t.IsClass() {
			if c.Continuous == nil {
				c.Continuous = map[string][]string{}
			}
			c.Continuous[t.Name] = []string{array}
			err = member(array, func(w io.Writer) error { return npy.Write(w, t.Values.Shape, t.Values.Values) })
			continue
		}
		c.Classes = append(c.Classes, Class{t.Name, array})
		if angles := about.Targets[t.Name].Angles; angles != nil {
			if c.Angles == nil {
				c.Angles = map[string]Angles{}
			}
			c.Angles[t.Name] = byLabel(about.Targets[t.Name])
		}
		err = member(array, func(w io.Writer) error { return writeLabels(w, t, about.Targets[t.Name].Labels) })
	}
	if err != nil {
		return c, err
	}
	return c, z.Close()
}

func byLabel(t data.AboutTarget) Angles {
	a := Angles{ByLabel: map[string]float64{}}
	for i, label := range t.Labels {
		a.ByLabel[label] = t.Angles[i] * 180 / math.Pi
	}
	return a
}

func splitCodes(split []data.Split) []uint8 {
	codes := map[data.Split]uint8{data.Train: 1, data.Val: 2, data.Test: 3}
	out := make([]uint8, len(split))
	for i, s := range split {
		out[i] = codes[s]
	}
	return out
}

// writeLabels writes labels by their names: as numbers if all are whole ones, else as
// NumPy's text.
func writeLabels(w io.Writer, t data.Target, names []string) error {
	numbers, whole := make([]int64, len(names)), true
	for i, name := range names {
		n, err := strconv.ParseInt(name, 10, 64)
		numbers[i], whole = n, whole && err == nil
	}
	if names == nil || whole {
		out := make([]int64, len(t.Labels))
		for i, l := range t.Labels {
			if out[i] = int64(l); names != nil {
				out[i] = numbers[l]
			}
		}
		return npy.Write(w, []int{len(out)}, out)
	}
	return writeTexts(w, fmt.Sprintf("(%d,)", len(t.Labels)), t.Labels, names)
}

// writeTexts writes texts by their numbers, in NumPy's UTF-32 of one width.
func writeTexts(w io.Writer, shape string, labels []int32, names []string) error {
	longest := 1
	for _, name := range names {
		longest = max(longest, utf8.RuneCountInString(name))
	}
	header := fmt.Sprintf("{'descr': '<U%d', 'fortran_order': False, 'shape': %s, }\n", longest, shape)
	if _, err := w.Write(append(binary.LittleEndian.AppendUint16([]byte("\x93NUMPY\x01\x00"), uint16(len(header))), header...)); err != nil {
		return err
	}
	row := make([]byte, 0, 4*longest)
	for _, l := range labels {
		row = row[:0]
		for _, r := range names[l] {
			row = binary.LittleEndian.AppendUint32(row, uint32(r))
		}
		if _, err := w.Write(append(row, make([]byte, 4*longest-len(row))...)); err != nil {
			return err
		}
	}
	return nil
}

// YAMLOf is a dataset of a sweep that reads a file with these columns.
func YAMLOf(path string, c Columns, subject, session string) string {
	return Suggestion{Columns: c, Subject: subject, Session: session}.YAML(path)
}
