package host

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"github.com/assaylab/assay/framework/internal/clean"
	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/wire"
)

// A Strategist is the process of a plugin that asks for configurations.
type Strategist struct {
	Name, Version, Summary string
	Conditions             bool // parameters may have conditions
	Settings               []string

	proc   *Process
	client wire.StrategyClient
	leave  func() bool
}

// askTimeout bounds a call of a strategy: one that fits a model to a thousand answers
// takes seconds.
const askTimeout = 5 * time.Minute

// OpenStrategy starts a strategy plugin and asks it what it is. It ends with ctx, or
// with Close.
func (l *Launcher) OpenStrategy(ctx context.Context, p Plugin) (*Strategist, error) {
	proc, err := l.Launch(ctx, p, Options{Threads: 1})
	if err != nil {
		return nil, err
	}
	s := &Strategist{proc: proc, client: wire.NewStrategyClient(proc.conn), leave: proc.Attend(ctx)}
	about, err := call(ctx, s, "About", &wire.StrategyAboutRequest{}, s.client.About)
	if err == nil && (about.Name == "" || about.Version == "") {
		err = proc.Complete(&failure.Failure{Kind: failure.Invalid, Reason: "the strategy has no name or no version"})
	}
	if err != nil {
		s.leave()
		proc.Kill()
		return nil, err
	}
	s.Name, s.Version = clean.Cut(about.Name, maxMetricName), clean.Cut(about.Version, maxMetricName)
	s.Summary, s.Conditions = clean.Cut(about.Summary, maxReason), about.Conditions
	var settings []struct {
		Name string `json:"name"`
	}
	if about.SettingsJson != "" && json.Unmarshal([]byte(about.SettingsJson), &settings) == nil {
		for _, x := range settings {
			s.Settings = append(s.Settings, clean.Cut(x.Name, maxMetricName))
		}
	}
	return s, nil
}

// call makes a call that ends in time, and explains why it failed.
func call[R, A any](ctx context.Context, s *Strategist, name string, req R, f func(context.Context, R, ...grpc.CallOption) (A, error)) (A, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, askTimeout, fmt.Errorf("%w: %s took longer than %v", ErrTimeout, name, askTimeout))
	defer cancel()
	var trailer metadata.MD
	reply, err := f(ctx, req, grpc.Trailer(&trailer))
	if err != nil {
		return reply, s.proc.Explain(ctx, name, err, trailer)
	}
	return reply, nil
}

// Begin starts a search.
func (s *Strategist) Begin(ctx context.Context, r *wire.BeginRequest) error {
	_, err := call(ctx, s, "Begin", r, s.client.Begin)
	return err
}

// Ask returns the next question of a search; ok is false when there are no more.
func (s *Strategist) Ask(ctx context.Context, search string) (values map[string]any, ok bool, err error) {
	reply, err := call(ctx, s, "Ask", &wire.AskRequest{Search: search}, s.client.Ask)
	if err != nil || reply.Done {
		return nil, false, err
	}
	if err := json.Unmarshal([]byte(reply.SettingsJson), &values); err != nil {
		return nil, false, s.Wrong(fmt.Sprintf("Ask answered with %q, which is no JSON object", clean.Cut(reply.SettingsJson, maxReason)))
	}
	return values, true, nil
}

// Tell gives the answer to the oldest question that has none.
func (s *Strategist) Tell(ctx context.Context, r *wire.TellRequest) error {
	_, err := call(ctx, s, "Tell", r, s.client.Tell)
	return err
}

// Wrong is the failure of a strategy that asks what makes no sense.
func (s *Strategist) Wrong(reason string) error {
	return s.proc.Complete(&failure.Failure{Kind: failure.Invalid, Reason: reason})
}

// Close ends the process.
func (s *Strategist) Close() {
	s.leave()
	s.proc.Close()
}
