package framework

import (
	"context"
	"fmt"
	"os"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/assaylab/assay/framework/internal/wire"
)

// Serve answers the host until it says goodbye. It is the last line of a
// plugin's main. Started by hand, the program says what it is and exits with 2.
func Serve(m Method) {
	if os.Getenv(wire.CookieKey) != wire.CookieValue {
		introduce(m)
		os.Exit(2)
	}
	watchLifeline()
	config := &plugin.ServeConfig{
		HandshakeConfig: plugin.HandshakeConfig{
			ProtocolVersion:  wire.ProtocolVersion,
			MagicCookieKey:   wire.CookieKey,
			MagicCookieValue: wire.CookieValue,
		},
		VersionedPlugins: map[int]plugin.PluginSet{
			wire.ProtocolVersion: {wire.Service: &served{method: m}},
		},
		GRPCServer: func(opts []grpc.ServerOption) *grpc.Server { return grpc.NewServer(opts...) },
		Logger:     hclog.New(&hclog.LoggerOptions{Level: hclog.Error, Output: os.Stderr}),
	}
	if err := offerTLS(config); err != nil {
		fmt.Fprintln(os.Stderr, "preparing TLS:", err)
		os.Exit(1)
	}
	plugin.Serve(config)
}

func introduce(m Method) {
	d := m.Describe()
	self, err := os.Executable()
	if err != nil {
		self = os.Args[0]
	}
	fmt.Fprintf(os.Stderr, `This is %s %s, a method for Assay: %s
It is started by the host, not by hand. Look at it with

    assay plugin describe %s

and name that path after "plugin:" in a sweep.
`, d.Name, d.Version, d.Summary, self)
}

// served is the go-plugin side of a method: it only registers the server.
type served struct {
	plugin.NetRPCUnsupportedPlugin
	method Method
}

func (s *served) GRPCServer(_ *plugin.GRPCBroker, g *grpc.Server) error {
	wire.RegisterMethodServer(g, &server{method: s.method, every: checkpointEvery})
	return nil
}

func (s *served) GRPCClient(context.Context, *plugin.GRPCBroker, *grpc.ClientConn) (any, error) {
	return nil, fmt.Errorf("framework: a plugin has no client side")
}

// Register serves a method on a gRPC server of the caller's, without processes.
// Package methodtest uses it; plugins call Serve. Checkpoints are due at every turn.
func Register(g *grpc.Server, m Method) { wire.RegisterMethodServer(g, &server{method: m}) }
