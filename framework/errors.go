package framework

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/assaylab/assay/framework/internal/clean"
	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/internal/wire"
)

// Refuse returns an error for settings or data that the method cannot take. The
// fact says what is wrong, with the numbers in it; the hint says what to do.
func Refuse(fact, hint string) error {
	return problem.Problem{Fact: fact, Hint: hint, Usage: true}
}

// WithHint adds advice to an error.
func WithHint(err error, hint string) error { return problem.Advise(err, hint) }

// maxErrorBytes bounds the text of an error: gRPC sends it as a header, and a host
// takes headers of some length only.
const maxErrorBytes = 64 << 10

// toStatus turns an error of a method into what crosses the boundary. Set it
// last: it attaches the hint as trailing metadata of the call.
func toStatus(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	code := codes.Internal
	if ctx.Err() != nil {
		code = codes.Canceled
	}
	if p, ok := problem.Find(err); ok {
		if p.Usage {
			code = codes.InvalidArgument
		}
		if p.Hint != "" {
			// Failing to set a trailer loses the advice, not the error.
			_ = grpc.SetTrailer(ctx, metadata.Pairs(wire.HintKey, p.Hint))
		}
	}
	return status.Error(code, clean.Cut(err.Error(), maxErrorBytes))
}
