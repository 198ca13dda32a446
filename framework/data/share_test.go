//go:build unix

package data

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// wide is a recording whose samples are large enough to be shared.
func wide(n, channels int) *Recording {
	r := labelled(n, 4, 1)
	r.Samples = NewArray(len(r.Trial), channels)
	for i := range r.Samples.Values {
		r.Samples.Values[i] = float32(i % 977)
	}
	return r
}

// used is the room that a folder takes: a file of several names once.
func used(t *testing.T, dir string) (bytes int64) {
	t.Helper()
	seen := map[uint64]bool{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if s := info.Sys().(*syscall.Stat_t); !seen[s.Ino] {
			seen[s.Ino] = true
			bytes += info.Size()
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return bytes
}

// Five folds, twice, of a recording take less than 1.05 of its room, whether they are
// put or made of the undivided one, and are the same datasets.
func TestFoldsShareTheirArrays(t *testing.T) {
	made, puts := newCache(t), newCache(t)
	r := wide(300, 2000)
	base := put(t, made, map[string]*Recording{"main": r})
	alone := used(t, made.Root)
	d := Division{Folds: 5, Repeats: 2, Stratify: "direction"}
	var digests []string
	for k := range d.EachFold() {
		d.Fold = k + 1
		x := *r
		if err := d.Divide(&x); err != nil {
			t.Fatal(err)
		}
		want := put(t, puts, map[string]*Recording{"main": &x})
		got, err := made.Divide(base, map[string][]Split{"main": x.Split})
		if err != nil || got != want {
			t.Fatalf("fold %d is %s (%v), put it is %s", d.Fold, got, err, want)
		}
		digests = append(digests, got)
	}
	for _, c := range []*Cache{made, puts} {
		if n := used(t, c.Root); float64(n) > 1.05*float64(alone) {
			t.Errorf("10 folds take %d bytes, the recording alone %d", n, alone)
		}
		for _, digest := range digests {
			if err := c.Verify(digest); err != nil {
				t.Error(err)
			}
			if err := Verify(c.Dir(digest)); err != nil { // every byte, whatever is remembered
				t.Error(err)
			}
		}
	}
	list, err := made.List()
	var sum int64
	for _, d := range list {
		sum += d.Bytes
	}
	if err != nil || sum < alone || float64(sum) > 1.05*float64(alone) {
		t.Errorf("the list says %d bytes of %d, %v", sum, alone, err)
	}
	// One that goes takes nothing from the others.
	if err := os.RemoveAll(made.Dir(base)); err != nil {
		t.Fatal(err)
	}
	if err := Verify(made.Dir(digests[3])); err != nil {
		t.Error(err)
	}
}

// What was changed is not shared: another dataset must not inherit the damage.
func TestDamageIsNotShared(t *testing.T) {
	for _, fresh := range []bool{false, true} {
		c := newCache(t)
		r := wide(300, 100)
		base := put(t, c, map[string]*Recording{"main": r})
		file := filepath.Join(c.Dir(base), "main.samples.npy")
		if err := os.Chmod(file, 0o644); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text[5000] ^= 1
		if err := os.WriteFile(file, text, 0o644); err != nil {
			t.Fatal(err)
		}
		if fresh { // of another process
			if c, err = OpenCache(c.Root); err != nil {
				t.Fatal(err)
			}
		}
		x := *r
		x.Split = make([]Split, r.Len())
		x.Split[0] = Train
		if _, err := c.Divide(base, map[string][]Split{"main": x.Split}); err == nil {
			t.Error("a damaged dataset was divided")
		}
		if err := Verify(c.Dir(put(t, c, map[string]*Recording{"main": &x}))); err != nil {
			t.Error(err)
		}
	}
}

// Recipes that keep the same samples share them under other roles and names too.
func TestEqualArraysAreShared(t *testing.T) {
	c := newCache(t)
	r := wide(200, 200)
	put(t, c, map[string]*Recording{"main": r})
	before := used(t, c.Root)
	put(t, c, map[string]*Recording{"source": r, "target": r})
	if extra := used(t, c.Root) - before; extra > 10_000 {
		t.Errorf("the same recording in two other roles takes %d bytes more", extra)
	}
}

func TestDivideRefuses(t *testing.T) {
	c := newCache(t)
	base := put(t, c, map[string]*Recording{"main": toy()})
	for name, split := range map[string]map[string][]Split{"role": {"other": make([]Split, 10)}, "length": {"main": make([]Split, 9)}} {
		if _, err := c.Divide(base, split); err == nil {
			t.Errorf("a wrong %s was taken", name)
		}
	}
	if _, err := c.Divide("sha256:"+fmt.Sprintf("%064d", 1), nil); err == nil {
		t.Error("a dataset that is not there was divided")
	}
}
