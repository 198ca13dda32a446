package host

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/wire"
)

// What a method says no to comes with its words and its advice.
func TestExplainRefusal(t *testing.T) {
	proc := launch(t, newTestLauncher(t), toyPlugin(t, "good"), Options{})
	train := func(settings string) error {
		stream, err := proc.Method.Train(t.Context(), &wire.TrainRequest{SettingsJson: settings, DatasetDir: "/none"})
		if err != nil {
			t.Fatal(err)
		}
		_, err = stream.Recv()
		return proc.Explain(t.Context(), "Train", err, stream.Trailer())
	}
	f := wantFailure(t, train(`{"gian": 1}`), failure.Refused, `there is no setting "gian"`, `did you mean "gain"?`)
	if len(f.Stderr) > 0 {
		t.Error("a refusal needs no last words")
	}
	wantFailure(t, train(`{"gain": -1}`), failure.Refused, "gain")
	wantFailure(t, train(`{}`), failure.Error, "Train: ", "/none")

	var trailer metadata.MD
	_, err := proc.Method.Embed(t.Context(), &wire.EmbedRequest{ModelDir: "/none"}, grpc.Trailer(&trailer))
	wantFailure(t, proc.Explain(t.Context(), "Embed", err, trailer), failure.Error, "toys keep nothing")
}

// What the host did to a process is the reason, whatever the call says.
func TestExplainOrder(t *testing.T) {
	proc := launch(t, newTestLauncher(t), toyPlugin(t, "good"), Options{})
	err := proc.Explain(t.Context(), "Embed", status.Error(codes.Unimplemented, "unknown method"), nil)
	wantFailure(t, err, failure.Invalid, "Embed: unknown method", "must implement Describe, Train, Embed and Evaluate")
	err = proc.Explain(t.Context(), "Train", status.Error(codes.Unavailable, "broken pipe"), nil)
	wantFailure(t, err, failure.Crash, "could not be reached during Train: broken pipe", "overloaded")

	// The plugin knows the deadline too, and its clock may strike first.
	ctx, cancel := context.WithTimeoutCause(t.Context(), 50*time.Millisecond, fmt.Errorf("%w: longer than 50ms", ErrTimeout))
	defer cancel()
	err = proc.Explain(ctx, "Train", status.Error(codes.DeadlineExceeded, "deadline"), nil)
	wantFailure(t, err, failure.Timeout, "longer than 50ms")
	err = proc.Explain(t.Context(), "Train", errors.New("anything"), nil)
	wantFailure(t, err, failure.Timeout, "longer than 50ms")
}

func TestIsNumber(t *testing.T) {
	for s, want := range map[string]bool{"1": true, "12": true, "": false, "1a": false, "-1": false} {
		if isNumber(s) != want {
			t.Errorf("isNumber(%q) = %v", s, !want)
		}
	}
}
