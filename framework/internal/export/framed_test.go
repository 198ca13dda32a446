package export

import (
	"encoding/csv"
	"errors"
	"iter"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"

	"github.com/assaylab/assay/framework/internal/store"
)

// Another implementation reads what is written: every kind of value, missing ones,
// texts that repeat and texts that do not, groups that are full and the rest.
func TestParquetAgainstAnotherReader(t *testing.T) {
	frame := Frame{"f", []Column{{"a.text", Text}, {"other", Text}, {"number", Number}, {"whole", Whole}, {"natural", Natural}, {"flag", Flag}, {"moment", Moment}, {"empty", Text}}}
	for _, n := range []int{0, 1, 7, 8, 9, 1000, parquetRows + 3} {
		path := filepath.Join(t.TempDir(), "f.parquet")
		rng := rand.New(rand.NewPCG(1, uint64(n)))
		word := func(choices int) string { return strings.Repeat("wörd", rng.IntN(choices)) }
		rows := make([][]any, n)
		for i := range rows {
			rows[i] = []any{word(5), string(rune(rng.IntN(0x10000) + 0x20000)), rng.NormFloat64(), int64(rng.Uint64()), rng.Uint64(), rng.IntN(9) < 2,
				time.Unix(rng.Int64N(1e9), rng.Int64N(1e9)).UTC(), nil}
			for k := range rows[i] {
				if rng.IntN(3) == 0 || i > 200 && i < 300 {
					rows[i][k] = nil
				}
			}
		}
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		w := newParquet(f, frame)
		for _, row := range rows {
			if err := w.Write(row); err != nil {
				t.Fatal(err)
			}
		}
		if err := errors.Join(w.Close(), f.Close()); err != nil {
			t.Fatal(err)
		}
		checkParquet(t, path, frame, rows)
	}
}

func checkParquet(t *testing.T, path string, frame Frame, want [][]any) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	file, err := parquet.OpenFile(f, info.Size())
	if err != nil {
		t.Fatalf("%d rows: %v", len(want), err)
	}
	var names []string
	for _, c := range file.Schema().Fields() {
		names = append(names, c.Name())
	}
	for i, c := range frame.Columns {
		if i >= len(names) || names[i] != c.Name {
			t.Fatalf("columns %v", names)
		}
	}
	at := 0
	for _, g := range file.RowGroups() {
		rows := g.Rows()
		defer rows.Close()
		buffer := make([]parquet.Row, 100)
		for {
			n, err := rows.ReadRows(buffer)
			for _, row := range buffer[:n] {
				for i, v := range row {
					if got := plainValue(v, frame.Columns[i].Kind); got != want[at][i] {
						t.Fatalf("%d rows: row %d, %s: %v, want %v", len(want), at, frame.Columns[i].Name, got, want[at][i])
					}
				}
				at++
			}
			if err != nil {
				break
			}
		}
	}
	if at != len(want) || file.NumRows() != int64(len(want)) {
		t.Errorf("%d rows, the footer says %d, want %d", at, file.NumRows(), len(want))
	}
}

func plainValue(v parquet.Value, k Kind) any {
	switch {
	case v.IsNull():
		return nil
	case k == Text:
		return string(v.ByteArray())
	case k == Number:
		return v.Double()
	case k == Whole:
		return v.Int64()
	case k == Natural:
		return v.Uint64()
	case k == Flag:
		return v.Boolean()
	}
	return time.Unix(0, v.Int64()).UTC()
}

// Values of few and many bits come back from runs and packed groups.
func FuzzPacked(f *testing.F) {
	f.Add([]byte{1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1}, uint8(1))
	f.Add([]byte{3, 200, 9}, uint8(17))
	f.Fuzz(func(t *testing.T, text []byte, w uint8) {
		width := int(w)%20 + 1
		var values []uint32
		for _, b := range text {
			for range b%11 + 1 {
				values = append(values, uint32(b)*2654435761>>3&(1<<width-1))
			}
		}
		if got := unpacked(packed(nil, values, width), width, len(values)); !slices.Equal(got, values) {
			t.Fatalf("width %d: %v became %v", width, values, got)
		}
	})
}

// unpacked reads what packed wrote, by the words of the format.
func unpacked(b []byte, width, n int) (out []uint32) {
	for len(out) < n {
		head, used := uint64(0), 0
		for shift := 0; ; shift += 7 {
			head |= uint64(b[used]&0x7f) << shift
			used++
			if b[used-1] < 0x80 {
				break
			}
		}
		b = b[used:]
		if head&1 == 0 {
			v := uint32(0)
			for i := range (width + 7) / 8 {
				v |= uint32(b[i]) << (8 * i)
			}
			b = b[(width+7)/8:]
			out = append(out, slices.Repeat([]uint32{v}, int(head>>1))...)
			continue
		}
		for i := range int(head>>1) * 8 {
			v := uint32(0)
			for k := range width {
				bit := i*width + k
				v |= uint32(b[bit/8]>>(bit%8)&1) << k
			}
			out = append(out, v)
		}
		b = b[int(head>>1)*width:]
	}
	return out[:n]
}

