package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofrs/flock"
)

func TestHolderIsKnownWithoutStandingInTheWay(t *testing.T) {
	dir := t.TempDir()
	if who := Holder(dir); who != "" {
		t.Errorf("an empty folder is held by %q", who)
	}
	if files, _ := os.ReadDir(dir); len(files) > 0 {
		t.Errorf("looking made %s", files[0].Name())
	}
	s := open(t, dir)
	if who := Holder(dir); !strings.HasPrefix(who, "process ") {
		t.Errorf("an open store is held by %q", who)
	}
	s.Close()
	if who := Holder(dir); who != "" {
		t.Errorf("a closed store is held by %q", who)
	}

	// Lookers that never stop do not keep a host out.
	stop := make(chan struct{})
	var lookers sync.WaitGroup
	for range 2 {
		lookers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					Holder(dir)
				}
			}
		})
	}
	for range 20 {
		s, err := Open(context.Background(), dir)
		if err != nil {
			t.Fatalf("beside lookers: %v", err)
		}
		s.Close()
	}
	close(stop)
	lookers.Wait()
}

// The plugins' lock file is another thing, whatever folder it lies in: nobody
// locks, writes or minds it.
func TestPluginLockFileIsLeftAlone(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "assay.lock")
	if err := os.WriteFile(path, []byte("version: 1\n"), 0o444); err != nil {
		t.Fatal(err)
	}
	theirs := flock.New(path, flock.SetFlag(os.O_RDONLY))
	if ok, err := theirs.TryLock(); !ok {
		t.Fatal(err)
	}
	defer theirs.Close()
	s := open(t, dir)
	if err := os.Rename(path, path+".old"); err != nil { // what replacing it does to its inode
		t.Fatal(err)
	}
	var held *HeldError
	if _, err := Open(context.Background(), dir); !errors.As(err, &held) {
		t.Errorf("a second host: %v", err)
	}
	s.Close()
}

func TestGateRemovedByHandLetsNobodyIn(t *testing.T) {
	dir := t.TempDir()
	open(t, dir)
	if err := os.Remove(filepath.Join(dir, LockFile)); err != nil {
		t.Fatal(err)
	}
	defer func(d time.Duration) { signPatience = d }(signPatience)
	signPatience = 50 * time.Millisecond
	var held *HeldError
	if _, err := Open(context.Background(), dir); !errors.As(err, &held) {
		t.Errorf("a second host: %v", err)
	}
}
