package conformance

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/wire"
)

// request is a TrainRequest for the case's data with folders of its own.
func (s *Suite) request(settings map[string]any, seed uint64, threads int32) (*wire.TrainRequest, error) {
	full, err := s.desc.Schema.Complete(settings)
	if err != nil {
		return nil, fmt.Errorf("the case's settings: %w", err)
	}
	text, err := json.Marshal(full)
	if err != nil {
		return nil, err
	}
	req := &wire.TrainRequest{SettingsJson: string(text), DatasetDir: s.dataset, Seed: seed, Threads: threads}
	if req.WorkDir, err = s.folder("work"); err != nil {
		return nil, err
	}
	req.ModelDir, err = s.folder("model")
	return req, err
}

// slow are settings under which training takes a while.
func (s *Suite) slow() map[string]any {
	if s.Case.Slow != nil {
		return s.Case.Slow
	}
	return s.Case.Settings
}

// train reads the stream of Train to its end; each may be nil.
func train(ctx context.Context, client wire.MethodClient, req *wire.TrainRequest, each func(*wire.TrainEvent)) error {
	stream, err := client.Train(ctx, req)
	if err != nil {
		return err
	}
	for {
		e, err := stream.Recv()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if each != nil {
			each(e)
		}
	}
}

// result is what must be equal, by split: the embedding's bytes, the metrics, and
// the bytes of arrays.
type result struct {
	embedding map[string][]byte
	metrics   map[string]map[string]float64
	arrays    map[string]map[string][32]byte // SHA-256 of the file of each name
}

// differs names what differs between two results.
func (r result) differs(o result) []string {
	var out []string
	for _, split := range []string{"train", "val", "test", "all"} {
		if string(r.embedding[split]) != string(o.embedding[split]) {
			out = append(out, "the embedding of split "+split)
		}
		a, b := r.metrics[split], o.metrics[split]
		if len(a) != len(b) {
			out = append(out, fmt.Sprintf("%d metrics on split %s, then %d", len(a), split, len(b)))
		}
		for name, v := range a {
			if w, ok := b[name]; ok && v != w {
				out = append(out, fmt.Sprintf("metric %s on split %s: %v, then %v", name, split, v, w))
			}
		}
		if !maps.Equal(r.arrays[split], o.arrays[split]) {
			out = append(out, "the arrays of split "+split)
		}
	}
	return out
}

// apply embeds and evaluates every split of the case's recording.
func (s *Suite) apply(ctx context.Context, session Session, modelDir string) (result, error) {
	return s.applyTo(ctx, session, modelDir, s.dataset)
}

func (s *Suite) applyTo(ctx context.Context, session Session, modelDir, dataset string) (result, error) {
	out := result{map[string][]byte{}, map[string]map[string]float64{}, map[string]map[string][32]byte{}}
	role := s.desc.EmbedRole()
	set, err := data.Open(dataset)
	if err != nil {
		return out, err
	}
	defer set.Close()
	r, err := set.Role(role)
	if err != nil {
		return out, err
	}
	for _, split := range r.Splits() {
		path, err := s.embed(ctx, session, modelDir, dataset, split, r.On(split).Len())
		if err != nil {
			return out, err
		}
		if out.embedding[string(split)], err = os.ReadFile(path); err != nil {
			return out, err
		}
		arrays, err := s.folder("arrays")
		if err != nil {
			return out, err
		}
		reply, err := session.Method().Evaluate(ctx, &wire.EvaluateRequest{ModelDir: modelDir, DatasetDir: dataset, Role: role, Split: string(split), ArraysDir: arrays})
		if err != nil {
			return out, session.Explain(ctx, "Evaluate", err)
		}
		out.metrics[string(split)] = reply.Metrics
		if out.arrays[string(split)], err = sums(arrays); err != nil {
			return out, err
		}
	}
	return out, nil
}

// sums are the SHA-256 of the files in a folder.
func sums(dir string) (map[string][32]byte, error) {
	out := map[string][32]byte{}
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		out[e.Name()] = sha256.Sum256(text)
	}
	return out, err
}

// notFiniteError says that an embedding holds what is no number.
type notFiniteError struct {
	row, col int
	value    float32
}

func (e *notFiniteError) Error() string {
	return fmt.Sprintf("the embedding's value at [%d, %d] is %v", e.row, e.col, e.value)
}

// embed holds what Embed writes against the contract and returns its path.
func (s *Suite) embed(ctx context.Context, session Session, modelDir, dataset string, split data.Split, samples int) (string, error) {
	dir, err := s.folder("embedding")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "embedding.npy")
	reply, err := session.Method().Embed(ctx, &wire.EmbedRequest{ModelDir: modelDir, DatasetDir: dataset, Role: s.desc.EmbedRole(), Split: string(split), OutPath: path})
	if err != nil {
		return "", session.Explain(ctx, "Embed", err)
	}
	a, unmap, err := data.ReadArray(path)
	if err != nil {
		return "", fmt.Errorf("what Embed wrote for split %s: %w", split, err)
	}
	defer unmap()
	if len(a.Shape) != 2 || a.Rows() != samples || reply.Samples != int64(samples) || reply.Dims != int64(a.Cols()) || a.Cols() < 1 {
		return "", fmt.Errorf("what Embed wrote for split %s: shape %v (the reply says %d x %d), want %d rows", split, a.Shape, reply.Samples, reply.Dims, samples)
	}
	for i, v := range a.Values {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return path, &notFiniteError{i / a.Cols(), i % a.Cols(), v}
		}
	}
	return path, nil
}

// trained trains in a session of its own and applies the model. What seed 1 gives
// with one thread is remembered, model folder included.
func (s *Suite) trained(ctx context.Context, seed uint64, threads int32) (result, string, error) {
	if seed == 1 && threads == 1 && s.first.model != "" {
		return s.first.result, s.first.model, nil
	}
	session, err := s.start(ctx)
	if err != nil {
		return result{}, "", err
	}
	defer session.Close()
	r, model, err := s.trainedIn(ctx, session, s.Case.Settings, seed, threads)
	if err == nil && seed == 1 && threads == 1 {
		s.first.result, s.first.model = r, model
	}
	return r, model, err
}

func (s *Suite) trainedIn(ctx context.Context, session Session, settings map[string]any, seed uint64, threads int32) (result, string, error) {
	req, err := s.request(settings, seed, threads)
	if err != nil {
		return result{}, "", err
	}
	if err := train(ctx, session.Method(), req, nil); err != nil {
		return result{}, "", session.Explain(ctx, "Train", err)
	}
	r, err := s.apply(ctx, session, req.ModelDir)
	return r, req.ModelDir, err
}

// alive says why a session no longer answers.
func alive(ctx context.Context, session Session) error {
	if _, err := session.Method().Describe(ctx, &wire.DescribeRequest{}); err != nil {
		return session.Explain(ctx, "Describe", err)
	}
	return nil
}
