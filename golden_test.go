package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"testing"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/nn/kernel"
	"github.com/assaylab/assay/framework/setting"
)

var updateGolden = flag.Bool("update-golden", false, "write the golden bits of methods whose version is another, or that are new")

const goldenFile = "testdata/golden-bits.json"

// golden is what a version of a method makes of a tiny training, by instruction set.
type golden struct {
	Version string            `json:"version"`
	Bits    map[string]digest `json:"bits"`
}

type digest struct {
	Model     string `json:"model"`     // SHA-256 of the saved files
	Embedding string `json:"embedding"` // SHA-256 of shape and values
}

// goldenSettings make trainings of milliseconds that go through most of a method.
var goldenSettings = map[string]map[string]any{
	"assemblies": {"labels": "direction", "n": 240, "k": 12, "p": 0.3, "linear_epochs": 3},
	"baseline":   {"embedding": "fa", "dims": 3},
	"decoder":    {"target": "direction", "context": []int{-1, 1}},
	"eit":        {"window": 4, "bins": 4, "heads": 1, "head_width": 4, "depth_t": 1, "depth_s": 1, "epochs": 1, "learning_rate": 1e-3},
	"evolution":  {"genes": 5, "generations": 5, "examples": 40},
	"hiwa":       {"restarts": 2, "iterations": 10},
	"myow":       {"profile": "gen2", "steps": 4, "batch": 16, "mining_start": 0},
	"nemo":       {"n": 400, "k": 10, "draws": 20, "graphs": 2},
	"plasticity": {"labels": "direction", "neurons": 40, "epochs": 4},
	"swapvae":    {"epochs": 3, "batch": 32, "content": 4, "style": 3},
}

