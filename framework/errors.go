package framework

import (
	"context"
	"errors"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/assaylab/assay/framework/internal/wire"
)

// refusal is an error with advice, and whether the request was to blame.
type refusal struct {
	error
	hint    string
	invalid bool
}

func (r *refusal) Unwrap() error { return r.error }

// Refuse returns an error for settings or data that the method cannot take. The
// fact says what is wrong, with the numbers in it; the hint says what to do.
func Refuse(fact, hint string) error { return &refusal{errors.New(fact), hint, true} }

// WithHint adds advice to an error.
func WithHint(err error, hint string) error { return &refusal{err, hint, false} }

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
	var r *refusal
	if errors.As(err, &r) {
		if r.invalid {
			code = codes.InvalidArgument
		}
		if r.hint != "" {
			// Failing to set a trailer loses the advice, not the error.
			_ = grpc.SetTrailer(ctx, metadata.Pairs(wire.HintKey, r.hint))
		}
	}
	return status.Error(code, err.Error())
}
