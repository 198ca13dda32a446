package store

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/assaylab/assay/framework/internal/trial"
)

// What the first edition wrote is read and written again without a byte of change:
// its keys, order and numbers are a contract.
func TestLinesOfTheFirstEditionAreKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), RecordsFile)
	want := frozen(t)
	if err := os.WriteFile(path, want, 0o644); err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	if err := WriteLines(&got, ReadLines(path)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, got.Bytes()) {
		t.Error("they are written otherwise")
	}
}

// Whatever is committed can be taken over: every record is one that a host would
// have written.
func TestCommittedRecordsPass(t *testing.T) {
	files, err := filepath.Glob("../../../results/*/records.jsonl")
	if err != nil || len(files) == 0 {
		t.Fatal("there are no committed records", err)
	}
	for _, path := range files {
		for line, err := range ReadLines(path) {
			if err == nil {
				err = line.Check()
			}
			if err != nil {
				t.Errorf("%s: %s: %v", path, trial.Short(line.Key), err)
			}
		}
	}
}

func TestCasesAreWrittenAndRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), CasesFile)
	var records []trial.Record
	for rec := range benchRecords(5, nil) {
		records = append(records, rec)
	}
	records[2].Cases = nil
	large := trial.Cases{Split: "test", Values: map[string][]float64{"loss": make([]float64, 2000)}}
	records[3].Cases = append(records[3].Cases, large, trial.Cases{Split: "train", Values: map[string][]float64{"loss": {1}}})
	for range 2 {
		changed, err := Replace(path, func(w io.Writer) error { return WriteCases(w, each(records)) })
		if err != nil {
			t.Fatal(err)
		}
		got, err := ReadCases(path)
		if err != nil {
			t.Fatal(err)
		}
		want := map[string][]trial.Cases{}
		for i, rec := range records {
			if i != 2 {
				want[rec.Key] = rec.Cases
			}
		}
		want[records[3].Key] = append(records[3].Cases[:2:2], large.Pool(500))
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
		if !changed {
			return // equal numbers are equal bytes
		}
	}
	t.Error("the same cases are other bytes")
}

// Records and cases are read side by side: with as many as there are, none lost.
func TestRecordsAreReadWithTheirCases(t *testing.T) {
	dir := t.TempDir()
	var lines []Line
	var records []trial.Record
	for rec := range benchRecords(6, nil) {
		if len(lines)%3 == 1 {
			rec.Cases = nil
		}
		lines, records = append(lines, Line{Record: rec}), append(records, rec)
	}
	lines, records = append(lines, lines[0]), append(records, records[0]) // two points of one trial
	path := filepath.Join(dir, RecordsFile)
	if _, err := Replace(path, func(w io.Writer) error { return WriteLines(w, each(lines)) }); err != nil {
		t.Fatal(err)
	}
	read := func() (n int, last error) {
		for l, err := range ReadRecords(path) {
			if last = err; err != nil {
				break
			}
			if d := cmp.Diff(records[n].Cases, l.Cases); d != "" && exists(filepath.Join(dir, CasesFile)) {
				t.Errorf("record %d: %s", n, d)
			}
			n++
		}
		return n, last
	}
	if n, err := read(); n != 7 || err != nil {
		t.Errorf("without cases: %d, %v", n, err)
	}
	write := func(list []trial.Record) {
		t.Helper()
		if _, err := Replace(filepath.Join(dir, CasesFile), func(w io.Writer) error { return WriteCases(w, each(list)) }); err != nil {
			t.Fatal(err)
		}
	}
	write(records)
	if n, err := read(); n != 7 || err != nil {
		t.Errorf("with cases: %d, %v", n, err)
	}
	write(records[:3])
	records[3].Cases, records[5].Cases, records[6].Cases = nil, nil, nil
	if n, err := read(); n != 7 || err != nil {
		t.Errorf("with some: %d, %v", n, err)
	}
	other := benchRecord(50)
	write([]trial.Record{records[0], other, records[2]})
	records[2].Cases = nil
	if _, err := read(); err == nil {
		t.Error("cases of another trial are taken without a word")
	}
	if err := os.WriteFile(filepath.Join(dir, CasesFile), []byte("not packed"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := read(); err == nil {
		t.Error("a damaged file of cases is taken without a word")
	}
}

func TestReadLinesRefuses(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"cut": "{\"key\":\"a\"}\n{\"key\":", "text": "hello\n", "wrong type": "{\"key\":1}\n"} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		var last error
		for _, err := range ReadLines(path) {
			last = err
		}
		if last == nil {
			t.Errorf("%s is read", name)
		}
		if _, err := ReadCases(path); err == nil {
			t.Errorf("%s is read as cases", name)
		}
	}
	for _, err := range ReadLines(dir) {
		if err == nil {
			t.Error("a folder is read")
		}
	}
}

// A file is made anew only if what goes into it, or the file itself, has changed.
func TestOutputsAreWrittenOnce(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	s := open(t, dir)
	path := filepath.Join(dir, "a.txt")
	made := 0
	out := func(print, text string) bool {
		t.Helper()
		changed, err := s.Output(ctx, path, []byte(print), func(w io.Writer) error {
			made++
			_, err := io.WriteString(w, text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return changed
	}
	for i, step := range []struct {
		print, text   string
		before        func()
		made, changed bool
	}{
		{"1", "one", nil, true, true},
		{"1", "one", nil, false, false},
		{"2", "one", nil, true, false}, // other inputs, the same file
		{"2", "one", nil, false, false},
		{"3", "three", nil, true, true},
		{"3", "three", func() { os.WriteFile(path, []byte("mine!"), 0o644) }, true, true},
		{"3", "three", func() { os.Remove(path) }, true, true},
	} {
		if step.before != nil {
			time.Sleep(10 * time.Millisecond) // the clock of a file system ticks slowly
			step.before()
		}
		was := made
		if changed := out(step.print, step.text); changed != step.changed || made > was != step.made {
			t.Errorf("step %d: changed %v, made %v", i, changed, made > was)
		}
		if text, err := os.ReadFile(path); err != nil || string(text) != step.text {
			t.Errorf("step %d: %q, %v", i, text, err)
		}
	}
	if _, err := s.Output(ctx, path, []byte("4"), func(w io.Writer) error { io.WriteString(w, "half"); return fmt.Errorf("no") }); err == nil {
		t.Error("a file that cannot be made is no error")
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "three" {
		t.Errorf("after a failure: %q, %v", text, err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name()[0] == '.' {
			t.Errorf("%s was left", e.Name())
		}
	}
}
