package store

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/zstd"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/trial"
)

// Files of a sweep's folder that are made of the store, and that stand for it where
// there is none: tables can be made from them alone, and a store rebuilt.
const (
	RecordsFile = "records.jsonl"
	CasesFile   = "cases.jsonl.zst"
)

// A Line is one line of records.jsonl: a trial under the sweep's names for it.
type Line struct {
	MethodID string `json:"method_id"`
	Variant  string `json:"variant,omitempty"`
	Dataset  string `json:"dataset_id"`
	Fold     string `json:"fold,omitempty"`
	Role     string `json:"role,omitempty"`     // chosen or searched, where settings were selected; ablation
	Seedless bool   `json:"seedless,omitempty"` // the seed changes nothing: the trial stands for every seed of the sweep
	trial.Record
}

// maxLine bounds a line of a file that came from outside: a record has a few kB.
const maxLine = 64 << 20

// WriteLines writes a records.jsonl. Curves stay in the store; cases have a file of
// their own.
func WriteLines(w io.Writer, lines iter.Seq2[Line, error]) error {
	b := bufio.NewWriterSize(w, 1<<16)
	enc := json.NewEncoder(b)
	for l, err := range lines {
		if err != nil {
			return err
		}
		l.Curves, l.Cases = nil, nil
		if err := enc.Encode(l); err != nil {
			return err
		}
	}
	return b.Flush()
}

// ReadLines reads a records.jsonl, such as one that was committed, line by line. An
// error names the line, and is the last thing that comes.
func ReadLines(path string) iter.Seq2[Line, error] {
	return eachLine(path, plain, func(text []byte) (l Line, err error) {
		err = json.Unmarshal(text, &l)
		return l, err
	})
}

// caseLine is a line of cases.jsonl: the cases of one trial.
type caseLine struct {
	Key   string        `json:"key"` // as in records.jsonl
	Cases []trial.Cases `json:"cases"`
}

// WriteCases writes the cases of the records that have some, but for those of the
// train part, which nobody tests on.
func WriteCases(w io.Writer, records iter.Seq2[trial.Record, error]) error {
	z, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return err
	}
	enc := json.NewEncoder(z)
	for rec, err := range records {
		if err != nil {
			return errors.Join(err, z.Close())
		}
		line := caseLine{Key: rec.Key}
		for _, c := range rec.Cases {
			if c.Split != string(data.Train) && !c.Empty() {
				line.Cases = append(line.Cases, c.Pool(trial.MaxCases))
			}
		}
		if len(line.Cases) == 0 {
			continue
		}
		if err := enc.Encode(line); err != nil {
			return errors.Join(err, z.Close())
		}
	}
	return z.Close()
}

// ReadCases reads what WriteCases wrote: the cases of each trial, by the key that it
// has in records.jsonl beside it.
func ReadCases(path string) (map[string][]trial.Cases, error) {
	out := map[string][]trial.Cases{}
	for l, err := range eachLine(path, unzipped, parseCases) {
		if err != nil {
			return nil, err
		}
		out[l.Key] = l.Cases
	}
	return out, nil
}

// ReadRecords reads a records.jsonl together with the cases beside it, if there are
// any, both line by line: a host writes them in one order.
func ReadRecords(path string) iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		casesPath := filepath.Join(filepath.Dir(path), CasesFile)
		next, stop := iter.Pull2(eachLine(casesPath, unzipped, parseCases))
		defer stop()
		ahead, err, more := next()
		if errors.Is(err, fs.ErrNotExist) {
			err, more = nil, false
		}
		for l, bad := range ReadLines(path) {
			if bad == nil {
				bad = err
			}
			if bad != nil {
				yield(Line{}, bad)
				return
			}
			if more && ahead.Key == l.Key {
				l.Cases = ahead.Cases
				ahead, err, more = next()
			}
			if !yield(l, nil) {
				return
			}
		}
		if more && err == nil {
			err = fmt.Errorf("%s: the cases of trial %s belong to no record of %s, or stand in another order", casesPath, trial.Short(ahead.Key), RecordsFile)
		}
		if err != nil {
			yield(Line{}, err)
		}
	}
}

func parseCases(text []byte) (l caseLine, err error) {
	if err := json.Unmarshal(text, &l); err != nil {
		return l, err
	}
	for _, c := range l.Cases {
		if err := c.Check(); err != nil {
			return l, fmt.Errorf("trial %s: %w", trial.Short(l.Key), err)
		}
	}
	return l, nil
}

func plain(f io.Reader) (io.Reader, func(), error) { return f, func() {}, nil }

func unzipped(f io.Reader) (io.Reader, func(), error) {
	z, err := zstd.NewReader(f, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxUnpacked))
	if err != nil {
		return nil, nil, err
	}
	return z, z.Close, nil
}

// eachLine reads a file of JSON lines. A last line that was cut short by a kill is an
// error like any other: whole files are put in place at once.
func eachLine[T any](path string, open func(io.Reader) (io.Reader, func(), error), parse func([]byte) (T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		info, err := os.Stat(path)
		if err == nil && !info.Mode().IsRegular() {
			err = fmt.Errorf("%s is no regular file", path)
		}
		if err != nil {
			yield(none, err)
			return
		}
		f, err := os.Open(path)
		if err != nil {
			yield(none, err)
			return
		}
		defer f.Close()
		r, done, err := open(f)
		if err != nil {
			yield(none, fmt.Errorf("%s: %w", path, err))
			return
		}
		defer done()
		lines := bufio.NewScanner(r)
		lines.Buffer(make([]byte, 1<<16), maxLine)
		n := 0
		for lines.Scan() {
			n++
			if len(bytes.TrimSpace(lines.Bytes())) == 0 {
				continue
			}
			v, err := parse(lines.Bytes())
			if err != nil {
				yield(none, fmt.Errorf("%s:%d: %w", path, n, err))
				return
			}
			if !yield(v, nil) {
				return
			}
		}
		if err := lines.Err(); err != nil {
			yield(none, fmt.Errorf("%s:%d: %w", path, n+1, err))
		}
	}
}