// CSV and Parquet have the same rows and columns; neither names nodes or paths.
func TestFramesAreTheSame(t *testing.T) {
	s := made(t, 40)
	for _, format := range []string{"csv", "parquet"} {
		dir := t.TempDir()
		for range 2 { // the second replaces the first
			parts, err := Run(t.Context(), s, format, dir)
			if err != nil {
				t.Fatal(err)
			}
			if len(parts) != 8 || parts[0].Rows != 40 || parts[2].Rows != 14*4 {
				t.Fatalf("%s: %+v", format, parts)
			}
		}
		files, err := os.ReadDir(dir)
		if err != nil || len(files) != 8 {
			t.Errorf("%s left %v, %v", format, files, err)
		}
		frames, rows, failed := s.Frames()
		want := make([][][]any, len(frames))
		for i, row := range rows {
			want[i] = append(want[i], slices.Clone(row))
		}
		if err := failed(); err != nil {
			t.Fatal(err)
		}
		for i, frame := range frames {
			path := filepath.Join(dir, frame.Name+"."+format)
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(text), "secret") {
				t.Errorf("%s tells where it ran", path)
			}
			if format == "parquet" {
				checkParquet(t, path, frame, want[i])
				continue
			}
			lines, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
			if err != nil || len(lines) != len(want[i])+1 {
				t.Fatalf("%s: %d lines for %d rows, %v", path, len(lines), len(want[i]), err)
			}
			for r, row := range want[i] {
				for c, v := range row {
					if lines[r+1][c] != asText(v) {
						t.Errorf("%s: row %d, %s: %q, want %v", path, r, frame.Columns[c].Name, lines[r+1][c], v)
					}
				}
			}
		}
	}
}

// A setting that is a number here and a word there is JSON in both; one that is
// nowhere has no column.
func TestSettingsAsColumns(t *testing.T) {
	frames, rows, _ := made(t, 2).Frames()
	var names []string
	for _, c := range frames[0].Columns {
		if strings.HasPrefix(c.Name, settingPrefix) {
			names = append(names, c.Name)
		}
	}
	if got := strings.Join(names, " "); got != "settings.lags settings.rate settings.root settings.rule settings.width" {
		t.Error(got)
	}
	var got [][]any
	for i, row := range rows {
		if i == 0 {
			got = append(got, slices.Clone(row[len(row)-5:]))
		}
	}
	want := [][]any{{"[-1,1]", 0.1, true, "adam, of course", "8"}, {"[-1,1]", nil, false, "adam, of course", `"wide"`}}
	for i := range want {
		if !slices.Equal(got[i], want[i]) {
			t.Errorf("%#v, want %#v", got[i], want[i])
		}
	}
}

// An export that fails half-way leaves what was there.
func TestFailedExportLeavesTheLast(t *testing.T) {
	s, dir := made(t, 4), t.TempDir()
	if _, err := Run(t.Context(), s, "csv", dir); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(filepath.Join(dir, "trials.csv"))
	if err != nil {
		t.Fatal(err)
	}
	good, asked, broken := s.Rows, 0, errors.New("the disk is gone")
	s.Rows = func() iter.Seq2[store.Line, error] {
		asked++
		if asked == 1 {
			return good()
		}
		return func(yield func(store.Line, error) bool) {
			for l := range good() {
				l.Dataset = "other"
				if !yield(l, nil) {
					return
				}
				break
			}
			yield(store.Line{}, broken)
		}
	}
	if _, err := Run(t.Context(), s, "csv", dir); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	after, err := os.ReadFile(filepath.Join(dir, "trials.csv"))
	if err != nil || string(after) != string(before) {
		t.Errorf("%v\n%s", err, after)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 8 {
		t.Errorf("%v, %v", files, err)
	}
}

// pandas reads what it should.
func TestPandasReadsParquet(t *testing.T) {
	dir := t.TempDir()
	if _, err := Run(t.Context(), made(t, 40), "parquet", dir); err != nil {
		t.Fatal(err)
	}
	out := ask(t, "frames.py", dir)
	for _, want := range []string{
		"trials 40 failed 8", "seed uint64 9223372036854775808", "started datetime64[ns, UTC] 2026-03-04 05:06:07.891234567+00:00",
		"settings.root bool True", "settings.rate float64 missing 20", "curves 56 [0, 10, 20, 30]", "cases [7, 9]", `method "Ü", or so`, "smallest -1e-300",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

func TestAsText(t *testing.T) {
	if got := asText(math.Pi); got != "3.141592653589793" {
		t.Error(got)
	}
	if got := asText(nil); got != "" {
		t.Error(got)
	}
}
