package queue

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/trial"
)

// faulty is a disk as clusters have them: renames and writes that happened are
// reported as failed, some fail, listings show what is gone, and sometimes there is no
// room.
type faulty struct {
	Disk
	mu     sync.Mutex
	rng    *rand.Rand
	p      float64       // of a fault
	full   atomic.Bool   // nothing can be written
	delay  time.Duration // of every operation
	cached time.Duration // listings may be so old
	lists  map[string]listing
	ops    atomic.Int64
}

type listing struct {
	at    time.Time
	names []string
}

var errLost = errors.New("the server's answer was lost")

func (f *faulty) fault() bool {
	f.ops.Add(1)
	time.Sleep(f.delay)
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.p > 0 && f.rng.Float64() < f.p
}

func (f *faulty) Put(path string, text []byte) error {
	if f.full.Load() {
		return errors.New("no space left on device")
	}
	if f.fault() {
		return errLost
	}
	err := f.Disk.Put(path, text)
	if f.fault() && err == nil {
		return errLost // it was written all the same
	}
	return err
}

func (f *faulty) Rename(from, to string) error {
	err := f.Disk.Rename(from, to)
	if f.fault() && err == nil {
		return fs.ErrNotExist // NFS sends it again, and the second finds nothing
	}
	return err
}

func (f *faulty) Read(path string) ([]byte, time.Time, error) {
	if f.fault() {
		return nil, time.Time{}, errLost
	}
	return f.Disk.Read(path)
}

func (f *faulty) List(dir string) ([]string, error) {
	f.fault()
	f.mu.Lock()
	old, ok := f.lists[dir]
	f.mu.Unlock()
	if ok && time.Since(old.at) < f.cached {
		return old.names, nil
	}
	names, err := f.Disk.List(dir)
	f.mu.Lock()
	f.lists[dir] = listing{time.Now(), names}
	f.mu.Unlock()
	return names, err
}

func newFaulty(p float64) *faulty {
	return &faulty{rng: rand.New(rand.NewPCG(1, 2)), p: p, lists: map[string]listing{}}
}

func short() Terms {
	return Terms{Beat: trial.Duration(40 * time.Millisecond), Lease: trial.Duration(600 * time.Millisecond), Idle: trial.Duration(300 * time.Millisecond)}
}

func items(n int) []Item {
	out := make([]Item, n)
	for i := range out {
		out[i].Request = trial.Request{Attempt: fmt.Sprint(i), Key: fmt.Sprintf("key%d", i)}
	}
	return out
}

// quick is a trial of a given time that can be ended.
func quick(took time.Duration, ran *atomic.Int64) Run {
	return func(ctx context.Context, _ int, req trial.Request, _ string) (trial.Result, string) {
		ran.Add(1)
		rec := trial.Record{Key: req.Key, Status: trial.Succeeded}
		select {
		case <-time.After(took):
		case <-ctx.Done():
			rec.Status, rec.Failure = trial.Cancelled, &failure.Failure{Kind: failure.Cancelled}
		}
		return trial.Result{Attempt: req.Attempt, Record: rec}, ""
	}
}

// drain looks until n results have come, each once.
func drain(t *testing.T, h *Host, n int, bound time.Duration) map[string]Outcome {
	t.Helper()
	got := map[string]Outcome{}
	for end := time.Now().Add(bound); len(got) < n; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d of %d results after %v", len(got), n, bound)
		}
		deliveries, _ := h.Look() // what fails now is tried again
		for _, d := range deliveries {
			for _, o := range d.Outcomes {
				if _, twice := got[o.Result.Attempt]; twice {
					t.Errorf("attempt %s came twice", o.Result.Attempt)
				}
				got[o.Result.Attempt] = o
			}
			_ = d.Done()
		}
	}
	return got
}

func serve(t *testing.T, ctx context.Context, dir string, files Files, slots int, run Run) (wait func() string) {
	var why string
	var work sync.WaitGroup
	work.Go(func() {
		w := &Worker{Dir: dir, Files: files, Slots: slots}
		var err error
		if why, err = w.Serve(ctx, run); err != nil {
			why = err.Error()
		}
	})
	return func() string { work.Wait(); return why }
}

