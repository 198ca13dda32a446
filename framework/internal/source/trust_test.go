//go:build unix

package source

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/regular"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// A dataset whose files were changed in the cache is made again, also by a builder
// that has looked at it before. (A2)
func TestAChangedDatasetIsMadeAgain(t *testing.T) {
	b := newBuilder(t)
	digest := mustBuild(t, b, small(5), 1)
	path := filepath.Join(b.Cache.Dir(digest), "source.samples.npy")
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		bad := bytes.Clone(good)
		bad[len(bad)-2] ^= 1
		if err := os.Chmod(path, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, bad, 0o644); err != nil {
			t.Fatal(err)
		}
		err := b.Cache.Verify(digest)
		if changed, ok := errors.AsType[*data.ChangedError](err); !ok || changed.Path != path {
			t.Fatalf("before and behind a trial: error %v", err)
		}
		if again := mustBuild(t, b, small(5), 1); again != digest {
			t.Fatalf("digest %s, want %s", again, digest)
		}
		if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, good) {
			t.Fatalf("the changed file is still there (%v)", err)
		}
	}
}

// What a memo says is no more than a shortcut: a broken one is built anew.
func TestBrokenMemos(t *testing.T) {
	b := newBuilder(t)
	digest := mustBuild(t, b, small(5), 1)
	memos, err := filepath.Glob(filepath.Join(b.Cache.Root, "memo", "*"))
	if err != nil || len(memos) != 1 {
		t.Fatalf("%v, %v", memos, err)
	}
	for _, text := range []string{"", "nonsense", `{"digest": "../../etc"}`, digest + "\n"} {
		if err := os.WriteFile(memos[0], []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if again := mustBuild(t, b, small(5), 1); again != digest {
			t.Errorf("%q: digest %s", text, again)
		}
	}
}

// What is read of a published file is what was hashed, even if the file changed in
// between.
func TestPublishedBytesAreVerifiedAsTheyAreRead(t *testing.T) {
	good := "published"
	f := File{Path: "x", Size: int64(len(good))}
	sum, _, err := hashFrom(strings.NewReader(good), 0)
	if err != nil {
		t.Fatal(err)
	}
	f.SHA256 = sum
	if b, err := f.contents(writeText(t, "x", good)); err != nil || string(b) != good {
		t.Errorf("%q, %v", b, err)
	}
	if _, err := f.contents(writeText(t, "x", "Published")); err == nil || !strings.Contains(err.Error(), "expected SHA-256") {
		t.Errorf("error %v", err)
	}
}

// Nothing but regular files is opened, and nothing waits. (C2)
func TestPipesAndDevicesAreRefusedAtOnce(t *testing.T) {
	dir := t.TempDir()
	pipe := func(name string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := unix.Mkfifo(path, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	device := filepath.Join(dir, "zero.npy")
	if err := os.Symlink("/dev/zero", device); err != nil {
		t.Fatal(err)
	}
	columns := &Columns{Samples: []string{"a"}}
	one := func(r Recording) Dataset { return Dataset{Recording: r} }
	split := small(5)
	split.Split = &data.Division{File: pipe("split.json")}
	recipes := map[string]Dataset{
		"npz": one(Recording{Source: pipe("a.npz")}), "npy": one(Recording{Source: pipe("a.npy")}), "csv": one(Recording{Source: pipe("a.csv"), Read: columns}),
		"csv.gz": one(Recording{Source: pipe("a.csv.gz"), Read: columns}), "mat": one(Recording{Source: pipe("a.mat")}),
		"device": one(Recording{Source: device}), "folder": one(Recording{Source: mkdir(t, filepath.Join(dir, "folder.npz"))}), "split": split,
	}
	for name, recipe := range recipes {
		done := make(chan error, 1)
		go func() {
			_, err := newBuilder(t).Build(context.Background(), recipe, 1)
			done <- err
		}()
		select {
		case err := <-done:
			if !errors.As(err, new(*regular.KindError)) && name != "mat" {
				t.Errorf("%s: error %v", name, err)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("%s: it waits", name)
		}
	}
	// The same of the folder with the published files, and of the cache.
	entry := File{Path: "x.gz", SHA256: strings.Repeat("0", 64), Size: 1}
	mirror := t.TempDir()
	if err := unix.Mkfifo(filepath.Join(mirror, "x.gz"), 0o600); err != nil {
		t.Fatal(err)
	}
	b := newBuilder(t)
	if _, err := (&Fetcher{Cache: b.Cache, Mirror: mirror}).Fetch(context.Background(), entry); err == nil {
		t.Error("a pipe in the mirror was read")
	}
	if err := os.Mkdir(filepath.Join(b.Cache.Root, "downloads"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mkfifo(filepath.Join(b.Cache.Root, "downloads", "sha256-"+entry.SHA256+".lock"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := (&Fetcher{Cache: b.Cache, Mirror: t.TempDir()}).Fetch(context.Background(), entry); err == nil || !strings.Contains(err.Error(), "no regular file") {
		t.Errorf("a pipe as a lock: error %v", err)
	}
}

func mkdir(t *testing.T, path string) string {
	t.Helper()
	if err := os.Mkdir(path, 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// Whose recording it is, what its labels are called, and what it was made of lie
// beside the dataset, and are those of the recipe even where another gives the
// same numbers.
func TestAbout(t *testing.T) {
	b := newBuilder(t)
	path := writeNPZ(t, array[float32]("samples", []int{3, 2}, 1, 2, 3, 4, 5, 6), array[int32]("dir", []int{3}, 90, 0, 90))
	recipe := func(subject, session string) Dataset {
		return Dataset{Recording: Recording{Source: path, Subject: subject, Session: session,
			Read: &Columns{Classes: []Class{{Target: "direction", Column: "dir"}}, Angles: map[string]Angles{"direction": {Unit: "degrees"}}}}}
	}
	sum, _, err := hashOf(path, 0)
	if err != nil {
		t.Fatal(err)
	}
	made := map[string]Made{}
	for range 2 { // the second time from the memo
		for _, subject := range []string{"M", "N"} {
			m, err := b.Make(context.Background(), recipe(subject, "day3"), 1)
			if err != nil {
				t.Fatal(err)
			}
			made[subject] = m
			a := m.About.Recordings["main"]
			want := data.AboutRecording{Subject: subject, Session: "day3", Sources: []data.AboutSource{{Name: "mine.npz", SHA256: sum}},
				Targets: map[string]data.AboutTarget{"direction": {Labels: []string{"0", "90"}, Angles: []float64{0, 1.5707963267948966}}}, Notes: a.Notes}
			if d := cmp.Diff(want, a); d != "" || len(a.Notes) < 3 {
				t.Errorf("%s: %d notes, %s", subject, len(a.Notes), d)
			}
			onDisk, err := data.ReadAbout(b.Cache.Dir(m.Digest))
			if d := cmp.Diff(m.About.Recordings, onDisk.Recordings); d != "" || err != nil {
				t.Errorf("on disk: %v %s", err, d)
			}
		}
	}
	if made["M"].Digest != made["N"].Digest {
		t.Error("whose recording it is changed the digest")
	}
}

// The same recording with labels from 0, from 1, in degrees or as floats is the same
// dataset, so that nothing computed from it can differ. (A5)
func TestHowLabelsAreWrittenMakesNoDifference(t *testing.T) {
	b := newBuilder(t)
	samples := array[float32]("samples", []int{6, 1}, 1, 2, 3, 4, 5, 6)
	digests := map[string]string{}
	for name, labels := range map[string]member{
		"from 0":  array[uint8]("direction", []int{6}, 0, 1, 2, 3, 1, 0),
		"from 1":  array[uint8]("direction", []int{6}, 1, 2, 3, 4, 2, 1),
		"degrees": array[int32]("direction", []int{6}, 0, 90, 180, 270, 90, 0),
		"sparse":  array[int64]("direction", []int{6}, -7, 0, 12, 1<<60, 0, -7),
		"floats":  array("direction", []int{6, 1}, 0, 1.5, 3, 4.5, 1.5, 0),
	} {
		digests[name] = mustBuild(t, b, Dataset{Recording: Recording{Source: writeNPZ(t, samples, labels), Read: &Columns{Classes: []Class{{Target: "direction", Column: "direction"}}}}}, 1)
	}
	for name, digest := range digests {
		if digest != digests["from 0"] {
			t.Errorf("%s: digest %s, from 0: %s", name, digest, digests["from 0"])
		}
	}
}

func TestKeepGoesByTheNamesOfLabels(t *testing.T) {
	b := newBuilder(t)
	path := writeNPZ(t, array[float32]("samples", []int{4, 1}, 1, 2, 3, 4), array[int32]("dir", []int{4}, 1, 2, 8, 2))
	keep := func(labels ...string) Dataset {
		return Dataset{Recording: Recording{Source: path, Keep: map[string]Labels{"dir": labels}}}
	}
	r := build(t, b, keep("2", "8.0")).Recordings["main"]
	if d := cmp.Diff(data.Target{Name: "dir", Labels: []int32{1, 2, 1}, Classes: 3}, r.Targets[0]); d != "" {
		t.Error(d)
	}
	_, err := b.Build(context.Background(), keep("0"), 1)
	if p, ok := errors.AsType[Error](err); !ok && !strings.Contains(err.Error(), "no label 0") || ok && !strings.Contains(p.Hint, "1, 2, 8") {
		t.Errorf("error %#v", err)
	}
}

// Everything of the catalogue says whose recording it is, and of which day, if it
// is one of an animal.
func TestTheCatalogueNamesSubjects(t *testing.T) {
	for _, e := range catalogue {
		if images := strings.Contains(e.Name, "mnist"); images == (e.Subject != "") || images == (e.Session != "") {
			t.Errorf("%s: subject %q, session %q", e.Name, e.Subject, e.Session)
		}
		for role, s := range e.Shapes {
			for _, target := range s.Targets {
				if target.angles != nil && len(target.angles) != target.Classes || target.names != nil && len(target.names) != target.Classes {
					t.Errorf("%s, %s, %s: %d angles, %d names for %d classes", e.Name, role, target.Name, len(target.angles), len(target.names), target.Classes)
				}
			}
		}
	}
}
