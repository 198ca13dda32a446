//go:build unix

package drill

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/data/npy"
	"github.com/assaylab/assay/framework/internal/wire"
)

// nothing is what the binary brings: it has no part in the drills.
type nothing struct{}

func (nothing) Describe() framework.Description {
	return framework.Description{Name: "nothing", Version: "1", Summary: "nothing"}
}

func (nothing) Train(context.Context, framework.TrainRequest, framework.Recorder) (framework.Model, error) {
	return nil, fmt.Errorf("nothing is learned")
}

func (nothing) Load(context.Context, string) (framework.Model, error) {
	return nil, fmt.Errorf("nothing is kept")
}

// A rogue is a plugin without the SDK, so that it can say what the SDK would not. It
// does all as it should, but for what one behaviour changes: the embedding of a sample
// is the sample, and the metric "one" is 1.
type rogue struct {
	wire.UnimplementedMethodServer
	plugin.NetRPCUnsupportedPlugin
	behaviour
}

// A behaviour changes one thing that a plugin does.
type behaviour struct {
	name     string
	start    func() // before it serves
	describe func(*wire.DescribeReply) error
	train    func(*wire.TrainRequest, func(*wire.TrainEvent)) error
	saved    func(dir string) error // when the model is there
	embed    func(*wire.EmbedRequest, *wire.EmbedReply) error
	evaluate func(*wire.EvaluateRequest, *wire.EvaluateReply) error
	fails    bool // the trial must not succeed
}

func playRogue(name string) {
	r := &rogue{behaviour: extras[name]}
	for _, class := range behaviours() {
		for _, b := range class.all {
			if class.slug+"-"+b.name == name {
				r.behaviour = b
			}
		}
	}
	r.serve()
}

// extras are behaviours of single rows.
var extras = map[string]behaviour{
	// a metric that no table of columns can hold
	"huge": {train: func(req *wire.TrainRequest, _ func(*wire.TrainEvent)) error {
		return os.WriteFile(filepath.Join(req.ModelDir, "model"), fmt.Append(nil, req.Seed), 0o644)
	}, evaluate: func(req *wire.EvaluateRequest, r *wire.EvaluateReply) error {
		seed, err := os.ReadFile(filepath.Join(req.ModelDir, "model"))
		if err == nil {
			r.Metrics["one"], err = strconv.ParseFloat(string(seed)+"e200", 64)
		}
		return err
	}},
	// puts into shared memory what it may not have
	"shares": {train: func(*wire.TrainRequest, func(*wire.TrainEvent)) error {
		if err := os.WriteFile(fmt.Sprint("/dev/shm/drill-shares-", os.Getpid()), make([]byte, 200<<20), 0o644); err != nil {
			return err
		}
		time.Sleep(5 * time.Second)
		return nil
	}},
	// cuts its embedding off while it is looked at
	"cuts": {embed: func(req *wire.EmbedRequest, r *wire.EmbedReply) error {
		n := 50 << 20
		if err := writeArray(req.OutPath, []int{4, n / 4}, make([]float32, n)); err != nil {
			return err
		}
		r.Dims = int64(n / 4)
		return exec.Command("sh", "-c", "(sleep 0.02; : > '"+req.OutPath+"') >/dev/null 2>&1 &").Run()
	}},
	// reads what is the host's
	"snoops": {train: func(*wire.TrainRequest, func(*wire.TrainEvent)) error {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", os.Getppid()))
		if err == nil && len(text) > 0 {
			return fmt.Errorf("the host's environment has %d bytes", len(text))
		}
		return nil
	}},
	// needs a variable
	"wants": {train: func(*wire.TrainRequest, func(*wire.TrainEvent)) error {
		if os.Getenv("HF_HOME") == "" {
			return fmt.Errorf("HF_HOME is not set")
		}
		return nil
	}},
}

func (r *rogue) serve() {
	if r.start != nil {
		r.start()
	}
	plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig:  plugin.HandshakeConfig{ProtocolVersion: wire.ProtocolVersion, MagicCookieKey: wire.CookieKey, MagicCookieValue: wire.CookieValue},
		VersionedPlugins: map[int]plugin.PluginSet{wire.ProtocolVersion: {wire.Service: r}},
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

func (r *rogue) Describe(context.Context, *wire.DescribeRequest) (*wire.DescribeReply, error) {
	d := &wire.DescribeReply{Name: os.Args[1], Version: "1", Metrics: []*wire.Metric{{Name: "one", Goal: "max"}}, OutOfSample: true}
	if r.describe != nil {
		return d, r.describe(d)
	}
	return d, nil
}

func (r *rogue) Train(req *wire.TrainRequest, stream wire.Method_TrainServer) error {
	if err := os.WriteFile(filepath.Join(req.ModelDir, "model"), []byte("1"), 0o644); err != nil {
		return err
	}
	if r.train != nil {
		err := r.train(req, func(e *wire.TrainEvent) {
			if stream.Send(e) != nil {
				select {} // until it is ended
			}
		})
		if err != nil {
			return err
		}
	}
	if r.saved != nil {
		return r.saved(req.ModelDir)
	}
	return nil
}

// samples are those that a call is about.
func samples(dataset, role, split string) ([]int, []float32, error) {
	d, err := data.Open(dataset)
	if err != nil {
		return nil, nil, err
	}
	defer d.Close()
	a := d.Recordings[role].On(data.Split(split)).Samples
	return a.Shape, append([]float32(nil), a.Values...), nil
}

func (r *rogue) Embed(_ context.Context, req *wire.EmbedRequest) (*wire.EmbedReply, error) {
	shape, values, err := samples(req.DatasetDir, req.Role, req.Split)
	if err != nil {
		return nil, err
	}
	if err := writeArray(req.OutPath, shape, values); err != nil {
		return nil, err
	}
	reply := &wire.EmbedReply{Samples: int64(shape[0]), Dims: int64(shape[1])}
	if r.embed != nil {
		err = r.embed(req, reply)
	}
	return reply, err
}

func writeArray(path string, shape []int, values []float32) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return npy.Write(f, shape, values)
}

func (r *rogue) Evaluate(_ context.Context, req *wire.EvaluateRequest) (*wire.EvaluateReply, error) {
	reply := &wire.EvaluateReply{Metrics: map[string]float64{"one": 1}}
	if r.evaluate != nil {
		return reply, r.evaluate(req, reply)
	}
	return reply, nil
}
