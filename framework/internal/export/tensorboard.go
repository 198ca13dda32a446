package export

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/trial"
)

// tensorboard writes an event file for each trial: OUT/METHOD/DATASET/SEED-ID. A
// trial's file has always the same name, so that an export again replaces it.
type tensorboard struct{}

func (tensorboard) Export(ctx context.Context, s Source, out string) ([]Part, error) {
	n := 0
	for l, err := range s.Rows() {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, err
		}
		dir := filepath.Join(out, filepath.Join(runPath(&l)...))
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, err
		}
		file := filepath.Join(dir, fmt.Sprintf("events.out.tfevents.%d.assay", l.Provenance.Started.Unix()))
		old, err := filepath.Glob(filepath.Join(dir, "events.out.tfevents.*.assay"))
		if err != nil {
			return nil, err
		}
		if _, err := store.Replace(file, func(w io.Writer) error { return writeEvents(w, &l) }); err != nil {
			return nil, err
		}
		for _, o := range old { // of an attempt that another one has replaced
			if o != file {
				if err := os.Remove(o); err != nil {
					return nil, err
				}
			}
		}
		n++
	}
	return []Part{{Name: out, Rows: n, What: "event files"}}, nil
}

// runPath is a run's folder; its end tells trials apart whatever they are called.
func runPath(l *store.Line) []string {
	method, dataset := l.MethodID, l.Dataset
	if l.Variant != "" {
		method += " " + l.Variant
	}
	if l.Fold != "" {
		dataset += " fold " + l.Fold
	}
	return []string{fileName(method), fileName(dataset), fmt.Sprintf("seed-%d-%s", l.Spec.Seed, trial.Short(l.Key))}
}

// fileName is a name without what a file system minds. It may cut off a variant's.
func fileName(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < 0x80 && !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("-_.+=", r)) {
			return '-'
		}
		return r
	}, s)
	if len(s) > 120 {
		s = strings.ToValidUTF8(s[:120], "")
	}
	return strings.TrimLeft(s, ".")
}

// metricTag puts what belongs together under one first part, by which TensorBoard and
// MLflow make groups.
func metricTag(name, split string) string { return split + "/" + name }

// curveTag are curves: of what happens in training.
func curveTag(name string) string { return "curve/" + name }

func writeEvents(w io.Writer, l *store.Line) error {
	b := bufio.NewWriter(w)
	start := l.Provenance.Started
	put := func(message []byte) error { return writeRecord(b, message) }
	if err := put(event(start, 0, eventVersion, []byte("brain.Event:2"))); err != nil {
		return err
	}
	if err := put(event(start, 0, eventSummary, hparams("_hparams_/session_start_info", sessionStart, startInfo(l)))); err != nil {
		return err
	}
	for _, p := range l.Curves {
		if err := put(event(start, p.Step, eventSummary, scalar(curveTag(p.Name), p.Value))); err != nil {
			return err
		}
	}
	end := ended(l)
	for _, v := range l.Metrics {
		if err := put(event(end, 0, eventSummary, scalar(metricTag(v.Name, v.Split), v.Value))); err != nil {
			return err
		}
	}
	status := statusSuccess
	if l.Status != trial.Succeeded {
		status = statusFailure
	}
	info := appendDouble(appendVarint(nil, endStatus, status), endTime, seconds(end))
	if err := put(event(end, 0, eventSummary, hparams("_hparams_/session_end_info", sessionEnd, info))); err != nil {
		return err
	}
	return b.Flush()
}

// startInfo names what tells runs apart: method, dataset, seed and the settings.
func startInfo(l *store.Line) []byte {
	var info []byte
	add := func(name string, v any) {
		entry := appendBytes(appendText(nil, 1, name), 2, protoValue(v))
		info = appendBytes(info, startHParams, entry)
	}
	add("method", l.MethodID)
	if l.Variant != "" {
		add("variant", l.Variant)
	}
	add("dataset", l.Dataset)
	add("seed", float64(l.Spec.Seed))
	for _, name := range slices.Sorted(maps.Keys(l.Spec.Settings)) {
		add(name, l.Spec.Settings[name])
	}
	info = appendText(info, startGroup, l.Key)
	return appendDouble(info, startTime, seconds(l.Provenance.Started))
}

// protoValue is a google.protobuf.Value. Lists are written as JSON: the dashboard
// shows no others.
func protoValue(v any) []byte {
	if x, ok := number(v); ok {
		return appendDouble(nil, valueNumber, x)
	}
	switch x := v.(type) {
	case bool:
		return appendVarint(nil, valueBool, protowire.EncodeBool(x))
	case string:
		return appendText(nil, valueString, x)
	}
	text, _ := asJSON(v).(string)
	return appendText(nil, valueString, text)
}
