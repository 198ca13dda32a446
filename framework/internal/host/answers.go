package host

import (
	"context"
	"fmt"
	"io"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/assaylab/assay/framework/internal/clean"
	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/wire"
)

// What a plugin may answer. Arrays are files; whatever travels in messages is a
// small fraction of this.
const (
	maxDescription = 512 << 10 // bytes
	maxAnswer      = 4 << 20
	maxHeaders     = 1 << 20 // of an error: its message and its hint
	maxLogLine     = 4 << 10
	maxReason      = 4 << 10
	maxHint        = 1 << 10
	maxUnit        = 40
	maxMetricName  = 128
	maxCurves      = 1000 // curves of a trial
)

// dialOptions bound what gRPC takes before anybody has seen it.
var dialOptions = []grpc.DialOption{
	grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxAnswer)),
	grpc.WithMaxHeaderListSize(maxHeaders),
}

// answers is a plugin's end of the boundary as the host sees it: every text is
// clean and bounded, and an answer of a plugin that was changed meanwhile is none.
type answers struct {
	wire.MethodClient
	proc *Process
}

func (a *answers) Describe(ctx context.Context, req *wire.DescribeRequest, opts ...grpc.CallOption) (*wire.DescribeReply, error) {
	reply, err := a.MethodClient.Describe(ctx, req, append(opts, grpc.MaxCallRecvMsgSize(maxDescription))...)
	return reply, a.hold(err)
}

func (a *answers) Embed(ctx context.Context, req *wire.EmbedRequest, opts ...grpc.CallOption) (*wire.EmbedReply, error) {
	reply, err := a.MethodClient.Embed(ctx, req, opts...)
	return reply, a.hold(err)
}

func (a *answers) Evaluate(ctx context.Context, req *wire.EvaluateRequest, opts ...grpc.CallOption) (*wire.EvaluateReply, error) {
	reply, err := a.MethodClient.Evaluate(ctx, req, opts...)
	if err == nil {
		for name := range reply.Metrics {
			if err := a.metricName(name); err != nil {
				return nil, err
			}
		}
		for name := range reply.Cases {
			if err := a.metricName(name); err != nil {
				return nil, err
			}
		}
	}
	return reply, a.hold(err)
}

func (a *answers) Train(ctx context.Context, req *wire.TrainRequest, opts ...grpc.CallOption) (grpc.ServerStreamingClient[wire.TrainEvent], error) {
	stream, err := a.MethodClient.Train(ctx, req, opts...)
	if err != nil {
		return nil, err
	}
	return &events{ServerStreamingClient: stream, answers: a, curves: map[string]bool{}}, nil
}

// hold ends a plugin that is no longer the one that the run began with.
func (a *answers) hold(err error) error {
	if err != nil {
		return err
	}
	if f := a.proc.plugin.Unchanged(); f != nil {
		return a.refuse(f)
	}
	return nil
}

// refuse ends the plugin for a reason, which Explain gives as that of the error.
func (a *answers) refuse(f *failure.Failure) error {
	a.proc.end(f)
	return status.Error(codes.Aborted, f.Reason)
}

func (a *answers) invalid(reason, hint string) error {
	return a.refuse(&failure.Failure{Kind: failure.Invalid, Reason: reason, Hint: hint})
}

func (a *answers) metricName(name string) error {
	if len(name) > maxMetricName || clean.Text(name) != name {
		return a.invalid(fmt.Sprintf("the name of a metric is \"%s\"", clean.Cut(name, 80)),
			fmt.Sprintf("names of metrics have at most %d bytes, and none that a terminal would not show", maxMetricName))
	}
	return nil
}

// events is what training shows.
type events struct {
	grpc.ServerStreamingClient[wire.TrainEvent]
	answers *answers
	curves  map[string]bool
}

func (e *events) Recv() (*wire.TrainEvent, error) {
	event, err := e.ServerStreamingClient.Recv()
	if err == io.EOF {
		if changed := e.answers.hold(nil); changed != nil {
			return nil, changed
		}
	}
	if err != nil {
		return nil, err
	}
	switch is := event.Event.(type) {
	case *wire.TrainEvent_Progress:
		is.Progress.Unit = clean.Cut(is.Progress.Unit, maxUnit)
	case *wire.TrainEvent_Log:
		is.Log = clean.Cut(is.Log, maxLogLine)
	case *wire.TrainEvent_Point:
		if err := e.point(is.Point.Name); err != nil {
			return nil, err
		}
	}
	return event, nil
}

func (e *events) point(name string) error {
	if e.curves[name] {
		return nil
	}
	if err := e.answers.metricName(name); err != nil {
		return err
	}
	if len(e.curves) == maxCurves {
		return e.answers.invalid(fmt.Sprintf("training shows more than %d curves", maxCurves),
			"a curve is one name with many steps: Metric(\"loss\", step, value)")
	}
	e.curves[name] = true
	return nil
}
