package conformance

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/wire"
	"github.com/assaylab/assay/framework/setting"
)

func (s *Suite) describes(ctx context.Context, f *Finding) error {
	session, err := s.start(ctx)
	if err != nil {
		return err
	}
	defer session.Close()
	var replies []*wire.DescribeReply
	for range 2 {
		reply, err := session.Method().Describe(ctx, &wire.DescribeRequest{})
		if err != nil {
			return session.Explain(ctx, "Describe", err)
		}
		replies = append(replies, reply)
	}
	if !proto.Equal(replies[0], replies[1]) {
		f.failf("Describe is not pure: two calls gave different answers")
	}
	d, err := framework.FromWire(replies[0])
	if err != nil {
		return fmt.Errorf("the host would refuse this description: %w", err)
	}
	if d.Summary == "" {
		f.failf("there is no summary")
	}
	for _, s := range d.Schema {
		if s.Doc == "" {
			f.failf("setting %s has no doc", s.Name)
		}
	}
	for _, i := range d.Metrics {
		if i.Doc == "" {
			f.failf("metric %s has no doc", i.Name)
		}
	}
	return nil
}

// works runs what a trial runs. Where that fails there is little else to ask.
func (s *Suite) works(ctx context.Context, f *Finding) error {
	began := time.Now()
	_, _, err := s.trained(ctx, 1, 1)
	s.useless = err != nil
	if err == nil {
		f.infof("%d samples of %d channels in %v", s.Case.Data[s.desc.EmbedRole()].Len(), s.Case.Data[s.desc.EmbedRole()].Samples.Cols(), time.Since(began).Round(time.Millisecond))
	}
	return err
}

// refuses sends settings that the host would never let through, as another
// host might.
func (s *Suite) refuses(ctx context.Context, f *Finding) error {
	session, err := s.start(ctx)
	if err != nil {
		return err
	}
	defer session.Close()
	refused := func(what, settings string) error {
		req, err := s.request(s.Case.Settings, 1, 1)
		if err != nil {
			return err
		}
		req.SettingsJson = settings
		err = train(ctx, session.Method(), req, nil)
		if code := status.Code(err); code == codes.Unavailable || ctx.Err() != nil {
			return fmt.Errorf("%s: %w", what, session.Explain(ctx, "Train", err))
		} else if code != codes.InvalidArgument {
			f.failf("%s: got %v, want the code INVALID_ARGUMENT", what, err)
		}
		return nil
	}
	with := func(name string, v any) string {
		text, err := json.Marshal(map[string]any{name: v})
		if err != nil {
			panic("conformance: a setting that JSON cannot hold: " + err.Error())
		}
		return string(text)
	}
	bad := [][2]string{{"an unknown setting", with("no such setting", 1)}, {"settings that are no object", "[1]"}, {"settings that are no JSON", "{"}}
	for _, set := range s.desc.Schema {
		bad = append(bad, [2]string{set.Name + " of another type", with(set.Name, map[string]any{"a": 1})})
		if set.Kind != setting.Float && set.Kind != setting.Int {
			continue
		}
		for _, bound := range []*float64{set.Min, set.Above} {
			if bound != nil {
				bad = append(bad, [2]string{set.Name + " below its range", with(set.Name, *bound-1)})
			}
		}
		for _, bound := range []*float64{set.Max, set.Below} {
			if bound != nil {
				bad = append(bad, [2]string{set.Name + " above its range", with(set.Name, *bound+1)})
			}
		}
	}
	for _, b := range bad {
		if err := refused(b[0], b[1]); err != nil {
			return err
		}
	}
	return nil
}

// badInput asks for what cannot be done: each time an error must come back, and
// the plugin must live on.
func (s *Suite) badInput(ctx context.Context, f *Finding) error {
	session, err := s.start(ctx)
	if err != nil {
		return err
	}
	defer session.Close()
	refused := func(what string, err error) error {
		if err == nil {
			f.failf("%s: succeeded", what)
			return nil
		}
		if dead := alive(ctx, session); dead != nil {
			return fmt.Errorf("%s: %w", what, dead)
		}
		return nil
	}
	empty, err := s.folder("empty")
	if err != nil {
		return err
	}
	datasets := [][2]string{{"Train from an empty dataset folder", empty}}
	cut, err := s.damaged("cut", func(file *os.File, size, _ int64) error { return file.Truncate(size - 4) })
	if err != nil {
		return err
	}
	datasets = append(datasets, [2]string{"Train from a dataset whose samples are cut short", cut})
	role := s.desc.EmbedRole()
	other := map[string]*data.Recording{"nobody-asked-for-this": s.Case.Data[role]}
	if dir, err := s.put(other); err != nil {
		return err
	} else {
		datasets = append(datasets, [2]string{"Train from a dataset without the role " + s.desc.RoleNames()[0], dir})
	}
	if len(s.desc.Targets) > 0 {
		bare := map[string]*data.Recording{}
		for name, r := range s.Case.Data {
			c := *r
			c.Targets = nil
			bare[name] = &c
		}
		dir, err := s.put(bare)
		if err != nil {
			return err
		}
		datasets = append(datasets, [2]string{"Train from a dataset without the target " + s.desc.Targets[0], dir})
	}
	for _, d := range datasets {
		req, err := s.request(s.Case.Settings, 1, 1)
		if err != nil {
			return err
		}
		req.DatasetDir = d[1]
		if err := refused(d[0], train(ctx, session.Method(), req, nil)); err != nil {
			return err
		}
	}
	_, model, err := s.trainedIn(ctx, session, s.Case.Settings, 1, 1)
	if err != nil {
		return err
	}
	good := &wire.EmbedRequest{ModelDir: model, DatasetDir: s.dataset, Role: role, Split: string(s.Case.Data[role].Splits()[0]), OutPath: filepath.Join(empty, "x.npy")}
	for what, change := range map[string]func(*wire.EmbedRequest){
		"Embed from an empty model folder":          func(r *wire.EmbedRequest) { r.ModelDir = empty },
		"Embed in a role that is not there":         func(r *wire.EmbedRequest) { r.Role = "nobody" },
		"Embed a split that is not there":           func(r *wire.EmbedRequest) { r.Split = "no such split" },
		"Embed into a folder that does not exist":   func(r *wire.EmbedRequest) { r.OutPath = filepath.Join(empty, "none", "x.npy") },
		"Embed from a dataset that does not exist":  func(r *wire.EmbedRequest) { r.DatasetDir = filepath.Join(empty, "none") },
		"Embed with a model folder that is missing": func(r *wire.EmbedRequest) { r.ModelDir = filepath.Join(empty, "none") },
	} {
		req := proto.CloneOf(good)
		change(req)
		_, err := session.Method().Embed(ctx, req)
		if err := refused(what, err); err != nil {
			return err
		}
	}
	return nil
}

func (s *Suite) metrics(ctx context.Context, f *Finding) error {
	r, _, err := s.trained(ctx, 1, 1)
	if err != nil {
		return err
	}
	for split, metrics := range r.metrics {
		for name, v := range metrics {
			if _, ok := s.desc.Metric(name); !ok {
				f.failf("Evaluate reports %q on %s, which Describe does not declare", name, split)
			}
			if math.IsNaN(v) || math.IsInf(v, 0) {
				f.failf("metric %s on %s is %v", name, split, v)
			}
		}
	}
	slices.Sort(f.Details)
	return nil
}
