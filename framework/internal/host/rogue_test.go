package host

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/wire"
)

// rogue answers without the SDK, which would not say such things.
type rogue struct {
	wire.UnimplementedMethodServer
	plugin.NetRPCUnsupportedPlugin
	how string
}

func serveRogue(how string) {
	plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig:  plugin.HandshakeConfig{ProtocolVersion: wire.ProtocolVersion, MagicCookieKey: wire.CookieKey, MagicCookieValue: wire.CookieValue},
		VersionedPlugins: map[int]plugin.PluginSet{wire.ProtocolVersion: {wire.Service: &rogue{how: how}}},
		GRPCServer: func(opts []grpc.ServerOption) *grpc.Server {
			return grpc.NewServer(append(opts, grpc.MaxSendMsgSize(1<<30))...)
		},
	})
}

func (r *rogue) GRPCServer(_ *plugin.GRPCBroker, g *grpc.Server) error {
	wire.RegisterMethodServer(g, r)
	return nil
}

func (r *rogue) GRPCClient(context.Context, *plugin.GRPCBroker, *grpc.ClientConn) (any, error) {
	return nil, nil
}

func (r *rogue) Describe(ctx context.Context, _ *wire.DescribeRequest) (*wire.DescribeReply, error) {
	d := &wire.DescribeReply{Name: "rogue", Version: "1"}
	switch r.how {
	case "summary":
		d.Summary = strings.Repeat("x", 50<<20)
	case "metrics":
		d.Metrics = make([]*wire.Metric, 1_000_000)
		for i := range d.Metrics {
			d.Metrics[i] = &wire.Metric{Name: fmt.Sprint("m", i), Goal: "max"}
		}
	case "empty settings":
		d.Settings = make([]*wire.Setting, 200_000)
		for i := range d.Settings {
			d.Settings[i] = new(wire.Setting)
		}
	case "condition":
		d.Settings = []*wire.Setting{{Name: "a", Kind: "float", DefaultJson: "1", When: strings.Repeat("(", 500_000)}}
	case "escapes":
		d.Summary = "\x1b[2J"
	case "error":
		return nil, status.Error(codes.Internal, strings.Repeat("x", 200<<20))
	case "long error":
		_ = grpc.SetTrailer(ctx, metadata.Pairs(wire.HintKey, strings.Repeat("h", 50_000)))
		return nil, status.Error(codes.Internal, strings.Repeat("\x1b", 50_000))
	}
	return d, nil
}

func (r *rogue) Train(_ *wire.TrainRequest, stream wire.Method_TrainServer) error {
	send := func(e *wire.TrainEvent) {
		if stream.Send(e) != nil {
			time.Sleep(time.Hour) // until it is ended
		}
	}
	point := func(name string) {
		send(&wire.TrainEvent{Event: &wire.TrainEvent_Point{Point: &wire.Point{Name: name}}})
	}
	switch r.how {
	case "curves":
		for i := range 200_000 {
			point(fmt.Sprint("curve", i))
		}
	case "curve":
		point(strings.Repeat("x", 1<<20))
	case "hidden curve":
		point("loss\u202e")
	case "log":
		for range 20 {
			send(&wire.TrainEvent{Event: &wire.TrainEvent_Log{Log: "\x1b[2J" + strings.Repeat("x", 3<<20)}})
		}
	case "unit":
		send(&wire.TrainEvent{Event: &wire.TrainEvent_Progress{Progress: &wire.Progress{Unit: strings.Repeat("\a", 1<<20)}}})
	case "event":
		send(&wire.TrainEvent{Event: &wire.TrainEvent_Log{Log: strings.Repeat("x", 50<<20)}})
	case "stderr":
		line := strings.Repeat("x", 1<<20)
		for range 200 {
			fmt.Fprint(os.NewFile(2, "stderr"), line)
		}
	}
	return nil
}

func (r *rogue) Evaluate(context.Context, *wire.EvaluateRequest) (*wire.EvaluateReply, error) {
	reply := &wire.EvaluateReply{Metrics: map[string]float64{}, Cases: map[string]*wire.Cases{}}
	switch r.how {
	case "values":
		for i := range 400_000 {
			reply.Metrics[fmt.Sprint("m", i)] = 1
		}
	case "value":
		reply.Metrics[strings.Repeat("x", 1<<20)] = 1
	case "hidden case":
		reply.Cases["a\u200b"] = nil
	}
	return reply, nil
}

