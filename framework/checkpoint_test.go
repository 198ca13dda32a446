package framework

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/assaylab/assay/framework/internal/wire"
)

func TestCheckpoint(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "with [brackets]")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	c := &Checkpoint{dir: dir, report: func(*wire.Checkpoint) {}}
	read := func() (text string, done int64) {
		t.Helper()
		done, err := c.Resume(func(at string) error {
			b, err := os.ReadFile(filepath.Join(at, "state"))
			text = string(b)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return text, done
	}
	save := func(done int64, text string) error {
		return c.Save(done, func(at string) error { return os.WriteFile(filepath.Join(at, "state"), []byte(text), 0o600) })
	}
	if text, done := read(); text != "" || done != 0 {
		t.Errorf("without a checkpoint: %q at %d", text, done)
	}
	for _, done := range []int64{9, 10} { // ten is more than nine, as text it is less
		if err := save(done, map[int64]string{9: "nine", 10: "ten"}[done]); err != nil {
			t.Fatal(err)
		}
	}
	if text, done := read(); text != "ten" || done != 10 {
		t.Errorf("after 9 and 10: %q at %d", text, done)
	}
	broken := errors.New("disk full")
	if err := c.Save(11, func(string) error { return broken }); !errors.Is(err, broken) {
		t.Errorf("a write that fails: %v", err)
	}
	if text, done := read(); text != "ten" || done != 10 {
		t.Errorf("after a write that failed: %q at %d", text, done)
	}
	// What a kill within Save leaves: the next one half written, or both.
	if err := os.Mkdir(filepath.Join(dir, unfinished+"1"), 0o700); err != nil {
		t.Fatal(err)
	}
	if text, done := read(); text != "ten" || done != 10 {
		t.Errorf("beside an unfinished one: %q at %d", text, done)
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(dir), "*", unfinished+"*")); len(left) > 0 || err != nil {
		t.Errorf("left unfinished: %v, %v", left, err)
	}
	if _, err := c.Resume(func(string) error { return broken }); !errors.Is(err, broken) {
		t.Errorf("a checkpoint that cannot be read: %v", err)
	}
	if c.every = time.Hour; c.Due(11) || (&Checkpoint{every: time.Minute, saved: time.Now().Add(-time.Hour)}).Due(1) == false {
		t.Error("checkpoints are due by the time since the last")
	}
	if c.until = 11; !c.Due(11) || c.Due(12) {
		t.Error("a checkpoint is due where training ends early")
	}
	c.until = 9
	if _, err := c.Resume(func(string) error { return nil }); err == nil {
		t.Error("a checkpoint of more than is asked for was taken")
	}
	var none *Checkpoint
	if done, err := none.Resume(nil); done != 0 || err != nil || none.Due(1) || none.Save(1, nil) != nil {
		t.Errorf("where no checkpoints are wanted: %d, %v", done, err)
	}
}
