package host

import (
	"context"
	"fmt"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/internal/clean"
	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/wire"
)

// describeTimeout bounds Describe, which is pure and quick.
const describeTimeout = 10 * time.Second

// Describe launches the plugin and asks it what it is. The error is a *failure.Failure.
func (l *Launcher) Describe(ctx context.Context, p Plugin) (framework.Description, error) {
	d, _, err := l.Look(ctx, p)
	return d, err
}

// Look is Describe, and how the plugin was spoken to.
func (l *Launcher) Look(ctx context.Context, p Plugin) (framework.Description, Transport, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, l.StartTimeout+describeTimeout, fmt.Errorf("%w: Describe took longer than %v", ErrTimeout, describeTimeout))
	defer cancel()
	proc, err := l.Launch(ctx, p, Options{Threads: 1})
	if err != nil {
		return framework.Description{}, "", err
	}
	defer proc.Attend(ctx)()
	var trailer metadata.MD
	reply, err := proc.Method.Describe(ctx, &wire.DescribeRequest{}, grpc.Trailer(&trailer))
	if err != nil {
		f := proc.Explain(ctx, "Describe", err, trailer)
		proc.Kill()
		return framework.Description{}, "", f
	}
	d, err := framework.FromWire(reply)
	if err != nil {
		f := proc.Complete(&failure.Failure{Kind: failure.Invalid, Reason: "its description makes no sense: " + clean.Cut(err.Error(), maxReason)})
		proc.Kill()
		return d, "", f
	}
	proc.Close()
	return d, proc.Transport, nil
}