// No answer holds up the host or bloats it: it is cut or refused, within seconds.
func TestRogueAnswers(t *testing.T) {
	describe := func(ctx context.Context, p *Process) error {
		_, err := p.Method.Describe(ctx, &wire.DescribeRequest{})
		return err
	}
	train := func(ctx context.Context, p *Process) error {
		stream, err := p.Method.Train(ctx, &wire.TrainRequest{})
		for err == nil {
			var e *wire.TrainEvent
			e, err = stream.Recv()
			if log := e.GetLog(); log != "" {
				p.tail.Line(log)
			}
			if n := len(e.GetLog()) + len(e.GetProgress().GetUnit()) + len(e.GetPoint().GetName()); n > 5000 {
				t.Errorf("%d bytes of text arrive", n)
			}
		}
		return err
	}
	evaluate := func(ctx context.Context, p *Process) error {
		_, err := p.Method.Evaluate(ctx, &wire.EvaluateRequest{})
		return err
	}
	fine := failure.Kind("")
	for _, c := range []struct {
		how  string
		call func(context.Context, *Process) error
		kind failure.Kind
		word string
	}{
		{"summary", describe, failure.Error, "larger than max"},
		{"metrics", describe, failure.Error, "larger than max"},
		{"error", describe, failure.Error, ""},
		{"long error", describe, failure.Error, `\u001b`},
		{"curves", train, failure.Invalid, "more than 1000 curves"},
		{"curve", train, failure.Invalid, "xxx... [cut: 1048576 bytes in all]"},
		{"hidden curve", train, failure.Invalid, `loss\u202e`},
		{"log", train, fine, ""},
		{"unit", train, fine, ""},
		{"event", train, failure.Error, "larger than max"},
		{"stderr", train, fine, ""},
		{"values", evaluate, failure.Error, "larger than max"},
		{"value", evaluate, failure.Invalid, "[cut: 1048576 bytes in all]"},
		{"hidden case", evaluate, failure.Invalid, `a\u200b`},
	} {
		t.Run(c.how, func(t *testing.T) {
			proc := launch(t, newTestLauncher(t), toyPlugin(t, "rogue", c.how), Options{})
			small := bounded(t)
			err := c.call(t.Context(), proc)
			if err != nil && c.kind != fine {
				f := wantFailure(t, proc.Explain(t.Context(), "the call", err, nil), c.kind, c.word)
				if n := len(f.Text()); n > 30_000 || strings.ContainsAny(f.Text(), "\x1b\u202e\u200b") {
					t.Errorf("the failure has %d bytes: %.200q", n, f.Text())
				}
			} else if c.kind != fine {
				t.Error("it is taken")
			}
			if log := proc.tail.String(); len(log) > 2*tailSize || strings.ContainsRune(log, '\x1b') {
				t.Errorf("%d bytes of log: %.100q", len(log), log)
			}
			small()
		})
	}
}

// What a description says is refused or cleaned before anybody sees it.
func TestRogueDescriptions(t *testing.T) {
	l := newTestLauncher(t)
	for how, words := range map[string]string{"empty settings": "200000 settings", "condition": "at most 1000"} {
		small := bounded(t)
		_, err := l.Describe(t.Context(), toyPlugin(t, "rogue", how))
		wantFailure(t, err, failure.Invalid, words)
		small()
	}
	d, err := l.Describe(t.Context(), toyPlugin(t, "rogue", "escapes"))
	if err != nil || d.Summary != `\u001b[2J` {
		t.Errorf("got %q, %v", d.Summary, err)
	}
}

// bounded holds what follows to five seconds of this process's time (and a busy
// machine's patience) and 100 MB of its memory.
func bounded(t *testing.T) (check func()) {
	t.Helper()
	pid := os.Getpid()
	forgetPeak(pid)
	before, began, cpu := peakMemory(pid), time.Now(), spentHere()
	return func() {
		t.Helper()
		cpu := spentHere() - cpu
		if took, used := time.Since(began), peakMemory(pid)-before; cpu > 5*time.Second || took > 2*time.Minute || used > 100<<20 {
			t.Errorf("it took %v, %v of it here, and %d MB", took, cpu, used>>20)
		}
	}
}