func open(t *testing.T, dir string, files Files) *Host {
	t.Helper()
	h, err := Open(dir, files, short())
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// Several workers on one queue: each request is run once, and nothing stays.
func TestQueue(t *testing.T) {
	dir := t.TempDir()
	h := open(t, dir, Disk{})
	if err := h.Offer(items(200), 7); err != nil {
		t.Fatal(err)
	}
	var ran atomic.Int64
	var waits []func() string
	for range 4 {
		waits = append(waits, serve(t, t.Context(), dir, Disk{}, 2, quick(time.Millisecond, &ran)))
	}
	drain(t, h, 200, 20*time.Second)
	for _, wait := range waits {
		if why := wait(); why != "there is nothing more to do" {
			t.Error(why)
		}
	}
	if ran.Load() != 200 {
		t.Errorf("%d executions", ran.Load())
	}
	for range 2 {
		if _, err := h.Look(); err != nil {
			t.Fatal(err)
		}
	}
	if left, _ := (Disk{}).List(h.at("workers")); len(left) > 0 || h.Flying() > 0 {
		t.Errorf("left: %v, %d flying", left, h.Flying())
	}
}

// On a disk that loses answers, fails, and shows old listings, every result comes once.
func TestQueueOnBadDisk(t *testing.T) {
	dir := t.TempDir()
	h := open(t, dir, Disk{})
	if err := h.Offer(items(150), 5); err != nil {
		t.Fatal(err)
	}
	bad := newFaulty(0.05)
	bad.cached = 100 * time.Millisecond
	h.files = bad
	var ran atomic.Int64
	ctx, cancel := context.WithCancel(t.Context())
	var waits []func() string
	for range 3 {
		waits = append(waits, serve(t, ctx, dir, bad, 2, quick(time.Millisecond, &ran)))
	}
	// A worker may end on such a disk; as on a cluster, another one comes.
	go func() {
		for ctx.Err() == nil {
			serve(t, ctx, dir, bad, 1, quick(time.Millisecond, &ran))()
			time.Sleep(20 * time.Millisecond)
		}
	}()
	drain(t, h, 150, 60*time.Second)
	cancel()
	for _, wait := range waits {
		wait()
	}
}

// A full disk for a while costs time and nothing else.
func TestQueueOnFullDisk(t *testing.T) {
	dir := t.TempDir()
	disk := newFaulty(0)
	h := open(t, dir, disk)
	if err := h.Offer(items(40), 10); err != nil {
		t.Fatal(err)
	}
	var ran atomic.Int64
	wait := serve(t, t.Context(), dir, disk, 2, quick(5*time.Millisecond, &ran))
	time.Sleep(50 * time.Millisecond)
	disk.full.Store(true)
	time.AfterFunc(300*time.Millisecond, func() { disk.full.Store(false) }) // half a lease
	drain(t, h, 40, 20*time.Second)
	wait()
	if ran.Load() != 40 {
		t.Errorf("%d executions of 40", ran.Load())
	}
}

// A worker that sleeps for longer than its lease is fenced off: its trials are run by
// another, and what it brings when it wakes counts no more.
func TestSleeperIsFenced(t *testing.T) {
	dir := t.TempDir()
	h := open(t, dir, Disk{})
	if err := h.Offer(items(6), 3); err != nil {
		t.Fatal(err)
	}
	asleep := newFaulty(0)
	var ran, again atomic.Int64
	wait := serve(t, t.Context(), dir, asleep, 1, quick(200*time.Millisecond, &ran))
	time.Sleep(100 * time.Millisecond)
	asleep.full.Store(true) // it is alive, and nothing of it reaches anybody
	time.Sleep(700 * time.Millisecond)
	wake := serve(t, t.Context(), dir, Disk{}, 2, quick(time.Millisecond, &again))
	got := drain(t, h, 6, 20*time.Second)
	asleep.full.Store(false)
	if why := wait(); why != errFenced.Error() {
		t.Errorf("the sleeper ended: %s", why)
	}
	wake()
	if again.Load() != 6 || len(got) != 6 {
		t.Errorf("%d run again, %d results", again.Load(), len(got))
	}
}

// A worker that is told to end hands back what it has not done; nothing of that counts
// against the trials.
func TestWorkerHandsBack(t *testing.T) {
	dir := t.TempDir()
	h := open(t, dir, Disk{})
	if err := h.Offer(items(10), 10); err != nil {
		t.Fatal(err)
	}
	var ran atomic.Int64
	ctx, cancel := context.WithCancel(t.Context())
	wait := serve(t, ctx, dir, Disk{}, 2, quick(time.Hour, &ran))
	time.Sleep(150 * time.Millisecond)
	cancel()
	wait()
	back, err := h.Withdraw()
	if err != nil || len(back) != 10 {
		t.Fatalf("%d came back: %v", len(back), err)
	}
	for _, it := range back {
		if it.Lost > 0 {
			t.Errorf("attempt %s counts as lost", it.Request.Attempt)
		}
	}
}

// What ends its worker again and again is given up.
func TestPoisonIsGivenUp(t *testing.T) {
	dir := t.TempDir()
	h := open(t, dir, Disk{})
	h.terms.Lease = 0
	if err := h.Offer(items(2), 2); err != nil {
		t.Fatal(err)
	}
	for i := range lives {
		w := &Worker{Dir: dir, Files: Disk{}, folder: folder{dir, Disk{}}, name: fmt.Sprint("w", i), chunks: map[string]*taken{}, had: map[string]bool{}, running: map[string]context.CancelFunc{}}
		if err := w.Files.Make(w.at("workers", w.name)); err != nil {
			t.Fatal(err)
		}
		for w.take() { // and it dies of the first
			w.running["0"] = nil
		}
		if err := w.beat(""); err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Millisecond) // a clock tick of the disk
		for range 2 {
			if _, err := h.Look(); err != nil {
				t.Fatal(err)
			}
		}
	}
	lost := h.Lost()
	if len(lost) != 1 || lost[0].Request.Attempt != "0" {
		t.Errorf("given up: %+v", lost)
	}
	if back, err := h.Withdraw(); err != nil || len(back) != 1 || back[0].Request.Attempt != "1" || back[0].Lost > 0 {
		t.Errorf("waits: %+v, %v", back, err)
	}
}

