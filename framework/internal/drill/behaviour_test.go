//go:build unix

package drill

import (
	"errors"
	"fmt"
	"math"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/assaylab/assay/framework/internal/wire"
)

// A behaviourClass is five plugins that misbehave in one way.
type behaviourClass struct {
	name, slug string
	all        []behaviour
}

// behaviours are 20 classes of five.
func behaviours() []behaviourClass {
	return []behaviourClass{
		{"does not start", "start", starts()}, {"handshakes that lie", "shake", handshakes()},
		{"descriptions that are too much", "describe", descriptions()}, {"descriptions that lie", "lie", lies()},
		{"training that does not end", "hang", hangs()}, {"processes that die", "die", deaths()},
		{"streams without end", "stream", streams()}, {"messages that are too large", "large", largeMessages()},
		{"floods of output", "flood", floods()}, {"curves and progress that lie", "curve", curves()},
		{"metrics that lie", "metric", metrics()}, {"cases that lie", "case", cases()},
		{"embeddings that lie", "embed", embeddings()}, {"models that are none", "model", models()},
		{"writes beside its folder", "write", writes()}, {"processes that stay", "stay", stays()},
		{"memory", "memory", memories()}, {"sockets", "socket", sockets()},
		{"answers against the protocol", "answer", protocols()}, {"signals", "signal", signals()},
	}
}

func forever() { time.Sleep(time.Hour) }

func starts() []behaviour {
	s := func(name string, f func()) behaviour { return behaviour{name: name, start: f, fails: true} }
	return []behaviour{
		s("silent", forever),
		s("well", func() { os.Exit(0) }),
		s("badly", func() { fmt.Fprintln(os.Stderr, "no licence"); os.Exit(3) }),
		s("panics", func() { panic("no licence") }),
		s("closes", func() { os.Stdout.Close(); os.Stderr.Close(); forever() }),
	}
}

func handshakes() []behaviour {
	s := func(name, line string) behaviour {
		return behaviour{name: name, fails: true, start: func() { fmt.Print(line); forever() }}
	}
	return []behaviour{
		s("words", "Loading the model, please wait\n"), s("future", fmt.Sprintf("1|%d|unix|/nowhere|grpc|\n", wire.ProtocolVersion+41)),
		s("nowhere", "1|1|unix|/nowhere/at/all|grpc|\n"), s("abroad", "1|1|tcp|192.0.2.1:80|grpc|\n"),
		{name: "endless", fails: true, start: func() {
			for {
				fmt.Print(strings.Repeat("x", 1<<16))
			}
		}},
	}
}

func descriptions() []behaviour {
	d := func(name string, f func(*wire.DescribeReply) error) behaviour {
		return behaviour{name: name, describe: f, fails: true}
	}
	return []behaviour{
		d("long", func(d *wire.DescribeReply) error { d.Summary = strings.Repeat("x", 50<<20); return nil }),
		d("many", func(d *wire.DescribeReply) error {
			for i := range 300_000 {
				d.Metrics = append(d.Metrics, &wire.Metric{Name: fmt.Sprint("m", i), Goal: "max"})
			}
			return nil
		}),
		d("deep", func(d *wire.DescribeReply) error {
			d.Settings = []*wire.Setting{{Name: "a", Kind: "float", DefaultJson: "1", When: strings.Repeat("(", 400_000)}}
			return nil
		}),
		d("error", func(*wire.DescribeReply) error {
			return status.Error(codes.Internal, strings.Repeat("\x1b[2J", 100_000))
		}),
		d("never", func(*wire.DescribeReply) error { forever(); return nil }),
	}
}

func lies() []behaviour {
	s := func(name string, settings ...*wire.Setting) behaviour {
		return behaviour{name: name, fails: true, describe: func(d *wire.DescribeReply) error { d.Settings = settings; return nil }}
	}
	a := &wire.Setting{Name: "a", Kind: "float", DefaultJson: "1"}
	return []behaviour{
		s("twice", a, a), s("kind", &wire.Setting{Name: "a", Kind: "lambda", DefaultJson: "1"}),
		s("default", &wire.Setting{Name: "a", Kind: "float", DefaultJson: "NaN"}), s("condition", &wire.Setting{Name: "a", Kind: "float", DefaultJson: "1", When: "a > a > "}),
		{name: "goal", fails: true, describe: func(d *wire.DescribeReply) error { d.Metrics[0].Goal = "win"; return nil }},
	}
}

// training changes what happens while it trains.
func training(name string, fails bool, f func(*wire.TrainRequest, func(*wire.TrainEvent)) error) behaviour {
	return behaviour{name: name, train: f, fails: fails}
}

// just is training that does something and fails or not.
func just(name string, fails bool, f func()) behaviour {
	return training(name, fails, func(*wire.TrainRequest, func(*wire.TrainEvent)) error { f(); return nil })
}

