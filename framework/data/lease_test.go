package data

import (
	"errors"
	"os"
	"testing"
	"time"
)

// What another cache has looked at is in use until that lets go; what nobody uses
// can go, oldest first.
func TestLeases(t *testing.T) {
	dir := t.TempDir()
	a, err := OpenCache(dir)
	if err != nil {
		t.Fatal(err)
	}
	put := func(x float32) string {
		t.Helper()
		samples := NewArray(2, 1)
		samples.Values[0] = x
		digest, err := a.Put(map[string]*Recording{MainRole: {Samples: samples, Trial: make([]int32, 2)}})
		if err != nil {
			t.Fatal(err)
		}
		return digest
	}
	old, used := put(1), put(2)
	b, err := OpenCache(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Verify(used); err != nil {
		t.Fatal(err)
	}
	past := time.Now().Add(-time.Hour)
	for _, path := range []string{a.Dir(old), a.leases() + "/" + old[len("sha256:"):]} {
		if err := os.Chtimes(path, past, past); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
	}
	list, err := b.List()
	if err != nil || len(list) != 2 || list[0].Digest != old || list[1].Bytes == 0 || time.Since(list[0].Used) < time.Minute {
		t.Errorf("%+v, %v", list, err)
	}
	if err := b.Remove(used); !errors.Is(err, ErrInUse) {
		t.Errorf("removing what is in use: %v", err)
	}
	if err := a.Verify(used); err != nil {
		t.Error(err)
	}
	a.held[used].Close()
	if err := b.Remove(used); err != nil || b.Has(used) {
		t.Errorf("removing what nobody uses: %v", err)
	}
	if err := b.Remove("sha256:.."); err == nil {
		t.Error("removing what is no digest")
	}
}