// A host that takes a queue over finds what is out there; the other one finds that out.
func TestTakeOver(t *testing.T) {
	dir := t.TempDir()
	first := open(t, dir, Disk{})
	if err := first.Offer(items(20), 4); err != nil {
		t.Fatal(err)
	}
	var ran atomic.Int64
	wait := serve(t, t.Context(), dir, Disk{}, 2, quick(10*time.Millisecond, &ran))
	time.Sleep(100 * time.Millisecond)
	second := open(t, dir, Disk{})
	found, err := second.Found()
	if err != nil || len(found) != 20 {
		t.Fatalf("found %v, %v", found, err)
	}
	if _, err := first.Look(); err == nil || !strings.Contains(err.Error(), "taken over") {
		t.Errorf("the first host: %v", err)
	}
	drain(t, second, 20, 20*time.Second)
	wait()
}

// A worker near the end of its time begins nothing.
func TestWorkerMindsItsTime(t *testing.T) {
	dir := t.TempDir()
	h := open(t, dir, Disk{})
	if err := h.Offer(items(3), 3); err != nil {
		t.Fatal(err)
	}
	var ran atomic.Int64
	w := &Worker{Dir: dir, Files: Disk{}, Slots: 1, Until: time.Now().Add(time.Minute), Spare: 2 * time.Minute}
	why, err := w.Serve(t.Context(), quick(0, &ran))
	if err != nil || why != "its time is nearly up" || ran.Load() != 0 {
		t.Errorf("%s, %v, %d begun", why, err, ran.Load())
	}
}

// What nobody wants is ended, and no other worker takes it up.
func TestCancelReachesWorkers(t *testing.T) {
	dir := t.TempDir()
	h := open(t, dir, Disk{})
	if err := h.Offer(items(2), 2); err != nil {
		t.Fatal(err)
	}
	var ran atomic.Int64
	serve(t, t.Context(), dir, Disk{}, 1, quick(time.Hour, &ran))
	time.Sleep(100 * time.Millisecond)
	if err := h.Cancel([]string{"0", "1"}); err != nil {
		t.Fatal(err)
	}
	h.Forget("1")
	got := drain(t, h, 1, 10*time.Second)
	if got["0"].Result.Record.Status != trial.Cancelled {
		t.Errorf("%+v", got["0"])
	}
	if err := h.Stop("kill"); err != nil {
		t.Fatal(err)
	}
}

// A worker whose listings are old sees chunks that it has taken itself: it does not take
// them again.
func TestOldListingsShowNoNewWork(t *testing.T) {
	dir := t.TempDir()
	h := open(t, dir, Disk{})
	if err := h.Offer(items(20), 2); err != nil {
		t.Fatal(err)
	}
	old := newFaulty(0)
	old.cached = time.Hour
	var ran atomic.Int64
	wait := serve(t, t.Context(), dir, old, 1, quick(0, &ran))
	drain(t, h, 20, 20*time.Second)
	wait()
	if ran.Load() != 20 {
		t.Errorf("%d executions of 20", ran.Load())
	}
}
