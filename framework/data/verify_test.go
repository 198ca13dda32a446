package data

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// rewrite puts other bytes of the same length into a file, as a plugin could.
func rewrite(t *testing.T, path string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)-1] ^= 1
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
}

// settle makes the files of a dataset old enough for their stamps to be trusted.
func settle(t *testing.T, c *Cache, digest string) {
	t.Helper()
	time.Sleep(settled + 20*time.Millisecond)
	if err := c.Verify(digest); err != nil {
		t.Fatal(err)
	}
	if n := len(c.seen[digest]); n != 5 { // dataset.json, samples, trial and two targets
		t.Fatalf("%d files are remembered, want 5", n)
	}
}

// A dataset is never used with other contents than its digest says (A2).
func TestVerifyFindsWhatWasChanged(t *testing.T) {
	for name, change := range map[string]func(t *testing.T, path string){
		"other bytes": rewrite,
		"other bytes with the old date": func(t *testing.T, path string) {
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			rewrite(t, path)
			if err := os.Chtimes(path, info.ModTime(), info.ModTime()); err != nil {
				t.Fatal(err)
			}
		},
		"another file in its place": func(t *testing.T, path string) {
			rewrite(t, path)
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, b, 0o444); err != nil {
				t.Fatal(err)
			}
		},
		"cut": func(t *testing.T, path string) {
			if err := os.Chmod(path, 0o644); err != nil {
				t.Fatal(err)
			}
			if err := os.Truncate(path, 130); err != nil {
				t.Fatal(err)
			}
		},
		"a link to a copy": func(t *testing.T, path string) {
			if err := os.Rename(path, path+".x"); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(path+".x", path); err != nil {
				t.Fatal(err)
			}
		},
		"removed": func(t *testing.T, path string) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		},
	} {
		for _, file := range []string{"main.samples.npy", "main.trial.npy", "main.target-direction.npy", "main.target-1.npy", "dataset.json"} {
			c := newCache(t)
			recs := map[string]*Recording{"main": toy()}
			digest := put(t, c, recs)
			settle(t, c, digest)
			path := filepath.Join(c.Dir(digest), file)
			change(t, path)
			if err := c.Verify(digest); err == nil {
				t.Errorf("%s, %s: nothing was noticed", file, name)
			}
			if _, err := c.Open(digest); err == nil || c.Has(digest) {
				t.Errorf("%s, %s: it was opened", file, name)
			}
			if err := Verify(c.Dir(digest)); err == nil && file != "dataset.json" {
				t.Errorf("%s, %s: without a cache nothing was noticed", file, name)
			}
			if again := put(t, c, recs); again != digest {
				t.Errorf("%s, %s: digest %s", file, name, again)
			}
			if err := c.Verify(digest); err != nil {
				t.Errorf("%s, %s: not put right: %v", file, name, err)
			}
		}
	}
}

func TestChangedFilesAreNamed(t *testing.T) {
	c := newCache(t)
	digest := put(t, c, map[string]*Recording{"main": toy()})
	path := filepath.Join(c.Dir(digest), "main.samples.npy")
	rewrite(t, path)
	err := c.Verify(digest)
	if changed, ok := errors.AsType[*ChangedError](err); !ok || changed.Path != path || !strings.Contains(err.Error(), "SHA-256") {
		t.Errorf("error %v", err)
	}
}

// What was read once is not read again: a hash that is wrong from then on does
// not show, and touching a file makes it show.
func TestVerifyReadsOnce(t *testing.T) {
	c := newCache(t)
	digest := put(t, c, map[string]*Recording{"main": toy()})
	settle(t, c, digest)
	reads := func() bool {
		before := maps.Clone(c.sound)
		if err := c.Verify(digest); err != nil {
			t.Fatal(err)
		}
		return !maps.Equal(before, c.sound)
	}
	if reads() {
		t.Error("read again without a reason")
	}
	path := filepath.Join(c.Dir(digest), "main.trial.npy")
	now := time.Now()
	if err := os.Chtimes(path, now, now); err != nil {
		t.Fatal(err)
	}
	time.Sleep(settled + 20*time.Millisecond)
	if !reads() {
		t.Error("another date is no reason to read again")
	}
	// A change within a tick of the clock may leave the stamp: nothing young is remembered.
	young := put(t, c, map[string]*Recording{"source": toy()})
	if err := c.Verify(young); err != nil || c.unchanged(young) {
		t.Errorf("a dataset made just now is remembered (%v)", err)
	}
}

func TestAbout(t *testing.T) {
	c := newCache(t)
	digest := put(t, c, map[string]*Recording{"main": toy()})
	if a, err := ReadAbout(c.Dir(digest)); err != nil || a.Recordings != nil {
		t.Errorf("without a file: %+v, %v", a, err)
	}
	want := About{Recordings: map[string]AboutRecording{"main": {Subject: "M", Session: "day3",
		Targets: map[string]AboutTarget{"direction": {Labels: []string{"N", "E"}, Angles: []float64{0, 1.5}}},
		Sources: []AboutSource{{"day3.npz", "ab"}}, Notes: []Note{{"counts of 50 ms", true}}}}}
	for range 2 { // the second time nothing is written
		if err := c.PutAbout(digest, want); err != nil {
			t.Fatal(err)
		}
	}
	got, err := ReadAbout(c.Dir(digest))
	want.Format, want.Version = "assay-about", 1
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Errorf("%v %s", err, d)
	}
	if err := c.Verify(digest); err != nil {
		t.Errorf("about.json is part of the contents: %v", err)
	}
	want.Recordings["main"] = AboutRecording{Subject: "N"}
	if err := c.PutAbout(digest, want); err != nil {
		t.Fatal(err)
	}
	if got, err := ReadAbout(c.Dir(digest)); err != nil || got.Recordings["main"].Subject != "N" {
		t.Errorf("%+v, %v", got, err)
	}
	path := filepath.Join(c.Dir(digest), "about.json")
	for _, text := range []string{"nonsense", `{"format": "other", "version": 1}`} {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadAbout(c.Dir(digest)); err == nil {
			t.Errorf("%s was taken", text)
		}
	}
	left, err := filepath.Glob(filepath.Join(c.Root, "datasets", "tmp-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
