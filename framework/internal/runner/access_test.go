package runner

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/source"
	"github.com/assaylab/assay/framework/internal/trial"
)

// What a protocol withholds the plugin never has: no test sample while it trains, no
// label while it embeds, of the target one trial at a time where none of it may be
// seen. What is embedded is the same.
func TestWithheld(t *testing.T) {
	open := newWorld(t)
	want := run(t, open, open.request(1), nil).Record
	if want.Status != trial.Succeeded {
		t.Fatal(want.Failure)
	}
	for access, embeds := range map[string]int{source.AccessLabeled: 1, source.AccessUnlabeled: 1, source.AccessNone: 2, source.AccessTrialwise: 2} {
		w := newWorld(t)
		var steps []string
		w.method.training = func(_ context.Context, req framework.TrainRequest, _ framework.Recorder) error {
			r := req.Data.Recordings[data.MainRole]
			if slices.Contains(r.Split, data.Test) || r.Len() != 8 || len(r.Targets) != 1 {
				t.Errorf("%s: Train gets %d samples, splits %v, %d targets", access, r.Len(), r.Split, len(r.Targets))
			}
			return nil
		}
		w.method.seen = func(step string, r *data.Recording) {
			steps = append(steps, fmt.Sprintf("%s %d", step, r.Len()))
			if step == "embed" && len(r.Targets) > 0 {
				t.Errorf("%s: Embed gets the target %s", access, r.Targets[0].Name)
			}
			if step == "evaluate" && len(r.Targets) != 1 {
				t.Errorf("%s: Evaluate gets no target", access)
			}
		}
		req := w.request(1)
		req.Spec.Fold = access
		got := run(t, w, req, nil).Record
		if got.Status != trial.Succeeded {
			t.Errorf("%s: %v", access, got.Failure)
			continue
		}
		if d := cmp.Diff(want.Embeddings, got.Embeddings); d != "" {
			t.Errorf("%s: %s", access, d)
		}
		test := slices.Repeat([]string{fmt.Sprintf("embed %d", 4/embeds)}, embeds)
		order := slices.Concat([]string{"embed 6", "embed 2"}, test, []string{"evaluate 6", "evaluate 2", "evaluate 4"})
		if d := cmp.Diff(order, steps); d != "" {
			t.Errorf("%s: %s", access, d)
		}
		if left := leftovers(t, w); len(left) > 0 {
			t.Errorf("%s: %v is left", access, left)
		}
	}
}

// A protocol that leaves nothing to train on says so.
func TestNothingToTrainOn(t *testing.T) {
	w := newWorld(t)
	rec := &data.Recording{Samples: data.NewArray(4, 1), Trial: []int32{0, 0, 1, 1}, Split: slices.Repeat([]data.Split{data.Test}, 4)}
	var err error
	if w.digest, err = w.cache.Put(map[string]*data.Recording{data.MainRole: rec}); err != nil {
		t.Fatal(err)
	}
	req := w.request(1)
	req.Spec.Fold = source.AccessNone
	got := run(t, w, req, nil).Record
	if got.Failure == nil || !strings.Contains(got.Failure.Reason, "leaves nothing to train on in role main") {
		t.Errorf("got %v", got.Failure)
	}
}
