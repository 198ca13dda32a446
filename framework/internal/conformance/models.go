package conformance

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/wire"
)

func (s *Suite) deterministic(ctx context.Context, f *Finding) error {
	if !s.desc.Deterministic {
		f.skipf("the method does not claim to be deterministic")
		return nil
	}
	one, _, err := s.trained(ctx, 7, 1)
	if err != nil {
		return err
	}
	for _, threads := range []int32{1, 3} {
		again, _, err := s.trained(ctx, 7, threads)
		if err != nil {
			return err
		}
		for _, d := range one.differs(again) {
			f.failf("equal seeds, 1 thread and %d: %s", threads, d)
		}
	}
	return nil
}

// saved moves the model's folder and asks another process for the same.
func (s *Suite) saved(ctx context.Context, f *Finding) error {
	want, dir, err := s.trained(ctx, 3, 1)
	if err != nil {
		return err
	}
	moved := dir + "-moved"
	s.own[filepath.Base(moved)] = true
	if err := os.Rename(dir, moved); err != nil {
		return err
	}
	session, err := s.start(ctx)
	if err != nil {
		return err
	}
	defer session.Close()
	got, err := s.apply(ctx, session, moved)
	if err != nil {
		return err
	}
	for _, d := range want.differs(got) {
		f.failf("a model that was saved and loaded gives other results: %s", d)
	}
	return nil
}

// damaged copies the case's dataset and changes the file of the samples that
// methods learn from: size is its length, start where the values begin.
func (s *Suite) damaged(name string, change func(file *os.File, size, start int64) error) (string, error) {
	dir, err := s.folder(name)
	if err != nil {
		return "", err
	}
	if err := os.CopyFS(dir, os.DirFS(s.dataset)); err != nil {
		return "", err
	}
	role := s.desc.RoleNames()[0]
	path := filepath.Join(dir, role+".samples.npy")
	if err := os.Chmod(path, 0o600); err != nil {
		return "", err
	}
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return "", err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return "", err
	}
	a := s.Case.Data[role].Samples
	return dir, change(file, info.Size(), info.Size()-int64(4*len(a.Values)))
}

// notFinite trains on samples with NaN in them. The host never lets them through
// (a recording is checked when it is read); a plugin must not hang or die of them.
func (s *Suite) notFinite(ctx context.Context, f *Finding) error {
	nan := []byte{0, 0, 0xc0, 0x7f} // little-endian float32
	dir, err := s.damaged("nan", func(file *os.File, size, start int64) error {
		for at := start; at < size; at += (size - start) / 16 / 4 * 4 {
			if _, err := file.WriteAt(nan, at); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	session, err := s.start(ctx)
	if err != nil {
		return err
	}
	defer session.Close()
	req, err := s.request(s.Case.Settings, 1, 1)
	if err != nil {
		return err
	}
	req.DatasetDir = dir
	err = train(ctx, session.Method(), req, nil)
	if ctx.Err() != nil || status.Code(err) == codes.Unavailable || isPanic(err) {
		return session.Explain(ctx, "Train", err)
	}
	if err != nil { // it has said no
		return alive(ctx, session)
	}
	role := s.desc.EmbedRole()
	split := s.Case.Data[role].Splits()[0]
	_, err = s.embed(ctx, session, req.ModelDir, s.dataset, split, s.Case.Data[role].On(split).Len())
	var not *notFiniteError
	switch {
	case errors.As(err, &not):
		f.warnf("training on NaN succeeds and %v: the host would count that as a failed trial", err)
	case err != nil && ctx.Err() != nil:
		return err
	}
	return alive(ctx, session)
}

// isPanic recognises what a test's server makes of a panic in a handler.
func isPanic(err error) bool {
	return status.Code(err) == codes.Internal && strings.HasPrefix(status.Convert(err).Message(), "panic: ")
}

// largeBytes is beyond what gRPC takes in one message.
const largeBytes = 6 << 20

// large embeds a recording that is made of many copies of the case's.
func (s *Suite) large(ctx context.Context, f *Finding) error {
	if !s.desc.OutOfSample {
		f.skipf("the method embeds only what it was trained on")
		return nil
	}
	role := s.desc.EmbedRole()
	one := s.Case.Data[role]
	copies := largeBytes/(4*len(one.Samples.Values)) + 1
	recs := map[string]*data.Recording{}
	for name, r := range s.Case.Data {
		recs[name] = r
	}
	recs[role] = repeat(one, copies)
	dataset, err := s.put(recs)
	if err != nil {
		return err
	}
	_, model, err := s.trained(ctx, 1, 1)
	if err != nil {
		return err
	}
	session, err := s.start(ctx)
	if err != nil {
		return err
	}
	defer session.Close()
	n := recs[role].Len()
	if _, err := s.embed(ctx, session, model, dataset, data.All, n); err != nil {
		return err
	}
	reply, err := session.Method().Evaluate(ctx, &wire.EvaluateRequest{ModelDir: model, DatasetDir: dataset, Role: role, Split: string(data.All)})
	if err != nil {
		return session.Explain(ctx, "Evaluate", err)
	}
	f.infof("%d samples embedded, %d metrics", n, len(reply.Metrics))
	return nil
}

// repeat puts copies of an undivided recording one after another.
func repeat(r *data.Recording, copies int) *data.Recording {
	var rows []int
	for range copies {
		for i := range r.Len() {
			rows = append(rows, i)
		}
	}
	out := r.Subset(rows)
	out.Split = nil
	last := int32(0)
	for _, trial := range r.Trial {
		last = max(last, trial)
	}
	for i := range out.Trial {
		out.Trial[i] += int32(i/r.Len()) * (last + 1)
	}
	return out
}
