package runner

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/probe"
	"github.com/assaylab/assay/framework/internal/trial"
)

// A plugin that lives on may cut off or change the embeddings that it has written, at
// any time: a mapped file that is cut off ends the process that looks at it. Nothing of
// it reaches the host, and what is kept is what was looked at.
func TestEmbeddingsAreTakenOver(t *testing.T) {
	full, err := probe.Complete(probe.Spec{Name: "side", Kind: "knn", Target: "side", Settings: map[string]any{"k": 1}})
	if err != nil {
		t.Fatal(err)
	}
	results := map[string]trial.Record{}
	for name, spoil := range map[string]func(path string) error{
		"":         func(string) error { return nil },
		"cut off":  func(path string) error { return os.Truncate(path, 0) },
		"removed":  os.Remove,
		"replaced": func(path string) error { return os.WriteFile(path, []byte("another"), 0o600) },
	} {
		w := newWorld(t)
		w.method.seen = func(step string, _ *data.Recording) {
			if step != "evaluate" {
				return
			}
			found, err := filepath.Glob(filepath.Join(w.site.Work, "trial-*", "embedding-*.npy"))
			if err != nil {
				t.Error(err)
			}
			for _, path := range found {
				if err := spoil(path); err != nil {
					t.Error(err)
				}
			}
		}
		req := w.request(3)
		req.Spec.Probes = []probe.Spec{full}
		req.Keep.Embeddings = true
		got := run(t, w, req, nil).Record
		if got.Failure != nil {
			t.Fatalf("%s: %v", name, got.Failure)
		}
		for split, e := range got.Embeddings {
			kept := filepath.Join(w.site.Kept, req.Key, "embedding-"+split+".npy")
			if sum, err := hashFile(kept); err != nil || sum != e.SHA256 {
				t.Errorf("%s: of %s there is kept %s, %v", name, split, sum, err)
			}
		}
		if left := leftovers(t, w); len(left) > 0 {
			t.Errorf("%s: %v is left", name, left)
		}
		results[name] = got
	}
	for name, got := range results {
		for i, v := range got.Metrics {
			if v != results[""].Metrics[i] {
				t.Errorf("%s: %v, want %v", name, v, results[""].Metrics[i])
			}
		}
	}
}

// A link, a pipe or a folder in the place of an embedding is refused.
func TestTakeOverRefuses(t *testing.T) {
	dir := t.TempDir()
	good := filepath.Join(dir, "good.npy")
	if err := data.WriteArray(good, data.NewArray(3, 2)); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link.npy")
	if err := os.Symlink(good, link); err != nil {
		t.Skip(err)
	}
	for path, samples := range map[string]int{link: 3, dir: 3, filepath.Join(dir, "none"): 3, good: 4} {
		if sum, err := copyEmbedding(path, filepath.Join(t.TempDir(), "own"), samples); err == nil {
			t.Errorf("%s as %d samples: taken over as %s", filepath.Base(path), samples, sum)
		}
	}
	own := filepath.Join(dir, "own.npy")
	sum, err := copyEmbedding(good, own, 3)
	if is, hashErr := hashFile(own); err != nil || hashErr != nil || is != sum {
		t.Errorf("%s, %v; the copy has %s, %v", sum, err, is, hashErr)
	}
}