// Built-in methods go by version: equal keys mean equal numbers. So their bits may not
// change under one version. A method that gives others than it gave raises its version;
// then
//
//	go test . -run GoldenBits -update-golden
//
// writes what it gives now. Kernels promise bits for one instruction set only: each
// that this machine has is asked in a process of its own. (The Go compiler fuses
// multiplications and additions on other processors: the bits are those of amd64.)
func TestGoldenBits(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("the golden bits are those of amd64")
	}
	want := map[string]golden{}
	if text, err := os.ReadFile(goldenFile); err == nil {
		if err := json.Unmarshal(text, &want); err != nil {
			t.Fatal(err)
		}
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]golden{}
	for isa := kernel.Generic; isa <= kernel.AVX512; isa++ {
		cmd := exec.Command(self, goldenCommand, isa.String(), t.TempDir())
		cmd.Env = append(os.Environ(), "ASSAY_KERNEL="+isa.String())
		var said bytes.Buffer
		cmd.Stderr = &said
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v\n%s", isa, err, &said)
		}
		var of map[string]golden // nothing where the machine does not have the set
		if err := json.Unmarshal(out, &of); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		for name, g := range of {
			if got[name].Bits == nil {
				got[name] = golden{g.Version, map[string]digest{}}
			}
			maps.Copy(got[name].Bits, g.Bits)
		}
	}
	if *updateGolden {
		for name, g := range got {
			if old, ok := want[name]; ok && old.Version == g.Version {
				g.Bits = maps.Clone(g.Bits)
				maps.Copy(g.Bits, old.Bits) // bits of a version stay
			}
			want[name] = golden{g.Version, g.Bits}
		}
		text, err := json.MarshalIndent(want, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(goldenFile, append(text, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		g := got[name]
		if want[name].Version != g.Version {
			t.Errorf("%s %s: %s has version %q; -update-golden writes this one's", name, g.Version, goldenFile, want[name].Version)
			continue
		}
		for isa, is := range g.Bits {
			switch was, known := want[name].Bits[isa]; {
			case !known:
				t.Errorf("%s %s on %s is not in %s: -update-golden writes it", name, g.Version, isa, goldenFile)
			case is.Embedding != was.Embedding:
				t.Errorf("%s %s on %s embeds with other bits than it did: raise its version\n got %s\nwant %s", name, g.Version, isa, is.Embedding, was.Embedding)
			case is.Model != was.Model:
				t.Errorf("%s %s on %s saves another model than it did, which embeds alike: raise its version; if the model only says more than before, and reads old ones, take it out of %s and write it anew", name, g.Version, isa, goldenFile)
			}
		}
	}
}

// goldenCommand makes this test binary print the digests for one instruction set.
const goldenCommand = "golden-bits"

func printGolden(isa, dir string) error {
	out := map[string]golden{}
	if kernel.Active().String() == isa {
		for _, f := range methods {
			m := f()
			d := m.Describe()
			values, ok := goldenSettings[d.Name]
			if !ok {
				return fmt.Errorf("%s has no settings in goldenSettings", d.Name)
			}
			bits, err := goldenOf(m, d, values, filepath.Join(dir, d.Name))
			if err != nil {
				return fmt.Errorf("%s: %w", d.Name, err)
			}
			out[d.Name] = golden{d.Version, map[string]digest{isa: bits}}
		}
	}
	return json.NewEncoder(os.Stdout).Encode(out)
}

func goldenOf(m framework.Method, d framework.Description, values map[string]any, dir string) (out digest, err error) {
	ctx := context.Background()
	cache, err := data.OpenCache(filepath.Join(dir, "cache"))
	if err != nil {
		return out, err
	}
	roles, embeds := d.Roles, d.Embeds
	if len(roles) == 0 {
		roles = []string{data.MainRole}
	}
	if embeds == "" {
		embeds = roles[0]
	}
	recordings := map[string]*data.Recording{}
	for i, role := range roles {
		recordings[role] = goldenRecording(i)
	}
	name, err := cache.Put(recordings)
	if err != nil {
		return out, err
	}
	dataset, err := data.Open(cache.Dir(name))
	if err != nil {
		return out, err
	}
	defer dataset.Close()
	schema := setting.Of(d.Settings)
	full, err := schema.Complete(values)
	if err != nil {
		return out, err
	}
	kind := reflect.TypeOf(d.Settings)
	if kind.Kind() == reflect.Pointer {
		kind = kind.Elem()
	}
	settings := reflect.New(kind).Interface()
	if err := schema.Decode(full, settings); err != nil {
		return out, err
	}
	model, err := m.Train(ctx, framework.TrainRequest{Settings: settings, Data: dataset, Seed: 7, Threads: 1, WorkDir: dir}, deaf{})
	if err != nil {
		return out, err
	}
	saved := filepath.Join(dir, "model")
	if err := os.Mkdir(saved, 0o755); err != nil {
		return out, err
	}
	if err := model.Save(saved); err != nil {
		return out, err
	}
	recording, err := dataset.Role(embeds)
	if err != nil {
		return out, err
	}
	embedding, err := model.Embed(ctx, recording)
	if err != nil {
		return out, err
	}
	h := sha256.New()
	if err := binary.Write(h, binary.LittleEndian, []int64{int64(embedding.Rows()), int64(embedding.Cols())}); err != nil {
		return out, err
	}
	if err := binary.Write(h, binary.LittleEndian, embedding.Values); err != nil {
		return out, err
	}
	out.Embedding = hex.EncodeToString(h.Sum(nil))
	h.Reset()
	err = fs.WalkDir(os.DirFS(saved), ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(filepath.Join(saved, path))
		fmt.Fprintf(h, "%s %d\n%s", path, len(text), text)
		return err
	})
	out.Model = hex.EncodeToString(h.Sum(nil))
	return out, err
}

// goldenRecording has four directions, each with channels of its own, in trials of
// eight samples. Its numbers are whole thousandths, made without any function: they
// are the same on every machine.
func goldenRecording(role int) *data.Recording {
	const samples, channels, length = 192, 24, 8
	rng := data.Rand(uint64(role+1), "golden")
	r := &data.Recording{Samples: data.NewArray(samples, channels), Trial: make([]int32, samples), Split: make([]data.Split, samples)}
	labels, sides := make([]int32, samples), make([]int32, samples)
	velocity := data.NewArray(samples, 2)
	for i := range samples {
		trial := i / length
		direction := trial % 4
		r.Trial[i], labels[i], sides[i], r.Split[i] = int32(trial), int32(direction), int32(direction/2), data.Train
		if trial%4 == trial/4%4 {
			r.Split[i] = data.Test
		}
		for j := range channels {
			v := rng.IntN(400)
			if (j+role)%4 == direction {
				v += 100 + 50*(i%length)
			}
			r.Samples.Row(i)[j] = float32(v) / 1000
		}
		speed := float32(5 + i%length)
		velocity.Row(i)[direction%2] = speed * float32(1-2*(direction/2))
	}
	r.Targets = []data.Target{
		{Name: "direction", Labels: labels, Classes: 4}, {Name: "velocity", Values: velocity, Unit: "cm/s"},
		{Name: "cluster", Labels: labels, Classes: 4}, {Name: "class", Labels: labels, Classes: 4},
		{Name: "side", Labels: sides, Classes: 2},
	}
	return r
}

// deaf hears nothing of what training shows.
type deaf struct{}

func (deaf) Progress(int64, int64, string)  {}
func (deaf) Metric(string, int64, float64)  {}
func (deaf) Log(format string, args ...any) {}