func streams() []behaviour {
	endless := func(name string, event func(i int) *wire.TrainEvent) behaviour {
		return training(name, true, func(_ *wire.TrainRequest, send func(*wire.TrainEvent)) error {
			for i := 0; ; i++ {
				send(event(i))
			}
		})
	}
	return []behaviour{
		endless("log", func(i int) *wire.TrainEvent {
			return &wire.TrainEvent{Event: &wire.TrainEvent_Log{Log: fmt.Sprint("line ", i)}}
		}),
		endless("point", func(i int) *wire.TrainEvent { return pointOf("loss", int64(i), 1) }),
		endless("curves", func(i int) *wire.TrainEvent { return pointOf(fmt.Sprint("loss", i), 0, 1) }),
		endless("progress", func(i int) *wire.TrainEvent { return progressOf(int64(i), 0, "steps") }),
		endless("nothing", func(int) *wire.TrainEvent { return &wire.TrainEvent{} }),
	}
}

func pointOf(name string, step int64, value float64) *wire.TrainEvent {
	return &wire.TrainEvent{Event: &wire.TrainEvent_Point{Point: &wire.Point{Name: name, Step: step, Value: value}}}
}

func progressOf(done, total int64, unit string) *wire.TrainEvent {
	return &wire.TrainEvent{Event: &wire.TrainEvent_Progress{Progress: &wire.Progress{Done: done, Total: total, Unit: unit}}}
}

func sends(name string, fails bool, events ...*wire.TrainEvent) behaviour {
	return training(name, fails, func(_ *wire.TrainRequest, send func(*wire.TrainEvent)) error {
		for _, e := range events {
			send(e)
		}
		return nil
	})
}

func largeMessages() []behaviour {
	return []behaviour{
		sends("line", true, &wire.TrainEvent{Event: &wire.TrainEvent_Log{Log: strings.Repeat("x", 50<<20)}}),
		sends("curve", true, pointOf(strings.Repeat("x", 1<<20), 1, 1)),
		sends("unit", false, progressOf(1, 2, strings.Repeat("\a", 1<<20))),
		training("error", true, func(*wire.TrainRequest, func(*wire.TrainEvent)) error {
			return status.Error(codes.Internal, strings.Repeat("x", 200<<20))
		}),
		{name: "metrics", fails: true, evaluate: func(_ *wire.EvaluateRequest, r *wire.EvaluateReply) error {
			for i := range 300_000 {
				r.Metrics[fmt.Sprint("m", i)] = 1
			}
			return nil
		}},
	}
}

func floods() []behaviour {
	write := func(name string, fd uintptr, text string, times int) behaviour {
		return just(name, false, func() {
			f := os.NewFile(fd, name)
			for range times {
				_, _ = f.WriteString(text) // if nobody listens, so be it
			}
		})
	}
	return []behaviour{
		write("lines", 2, strings.Repeat("a line of words\n", 4096), 2000), write("line", 2, strings.Repeat("x", 1<<16), 2000),
		write("zeros", 2, strings.Repeat("\x00", 1<<16), 1000), write("escapes", 2, strings.Repeat("\x1b[2J\u202e\x9b", 4096), 200),
		write("stdout", 1, strings.Repeat("x\n", 1<<15), 200),
	}
}

func curves() []behaviour {
	return []behaviour{
		sends("nan", false, pointOf("loss", 1, math.NaN()), pointOf("loss", 2, math.Inf(1))),
		sends("negative", false, pointOf("loss", -5, 1), pointOf("loss", math.MinInt64, 1), pointOf("loss", math.MaxInt64, 1)),
		sends("beyond", false, progressOf(10, 3, "steps"), progressOf(-1, -2, "steps"), progressOf(math.MaxInt64, math.MinInt64, "")),
		sends("hidden", true, pointOf("loss\u202e", 1, 1)),
		sends("empty", false, pointOf("", 1, 1), &wire.TrainEvent{Event: &wire.TrainEvent_Point{}}),
	}
}

func metrics() []behaviour {
	m := func(name string, f func(map[string]float64)) behaviour {
		return behaviour{name: name, fails: true, evaluate: func(_ *wire.EvaluateRequest, r *wire.EvaluateReply) error { f(r.Metrics); return nil }}
	}
	return []behaviour{
		m("nan", func(m map[string]float64) { m["one"] = math.NaN() }), m("infinite", func(m map[string]float64) { m["one"] = math.Inf(-1) }),
		m("invented", func(m map[string]float64) { m["two"] = 2 }), m("hidden", func(m map[string]float64) { m["one\u200b"] = 2 }),
		m("unnamed", func(m map[string]float64) { m[""] = 1 }),
	}
}

