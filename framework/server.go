package framework

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"time"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/data/npy"
	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/internal/wire"
	"github.com/assaylab/assay/framework/setting"
)

// server answers the four calls for a Method. It keeps the last model in
// memory, so that Embed and Evaluate in the process that trained need not load,
// and the last dataset open, so that a model may refer to its training data.
type server struct {
	wire.UnimplementedMethodServer
	method Method
	every  time.Duration // between two checkpoints that are due

	mu         sync.Mutex
	calls      int // that are under way and may use an open dataset
	past       []*data.Dataset
	modelDir   string
	model      Model
	datasetDir string
	dataset    *data.Dataset
}

func (s *server) Describe(context.Context, *wire.DescribeRequest) (*wire.DescribeReply, error) {
	return s.method.Describe().ToWire()
}

func (s *server) Train(req *wire.TrainRequest, stream wire.Method_TrainServer) error {
	ctx := stream.Context()
	return toStatus(ctx, s.train(ctx, req, stream))
}

func (s *server) train(ctx context.Context, req *wire.TrainRequest, stream wire.Method_TrainServer) error {
	defer s.enter(true)()
	var values map[string]any
	if err := json.Unmarshal([]byte(req.SettingsJson), &values); err != nil {
		return Refuse(fmt.Sprintf("settings_json is no JSON object: %v", err), "")
	}
	d := s.method.Describe()
	settings, err := fillSettings(d, values)
	if err != nil {
		return err
	}
	dataset, err := s.open(req.DatasetDir)
	if err != nil {
		return err
	}
	if err := suits(d, values, dataset); err != nil {
		return err
	}
	rec := &recorder{stream: stream}
	var checkpoint *Checkpoint
	if req.CheckpointDir != "" {
		checkpoint = &Checkpoint{dir: req.CheckpointDir, until: req.Until, every: s.every, saved: time.Now(), report: rec.checkpoint}
	}
	model, err := s.method.Train(ctx, TrainRequest{
		Settings: settings, Data: dataset,
		Seed: req.Seed, Threads: max(1, int(req.Threads)), WorkDir: req.WorkDir, Checkpoint: checkpoint, Until: req.Until,
	}, rec)
	if err != nil {
		return err
	}
	if model == nil {
		return errors.New("Train returned neither a model nor an error")
	}
	if err := model.Save(req.ModelDir); err != nil {
		return fmt.Errorf("saving the model: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.modelDir, s.model = filepath.Clean(req.ModelDir), model
	return nil
}

// enter notes that a call is under way. A training is the end of the model
// before it, and of the datasets that this one may have referred to, as soon as
// no other call is at work on them.
func (s *server) enter(training bool) (leave func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if training {
		s.modelDir, s.model = "", nil
		if s.calls == 0 {
			for _, d := range s.past {
				_ = d.Close() // an unmapping that fails costs address space only
			}
			s.past = nil
		}
	}
	s.calls++
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.calls--
	}
}

// open returns the dataset in dir. The one before it stays mapped until another
// training begins: a model in memory may still refer to it.
func (s *server) open(dir string) (*data.Dataset, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dataset == nil || s.datasetDir != dir {
		d, err := data.Open(dir)
		if err != nil {
			return nil, err
		}
		if s.dataset != nil {
			s.past = append(s.past, s.dataset)
		}
		s.datasetDir, s.dataset = dir, d
	}
	return s.dataset, nil
}

// suits refuses a dataset that lacks what the description asks for.
func suits(d Description, values map[string]any, dataset *data.Dataset) error {
	roles, err := d.RolesFor(values)
	if err != nil {
		return err
	}
	for _, role := range roles {
		r, err := dataset.Role(role)
		if err != nil {
			return Refuse(err.Error(), "")
		}
		for _, t := range d.Targets {
			if _, err := r.Target(t); err != nil {
				return Refuse(fmt.Sprintf("role %s: %v", role, err), "")
			}
		}
	}
	return nil
}

// fillSettings returns a pointer to a settings struct of the method's own type.
func fillSettings(d Description, values map[string]any) (any, error) {
	if d.Settings == nil {
		if len(values) > 0 {
			return nil, Refuse(fmt.Sprintf("%s has no settings, but was given %d", d.Name, len(values)), "")
		}
		return nil, nil
	}
	t := reflect.TypeOf(d.Settings)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	into := reflect.New(t).Interface()
	if err := setting.Of(d.Settings).Decode(values, into); err != nil {
		return nil, problem.Usage(err, "")
	}
	return into, nil
}

func (s *server) Embed(ctx context.Context, req *wire.EmbedRequest) (*wire.EmbedReply, error) {
	var reply wire.EmbedReply
	err := s.apply(ctx, req.ModelDir, req.DatasetDir, req.Role, req.Split, func(m Model, r *data.Recording) error {
		a, err := m.Embed(ctx, r)
		if err != nil {
			return err
		}
		reply.Samples, reply.Dims = int64(a.Rows()), int64(a.Cols())
		return writeAnswer(req.OutPath, a)
	})
	return &reply, toStatus(ctx, err)
}

func (s *server) Evaluate(ctx context.Context, req *wire.EvaluateRequest) (*wire.EvaluateReply, error) {
	var reply wire.EvaluateReply
	err := s.apply(ctx, req.ModelDir, req.DatasetDir, req.Role, req.Split, func(m Model, r *data.Recording) error {
		err := evaluate(ctx, m, r, req.Cases, &reply)
		if i, ok := m.(Illustrator); err == nil && ok && req.ArraysDir != "" {
			err = s.illustrate(ctx, i, r, req.ArraysDir)
		}
		return err
	})
	return &reply, toStatus(ctx, err)
}

// evaluate asks for metrics and, where they are wanted and the model has them, for
// their numbers per case.
func evaluate(ctx context.Context, m Model, r *data.Recording, cases bool, reply *wire.EvaluateReply) (err error) {
	c, casewise := m.(Casewise)
	if !cases || !casewise {
		reply.Metrics, err = m.Evaluate(ctx, r)
		return err
	}
	metrics, all, err := c.EvaluateCases(ctx, r)
	reply.Metrics, reply.Cases = metrics, map[string]*wire.Cases{}
	for name, z := range all {
		if len(z) > 0 {
			reply.Cases[name] = &wire.Cases{Values: z}
		}
	}
	return err
}

func (s *server) illustrate(ctx context.Context, i Illustrator, r *data.Recording, dir string) error {
	arrays, err := i.Arrays(ctx, r)
	if err != nil {
		return err
	}
	for name, a := range arrays {
		if !s.method.Describe().declares(name) {
			return fmt.Errorf("the array %q is made, but Describe does not declare it", name)
		}
		if err := writeAnswer(filepath.Join(dir, name+".npy"), a); err != nil {
			return err
		}
	}
	return nil
}

// writeAnswer writes an array for the host, which reads it when the call has been
// answered. Unlike [data.WriteArray] it does not wait for the disk: what is kept is
// the host's to secure.
func writeAnswer(path string, a data.Array) error {
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("write array: %w", err)
	}
	w := bufio.NewWriterSize(f, 1<<16)
	err = npy.Write(w, a.Shape, a.Values)
	if err == nil {
		err = w.Flush()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write array %s: %w", path, err)
	}
	return nil
}

