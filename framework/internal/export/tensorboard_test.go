package export

import (
	"encoding/binary"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/trial"
)

// The checksum is the published one of "123456789", masked as TFRecords have it.
func TestMaskedChecksum(t *testing.T) {
	crc := uint32(0xe3069283)
	if got, want := masked([]byte("123456789")), (crc>>15|crc<<17)+0xa282ead8; got != want {
		t.Errorf("%#x, want %#x", got, want)
	}
}

// Records of a file follow one another, each with two checksums that hold; an export
// again leaves as many files, also where an attempt began at another time.
func TestEventFiles(t *testing.T) {
	s, dir := made(t, 10), t.TempDir()
	later := s
	for l := range s.Rows() {
		l.Provenance.Started = l.Provenance.Started.AddDate(0, 0, 1)
		later.Rows = one(l)
		break
	}
	for _, source := range []Source{s, s, later} {
		if _, err := Run(t.Context(), source, "tensorboard", dir); err != nil {
			t.Fatal(err)
		}
	}
	files := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		b, err := os.ReadFile(path)
		records := 0
		for ; len(b) > 0; records++ {
			n := int(binary.LittleEndian.Uint64(b))
			if masked(b[:8]) != binary.LittleEndian.Uint32(b[8:]) || masked(b[12:12+n]) != binary.LittleEndian.Uint32(b[12+n:]) {
				t.Fatalf("%s: record %d has a wrong checksum", path, records)
			}
			b = b[16+n:]
		}
		if records < 3 {
			t.Errorf("%s has %d records", path, records)
		}
		return err
	})
	if err != nil || files != 10 {
		t.Errorf("%d files, %v", files, err)
	}
}

func one(l store.Line) func() iter.Seq2[store.Line, error] {
	return func() iter.Seq2[store.Line, error] {
		return func(yield func(store.Line, error) bool) { yield(l, nil) }
	}
}

// A run's folder is inside of the export's, whatever a method is called.
func TestRunPath(t *testing.T) {
	for _, name := range []string{"..", "../../etc", "a/b", `a\b`, "", ".hidden", strings.Repeat("ü", 200), "nul\x00"} {
		l := store.Line{MethodID: name, Variant: name, Dataset: name, Record: trial.Record{Key: "0123456789abcdef"}}
		path := filepath.Join(runPath(&l)...)
		if !filepath.IsLocal(path) || strings.Count(path, string(filepath.Separator)) > 2 || len(path) > 300 || strings.Contains(path, "\x00") {
			t.Errorf("%q is put into %q", name, path)
		}
	}
}

// tbparse and TensorBoard's own accumulator read curves, metrics and settings.
func TestTensorBoardReads(t *testing.T) {
	dir := t.TempDir()
	if _, err := Run(t.Context(), made(t, 10), "tensorboard", dir); err != nil {
		t.Fatal(err)
	}
	out := ask(t, "events.py", dir)
	for _, want := range []string{
		"runs 10", "curve [(0, 1.0), (10, 0.5), (20, 0.333), (30, 0.25)]", "score 0.333 at 1772600769.39",
		"settings dataset=tiny lags=[-1,1] method=plain rate=0.1 root=True rule=adam, of course seed=9.223372036854776e+18 width=8.0",
		"status 1 2", "session 1772600767.89",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}