func cases() []behaviour {
	c := func(name string, f func(*wire.EvaluateReply)) behaviour { // they are left out, with a word
		return behaviour{name: name, evaluate: func(_ *wire.EvaluateRequest, r *wire.EvaluateReply) error {
			r.Cases = map[string]*wire.Cases{}
			f(r)
			return nil
		}}
	}
	return []behaviour{
		c("other", func(r *wire.EvaluateReply) { r.Cases["one"] = &wire.Cases{Values: []float64{3, 4}} }),
		c("nan", func(r *wire.EvaluateReply) { r.Cases["one"] = &wire.Cases{Values: []float64{math.NaN(), 1}} }),
		c("many", func(r *wire.EvaluateReply) { r.Cases["one"] = &wire.Cases{Values: make([]float64, 400_000)} }),
		c("invented", func(r *wire.EvaluateReply) { r.Cases["two"] = &wire.Cases{Values: []float64{1, 1}} }),
		c("none", func(r *wire.EvaluateReply) { r.Cases["one"] = &wire.Cases{} }),
	}
}

func embeddings() []behaviour {
	e := func(name string, f func(path string, r *wire.EmbedReply) error) behaviour {
		return behaviour{name: name, fails: true, embed: func(req *wire.EmbedRequest, r *wire.EmbedReply) error { return f(req.OutPath, r) }}
	}
	nan := float32(math.NaN())
	return []behaviour{
		e("rows", func(p string, r *wire.EmbedReply) error {
			r.Samples = 5
			return writeArray(p, []int{5, 1}, []float32{1, 2, 3, 4, 5})
		}),
		e("nan", func(p string, _ *wire.EmbedReply) error { return writeArray(p, []int{4, 1}, []float32{1, nan, 3, 4}) }),
		e("sparse", func(p string, r *wire.EmbedReply) error {
			r.Dims = 1 << 30
			head := npyOf(headerOf("<f4", "(4, 1073741824)"), nil)
			return errors.Join(os.WriteFile(p, head, 0o644), os.Truncate(p, int64(len(head))+4<<32))
		}),
		e("link", func(p string, _ *wire.EmbedReply) error {
			return errors.Join(os.Remove(p), os.Symlink("/etc/passwd", p))
		}),
		e("pipe", func(p string, _ *wire.EmbedReply) error { return errors.Join(os.Remove(p), mkfifo(p)) }),
	}
}

func models() []behaviour {
	m := func(name string, f func(dir string) error) behaviour { return behaviour{name: name, saved: f} }
	return []behaviour{
		m("gone", os.RemoveAll),
		m("link", func(dir string) error { return errors.Join(os.RemoveAll(dir), os.Symlink("/etc", dir)) }),
		m("file", func(dir string) error { return errors.Join(os.RemoveAll(dir), os.WriteFile(dir, nil, 0o644)) }),
		m("pipe", func(dir string) error { return mkfifo(filepath.Join(dir, "weights")) }),
		m("many", func(dir string) error {
			for i := range 5000 {
				if err := os.WriteFile(filepath.Join(dir, fmt.Sprint(i)), nil, 0o644); err != nil {
					return err
				}
			}
			return nil
		}),
	}
}

func sockets() []behaviour {
	return []behaviour{
		just("closes", true, func() {
			for fd := 3; fd < 64; fd++ {
				_ = os.NewFile(uintptr(fd), "").Close() // whatever it is
			}
			forever()
		}),
		just("removes", false, func() { _ = os.RemoveAll(os.Getenv("PLUGIN_UNIX_SOCKET_DIR")) }),
		just("replaces", false, func() {
			dir := os.Getenv("PLUGIN_UNIX_SOCKET_DIR")
			found, _ := filepath.Glob(filepath.Join(dir, "*"))
			for _, path := range found {
				_ = os.Remove(path)
				if l, err := net.Listen("unix", path); err == nil {
					go func() { c, _ := l.Accept(); _, _ = c.Write([]byte("no HTTP/2")) }()
				}
			}
		}),
		just("many", false, func() {
			dir := os.Getenv("PLUGIN_UNIX_SOCKET_DIR")
			for i := range 500 {
				_, _ = net.Listen("unix", filepath.Join(dir, fmt.Sprint("s", i)))
			}
		}),
		just("writes", true, func() { // into the connection, between the messages
			for fd := 3; fd < 64; fd++ {
				_, _ = os.NewFile(uintptr(fd), "").WriteString(strings.Repeat("garbage", 100))
			}
			forever()
		}),
	}
}

func protocols() []behaviour {
	code := func(name string, c codes.Code) behaviour {
		return training(name, true, func(*wire.TrainRequest, func(*wire.TrainEvent)) error { return status.Error(c, "\x1b[31mno") })
	}
	return []behaviour{
		code("unimplemented", codes.Unimplemented), code("cancelled", codes.Canceled), code("unknown", codes.Code(9999)),
		{name: "shape", embed: func(_ *wire.EmbedRequest, r *wire.EmbedReply) error {
			r.Samples, r.Dims = -1, math.MaxInt64
			return nil
		}},
		{name: "other", fails: true, embed: func(req *wire.EmbedRequest, _ *wire.EmbedReply) error {
			return os.Rename(req.OutPath, req.OutPath+".other")
		}},
	}
}