// apply opens one split of one recording and hands it to the model.
func (s *server) apply(ctx context.Context, modelDir, datasetDir, role, split string, use func(Model, *data.Recording) error) error {
	defer s.enter(false)()
	model, err := s.load(ctx, filepath.Clean(modelDir))
	if err != nil {
		return fmt.Errorf("loading the model: %w", err)
	}
	dataset, err := s.open(datasetDir)
	if err != nil {
		return err
	}
	recording, err := dataset.Role(role)
	if err != nil {
		return Refuse(err.Error(), "")
	}
	part := recording.On(data.Split(split))
	if part.Len() == 0 {
		return Refuse(fmt.Sprintf("split %q of role %s has no samples", split, role), "")
	}
	return use(model, part)
}

func (s *server) load(ctx context.Context, dir string) (Model, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.model == nil || s.modelDir != dir {
		m, err := s.method.Load(ctx, dir)
		if err != nil {
			return nil, err
		}
		s.modelDir, s.model = dir, m
	}
	return s.model, nil
}

// recorder sends what training shows over the stream. A failed send means that
// the host is gone or has cancelled: training learns that from its context.
type recorder struct {
	mu     sync.Mutex
	stream wire.Method_TrainServer
}

func (r *recorder) send(e *wire.TrainEvent) {
	r.mu.Lock()
	defer r.mu.Unlock()
	_ = r.stream.Send(e)
}

func (r *recorder) Progress(done, total int64, unit string) {
	r.send(&wire.TrainEvent{Event: &wire.TrainEvent_Progress{Progress: &wire.Progress{Done: done, Total: total, Unit: unit}}})
}

func (r *recorder) Metric(name string, step int64, value float64) {
	r.send(&wire.TrainEvent{Event: &wire.TrainEvent_Point{Point: &wire.Point{Name: name, Step: step, Value: value}}})
}

func (r *recorder) Log(format string, args ...any) {
	r.send(&wire.TrainEvent{Event: &wire.TrainEvent_Log{Log: fmt.Sprintf(format, args...)}})
}

func (r *recorder) checkpoint(c *wire.Checkpoint) {
	r.send(&wire.TrainEvent{Event: &wire.TrainEvent_Checkpoint{Checkpoint: c}})
}
