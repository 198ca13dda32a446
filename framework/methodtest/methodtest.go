// Package methodtest runs the conformance suite over a method in its own tests:
//
//	func TestConformance(t *testing.T) {
//		methodtest.Run(t, New(), methodtest.Case{Data: tiny()})
//	}
//
// It speaks to the method over gRPC, as the host does, but without processes.
// `assay plugin check` runs the same suite over an executable.
package methodtest

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/conformance"
	"github.com/assaylab/assay/framework/internal/wire"
)

// Case is one set-up under which the suite runs.
type Case = conformance.Case

// Synthetic makes small recordings, by role, that suit a method: every target
// that it asks for is there.
func Synthetic(d framework.Description) map[string]*data.Recording { return conformance.Synthetic(d) }

// Run runs the suite over every case; one without Data has generated recordings.
func Run(t *testing.T, m framework.Method, cases ...Case) {
	t.Helper()
	for i, c := range cases {
		name := c.Name
		if name == "" {
			name = fmt.Sprintf("case %d", i+1)
		}
		t.Run(name, func(t *testing.T) {
			s := &conformance.Suite{Target: inProcess{m}, Case: c, Dir: t.TempDir()}
			if err := s.Open(t.Context()); err != nil {
				t.Fatal(err)
			}
			for _, check := range conformance.Checks() {
				t.Run(check.Name, func(t *testing.T) {
					f := s.Do(t.Context(), check)
					text := strings.Join(f.Details, "\n")
					switch f.Status {
					case conformance.Fail:
						t.Errorf("%s\nhint: %s", text, f.Hint)
					case conformance.Skip:
						t.Skip(text)
					default:
						t.Log(text)
					}
				})
			}
		})
	}
}

// inProcess serves the method within the test.
type inProcess struct{ method framework.Method }

type session struct {
	client   wire.MethodClient
	training atomic.Int64 // calls of Train that have not come back
	stop     func()
}

func (p inProcess) Start(context.Context) (conformance.Session, error) {
	s := new(session)
	listener := bufconn.Listen(1 << 20)
	g := grpc.NewServer(
		grpc.StreamInterceptor(func(srv any, ss grpc.ServerStream, _ *grpc.StreamServerInfo, h grpc.StreamHandler) (err error) {
			s.training.Add(1)
			defer s.training.Add(-1)
			defer caught(&err)
			return h(srv, ss)
		}),
		grpc.UnaryInterceptor(func(ctx context.Context, req any, _ *grpc.UnaryServerInfo, h grpc.UnaryHandler) (reply any, err error) {
			defer caught(&err)
			return h(ctx, req)
		}))
	framework.Register(g, p.method)
	go g.Serve(listener)
	conn, err := grpc.NewClient("passthrough:///method",
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }),
		grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		g.Stop()
		return nil, err
	}
	s.client = wire.NewMethodClient(conn)
	s.stop = sync.OnceFunc(func() {
		conn.Close()
		g.Stop()
	})
	return s, nil
}

// caught makes an error of a panic, which would end the whole test.
func caught(err *error) {
	if p := recover(); p != nil {
		*err = status.Errorf(codes.Internal, "panic: %v", p)
	}
}

func (s *session) Method() wire.MethodClient { return s.client }
func (s *session) Busy() bool                { return s.training.Load() > 0 }
func (s *session) Close()                    { s.stop() }
func (s *session) Kill()                     { s.stop() }

func (s *session) Explain(_ context.Context, call string, err error) error {
	return fmt.Errorf("%s: %s", call, status.Convert(err).Message())
}
