package conformance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/assaylab/assay/framework/data"
)

// trainsAlone trains on the same train part beside another test part, which must not
// matter: neither means nor anything else may be of samples that test.
func (s *Suite) trainsAlone(ctx context.Context, f *Finding) error {
	if !s.desc.Deterministic {
		f.skipf("the method does not claim to be deterministic")
		return nil
	}
	recs, changed := map[string]*data.Recording{}, 0
	for name, r := range s.Case.Data {
		recs[name] = r
		if slices.Contains(r.Split, data.Test) {
			recs[name] = otherTest(r)
			changed++
		}
	}
	if changed == 0 {
		f.skipf("no recording of the case has a test part")
		return nil
	}
	want, _, err := s.trained(ctx, 1, 1)
	if err != nil {
		return err
	}
	got, err := s.trainedWith(ctx, recs)
	if err != nil {
		return fmt.Errorf("with another test part: %w", err)
	}
	for _, split := range []string{string(data.Train), string(data.Val)} {
		if !bytes.Equal(want.embedding[split], got.embedding[split]) {
			f.failf("another test part: the embedding of split %s changes", split)
		}
	}
	return nil
}

// otherTest is the recording with the samples of its test part, and their targets, in
// reverse order, channels too: the same numbers elsewhere.
func otherTest(r *data.Recording) *data.Recording {
	rows := make([]int, r.Len())
	var test []int
	for i := range rows {
		if rows[i] = i; r.Split[i] == data.Test {
			test = append(test, i)
		}
	}
	for k, i := range test {
		rows[i] = test[len(test)-1-k]
	}
	out := r.Subset(rows)
	out.Trial, out.Split = r.Trial, r.Split
	out.Samples = data.Array{Shape: out.Samples.Shape, Values: slices.Clone(out.Samples.Values)}
	for _, i := range test {
		slices.Reverse(out.Samples.Row(i))
	}
	return out
}

var errRefused = errors.New("the method refuses")

// trainedWith is trained on other recordings, with seed 1 and one thread.
func (s *Suite) trainedWith(ctx context.Context, recs map[string]*data.Recording) (result, error) {
	dataset, err := s.put(recs)
	if err != nil {
		return result{}, err
	}
	session, err := s.start(ctx)
	if err != nil {
		return result{}, err
	}
	defer session.Close()
	req, err := s.request(s.Case.Settings, 1, 1)
	if err != nil {
		return result{}, err
	}
	req.DatasetDir = dataset
	if err := train(ctx, session.Method(), req, nil); err != nil {
		explained := session.Explain(ctx, "Train", err)
		if status.Code(err) == codes.InvalidArgument {
			explained = errors.Join(errRefused, explained)
		}
		return result{}, explained
	}
	return s.applyTo(ctx, session, req.ModelDir, dataset)
}

// several trains with a second recording in each role that may have more than one.
func (s *Suite) several(ctx context.Context, f *Finding) error {
	if len(s.desc.Several) == 0 {
		f.skipf("every role has one recording")
		return nil
	}
	tried := false
	for _, role := range s.desc.Several {
		r, ok := s.Case.Data[role]
		if !ok {
			continue
		}
		tried = true
		recs := maps.Clone(s.Case.Data)
		recs[data.Numbered(role, 1)] = r
		if _, err := s.trainedWith(ctx, recs); errors.Is(err, errRefused) {
			f.infof("two recordings in role %s are refused under these settings", role)
		} else if err != nil {
			f.failf("two recordings in role %s: %v", role, err)
		}
	}
	if !tried {
		f.skipf("the case has no recording in role %s", s.desc.Several[0])
	}
	return nil
}
