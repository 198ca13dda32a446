package export

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/trial"
)

// mlflow writes a run for each trial into the experiment "assay/SWEEP" of a server. A
// run says in its tags which trial it is and what was written of it: a second export
// creates nothing, and goes on where a first one was interrupted.
type mlflow struct{}

// Tags of a run that the export goes by.
const (
	tagTrial   = "assay.trial"    // key of the trial
	tagPoint   = "assay.point"    // under which name of the sweep
	tagWritten = "assay.exported" // digest of what was written, once all of it is
)

func (mlflow) Export(ctx context.Context, s Source, out string) ([]Part, error) {
	c, err := newMLflowClient(out)
	if err != nil {
		return nil, err
	}
	experiment, err := c.experiment(ctx, "assay/"+s.Sweep)
	if err != nil {
		return nil, err
	}
	there, err := c.runs(ctx, experiment)
	if err != nil {
		return nil, err
	}
	var made, brought, left int
	for l, err := range s.Rows() {
		if err != nil {
			return nil, err
		}
		w := runOf(&l)
		old, known := there[w.point]
		switch {
		case known && old.tags[tagWritten] == w.digest:
			left++
			continue
		case known:
			brought++
		default:
			if old.id, err = c.create(ctx, experiment, w); err != nil {
				return nil, err
			}
			there[w.point] = old
			made++
		}
		if err := c.fill(ctx, old, w); err != nil {
			return nil, err
		}
	}
	parts := []Part{{"assay/" + s.Sweep, made, "new runs"}}
	for _, p := range []Part{{"assay/" + s.Sweep, brought, "runs brought up to date"}, {"assay/" + s.Sweep, left, "runs that were there"}} {
		if p.Rows > 0 {
			parts = append(parts, p)
		}
	}
	return parts, nil
}

// mlRun is a trial as a run.
type mlRun struct {
	point, digest string
	name          string
	status        string
	start, end    int64 // ms
	params, tags  []mlPair
	metrics       []mlMetric
}

type mlPair struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// mlMetric is a number at a step.
type mlMetric struct {
	Key       string  `json:"key"`
	Value     float64 `json:"value"`
	Timestamp int64   `json:"timestamp"`
	Step      int64   `json:"step"`
}

// maxParam bounds a param's value: older servers refuse what is longer.
const maxParam = 500

func runOf(l *store.Line) mlRun {
	w := mlRun{name: strings.Join(runPath(l)[:2], " ") + " seed " + strconv.FormatUint(l.Spec.Seed, 10), status: "FINISHED",
		start: l.Provenance.Started.UnixMilli(), end: ended(l).UnixMilli()}
	w.point = pointOf(l)
	switch l.Status {
	case trial.Succeeded:
	case trial.Cancelled:
		w.status = "KILLED"
	default:
		w.status = "FAILED"
	}
	param := func(name string, v any) {
		text := asText(v)
		if x, ok := number(v); ok {
			text = asText(x)
		} else if _, plain := v.(string); !plain {
			if text, ok = asJSON(v).(string); !ok {
				return
			}
		}
		if len(text) > maxParam {
			text = strings.ToValidUTF8(text[:maxParam-3], "") + "..."
		}
		w.params = append(w.params, mlPair{mlName(name), text})
	}
	param("method", l.MethodID)
	param("dataset", l.Dataset)
	param("seed", strconv.FormatUint(l.Spec.Seed, 10))
	for name, v := range map[string]string{"variant": l.Variant, "fold": l.Fold} {
		if v != "" {
			param(name, v)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(l.Spec.Settings)) {
		param(settingPrefix+name, l.Spec.Settings[name])
	}
	slices.SortFunc(w.params, func(a, b mlPair) int { return cmp.Compare(a.Key, b.Key) })
	for _, p := range l.Curves {
		w.metrics = append(w.metrics, mlMetric{mlName(curveTag(p.Name)), p.Value, w.start, p.Step})
	}
	for _, v := range l.Metrics {
		w.metrics = append(w.metrics, mlMetric{mlName(metricTag(v.Name, v.Split)), v.Value, w.end, 0})
	}
	w.tags = []mlPair{{tagTrial, l.Key}, {tagPoint, w.point}}
	tag := func(key, value string) {
		if value != "" {
			w.tags = append(w.tags, mlPair{key, strings.ToValidUTF8(value[:min(len(value), 4000)], "")})
		}
	}
	tag("assay.role", l.Role)
	tag("assay.method", l.Spec.Method+" "+l.Spec.Version)
	tag("assay.dataset_digest", l.Spec.Dataset)
	tag("assay.host_version", l.Provenance.Host)
	tag("mlflow.source.git.commit", l.Provenance.Commit)
	if l.Failure != nil {
		tag("assay.failure", string(l.Failure.Kind))
		tag("assay.reason", l.Failure.Reason)
	}
	text, _ := json.Marshal([]any{w.status, w.params, w.tags, w.metrics}) // plain texts and finite numbers
	sum := sha256.Sum256(text)
	w.digest = hex.EncodeToString(sum[:])
	return w
}

// pointOf tells runs apart: a trial may stand in a sweep under two names.
func pointOf(l *store.Line) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", []string{l.Key, l.MethodID, l.Variant, l.Dataset, l.Fold}))
	return hex.EncodeToString(sum[:16])
}

func ended(l *store.Line) time.Time {
	return l.Provenance.Started.Add(time.Duration(l.Provenance.WallSec * float64(time.Second)))
}

// mlName is a name with what MLflow allows in one.
func mlName(s string) string {
	return strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("_-. /", r) {
			return r
		}
		return '_'
	}, s)
}
