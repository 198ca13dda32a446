package data

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func newCache(t *testing.T) *Cache {
	t.Helper()
	c, err := OpenCache(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func put(t *testing.T, c *Cache, recs map[string]*Recording) string {
	t.Helper()
	digest, err := c.Put(recs)
	if err != nil {
		t.Fatal(err)
	}
	return digest
}

func TestDatasetComesBackAsItWas(t *testing.T) {
	c := newCache(t)
	source, target := toy(), toy()
	if err := (Division{Train: 0.6, Val: 0.2, Test: 0.2}).Divide(source); err != nil {
		t.Fatal(err)
	}
	target.Samples.Values[0] = 7
	recs := map[string]*Recording{"source": source, "target": target}
	d, err := c.Open(put(t, c, recs))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if diff := cmp.Diff(recs, d.Recordings, cmpopts.EquateEmpty()); diff != "" {
		t.Fatal(diff)
	}
	if err := Verify(c.Dir(d.Digest)); err != nil {
		t.Fatal(err)
	}
	train, err := d.Train("source")
	if err != nil || train.Len() != 6 {
		t.Fatalf("train part has %d samples, %v", train.Len(), err)
	}
}

// The digest is of the contents: nothing else changes it, and all of them do.
// Its value is fixed: a change of the format must be a decision.
func TestDigest(t *testing.T) {
	c := newCache(t)
	digest := put(t, c, map[string]*Recording{"main": toy()})
	if want := "sha256:ea23196b69f84f12cd58c9b740cc1622410f177b0225dc839cc1cba46631982b"; digest != want {
		t.Errorf("digest %s, want %s", digest, want)
	}
	if again := put(t, newCache(t), map[string]*Recording{"main": toy()}); again != digest {
		t.Errorf("another folder gave %s", again)
	}
	for name, change := range map[string]func(*Recording){
		"sample": func(r *Recording) { r.Samples.Values[3]++ },
		"trial":  func(r *Recording) { r.Trial[9] = 99 },
		"label":  func(r *Recording) { r.Targets[0].Labels[0] = 1 },
		"target": func(r *Recording) { r.Targets[1].Name = "x" },
		"unit":   func(r *Recording) { r.Unit = "counts" },
		"split":  func(r *Recording) { r.Split = make([]Split, 10) },
	} {
		r := toy()
		change(r)
		if other := put(t, c, map[string]*Recording{"main": r}); other == digest {
			t.Errorf("a change of the %s left the digest", name)
		}
	}
	if other := put(t, c, map[string]*Recording{"target": toy()}); other == digest {
		t.Error("a change of the role left the digest")
	}
}

func TestPutAtOnce(t *testing.T) {
	root := t.TempDir()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() { // a cache of its own each, as processes have
			c, err := OpenCache(root)
			if err != nil {
				t.Error(err)
				return
			}
			digest, err := c.Put(map[string]*Recording{"main": toy()})
			if err != nil {
				t.Error(err)
				return
			}
			if err := Verify(c.Dir(digest)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	left, err := os.ReadDir(filepath.Join(root, "datasets"))
	if err != nil || len(left) != 1 {
		t.Fatalf("%d folders in the cache, want 1 (%v)", len(left), err)
	}
}

func TestOpenCacheRemovesOldLeftovers(t *testing.T) {
	c := newCache(t)
	old, fresh := filepath.Join(c.datasets(), "tmp-1"), filepath.Join(c.datasets(), "tmp-2")
	for _, dir := range []string{old, fresh} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	long := time.Now().Add(-48 * time.Hour)
	if err := os.Chtimes(old, long, long); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenCache(c.Root); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(old); !os.IsNotExist(err) {
		t.Error("what a killed process left two days ago is still there")
	}
	if _, err := os.Stat(fresh); err != nil {
		t.Error("the work of a running process was removed")
	}
}

func TestPutRepairsADamagedFolder(t *testing.T) {
	c := newCache(t)
	recs := map[string]*Recording{"main": toy()}
	digest := put(t, c, recs)
	for name, damage := range map[string]func(path string) error{
		"file removed": os.Remove,
		"file cut": func(path string) error {
			if err := os.Chmod(path, 0o644); err != nil {
				return err
			}
			return os.Truncate(path, 100)
		},
	} {
		if err := damage(filepath.Join(c.Dir(digest), "main.samples.npy")); err != nil {
			t.Fatal(err)
		}
		if c.Has(digest) {
			t.Fatalf("%s: still counted as there", name)
		}
		if again := put(t, c, recs); again != digest {
			t.Fatalf("%s: digest %s", name, again)
		}
		if err := Verify(c.Dir(digest)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
}

func TestPutRefuses(t *testing.T) {
	c := newCache(t)
	for want, change := range map[string]func(*Recording) map[string]*Recording{
		"letters, digits": func(r *Recording) map[string]*Recording { return map[string]*Recording{"../up": r} },
		"finite": func(r *Recording) map[string]*Recording {
			r.Samples.Values[4] /= 0 * r.Samples.Values[0]
			return map[string]*Recording{"main": r}
		},
		"in pieces": func(r *Recording) map[string]*Recording {
			r.Trial[9] = 0
			return map[string]*Recording{"main": r}
		},
		"at least one": func(*Recording) map[string]*Recording { return nil },
	} {
		_, err := c.Put(change(toy()))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not mention %q", err, want)
		}
	}
}

// A dataset folder may come from a stranger: its dataset.json cannot reach
// outside the folder or lie about the files.
func TestOpenRefusesHostileFolders(t *testing.T) {
	for _, c := range []struct {
		name, want string
		change     func(m *manifest, dir string) error
	}{
		{"path upwards", "no plain name", func(m *manifest, _ string) error {
			return edit(m, func(r *manifestRecording) { r.Samples.File = "../secret.npy" })
		}},
		{"absolute path", "no plain name", func(m *manifest, _ string) error {
			return edit(m, func(r *manifestRecording) { r.Trial.File = "/etc/passwd" })
		}},
		{"symbolic link", "no regular file", func(_ *manifest, dir string) error {
			path := filepath.Join(dir, "main.trial.npy")
			if err := os.Rename(path, filepath.Join(dir, "x")); err != nil {
				return err
			}
			return os.Symlink("x", path)
		}},
		{"shape", "dataset.json says [1 1]", func(m *manifest, _ string) error {
			return edit(m, func(r *manifestRecording) { r.Samples.Shape = []int{1, 1} })
		}},
		{"wrong type", "expected type <f4", func(m *manifest, _ string) error {
			return edit(m, func(r *manifestRecording) { r.Samples = r.Trial })
		}},
		{"classes", "outside 0..1", func(m *manifest, _ string) error {
			return edit(m, func(r *manifestRecording) { r.Targets[0].Classes = 2 })
		}},
		{"kind", "neither class nor continuous", func(m *manifest, _ string) error {
			return edit(m, func(r *manifestRecording) { r.Targets[0].Kind = "code" })
		}},
		{"format", `format "other"`, func(m *manifest, _ string) error { m.Format = "other"; return nil }},
		{"nothing", "no recordings", func(m *manifest, _ string) error { m.Recordings = nil; return nil }},
		{"missing file", "no such file", func(_ *manifest, dir string) error {
			return os.Remove(filepath.Join(dir, "main.trial.npy"))
		}},
	} {
		cache := newCache(t)
		digest := put(t, cache, map[string]*Recording{"main": toy()})
		dir := cache.Dir(digest)
		m, _, err := readManifest(dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.change(m, dir); err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, manifestName)
		if err := os.Chmod(path, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v does not mention %q", c.name, err, c.want)
		}
		if _, err := cache.Open(digest); err == nil {
			t.Errorf("%s: the cache opened it", c.name)
		}
	}
}

func edit(m *manifest, change func(*manifestRecording)) error {
	r := m.Recordings["main"]
	change(&r)
	m.Recordings["main"] = r
	return nil
}

func TestArrayFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "embedding.npy")
	for _, a := range []Array{{Shape: []int{2, 2}, Values: []float32{1, 2, 3, 4}}, {Shape: []int{1, 3}, Values: []float32{5, 6, 7}}} {
		if err := WriteArray(path, a); err != nil { // the second replaces the first
			t.Fatal(err)
		}
		b, closer, err := ReadArray(path)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(a, b); d != "" {
			t.Error(d)
		}
		if err := closer(); err != nil {
			t.Error(err)
		}
	}
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 1 {
		t.Errorf("%d files, want 1 (%v)", len(left), err)
	}
	if err := WriteArray(path, Array{Shape: []int{2}, Values: []float32{1}}); err == nil {
		t.Error("a shape that does not fit was written")
	}
}
