package queue

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/trial"
)

// Run runs one trial in slot i of a worker. What it keeps goes into kept/KEY. It
// returns the result and the path of the plugin on this machine.
type Run func(ctx context.Context, slot int, req trial.Request, kept string) (trial.Result, string)

// A Worker takes chunks of requests from a queue and runs them.
type Worker struct {
	Dir   string
	Files Files
	Slots int
	Job   string        // of the scheduler, for people
	Until time.Time     // its machine is taken away then; zero: never
	Spare time.Duration // before Until it hands back what has not begun
	Say   func(format string, args ...any)

	folder
	terms   Terms
	name    string
	node    string
	mu      sync.Mutex
	chunks  map[string]*taken // by name of the file
	had     map[string]bool   // every chunk that it took
	running map[string]context.CancelFunc
	done    int
	count   int64
	outs    int
	bundle  []Outcome
	alive   time.Time // last beat that reached the disk
	longest time.Duration
}

// taken is a chunk in the worker's own folder.
type taken struct {
	waiting []Item
	left    int // not yet in a file of results
}

var (
	errFenced = errors.New("the host has given this worker up: it was not heard of for too long")
	errKilled = errors.New("the host ends its workers")
)

// Serve works until there is nothing more to do, the host says so, the time is up, or
// ctx ends: then it ends what runs (what is resumable has its checkpoint) and hands
// back what it has not done. It returns why it ended.
func (w *Worker) Serve(ctx context.Context, run Run) (why string, err error) {
	if w.terms, err = TermsOf(w.Dir, w.Files); err != nil {
		return "", err
	}
	w.folder = folder{w.Dir, w.Files}
	w.node, _ = os.Hostname()
	if n := os.Getenv("SLURMD_NODENAME"); n != "" {
		w.node = n
	}
	w.name = fmt.Sprintf("%s-%d-%s", strings.ReplaceAll(w.node, "/", "_"), os.Getpid(), rand.Text()[:8])
	w.chunks, w.had, w.running = map[string]*taken{}, map[string]bool{}, map[string]context.CancelFunc{}
	if err := w.Files.Make(w.at("workers", w.name)); err != nil {
		return "", err
	}
	w.alive = time.Now()
	if err := w.beat(""); err != nil {
		return "", err
	}
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	var pulse sync.WaitGroup
	stopPulse := make(chan struct{})
	pulse.Go(func() { w.pulse(stopPulse, end) })

	why = w.work(ctx, run)

	close(stopPulse)
	pulse.Wait()
	if cause := context.Cause(ctx); errors.Is(cause, errFenced) {
		return cause.Error(), nil // nothing here is its own any more
	} else if cause != nil {
		why = cause.Error()
	}
	return why, w.leave(why)
}

// work runs what it gets in all slots until one of the reasons to end.
func (w *Worker) work(ctx context.Context, run Run) (why string) {
	free := make(chan int, w.Slots)
	for i := range w.Slots {
		free <- i
	}
	var work sync.WaitGroup
	defer work.Wait()
	idle := time.Now()
	for {
		var slot int
		select {
		case <-ctx.Done():
			return "it was told to end"
		case slot = <-free:
		}
		for {
			if why := w.enough(); why != "" {
				return why
			}
			it, name, ok := w.next()
			if ok {
				own, cancel := context.WithCancel(ctx)
				w.begin(it, cancel)
				work.Go(func() {
					w.one(own, run, slot, it, name)
					cancel()
					free <- slot
				})
				idle = time.Now()
				break
			}
			if w.busy() {
				idle = time.Now()
			}
			if w.terms.Idle > 0 && time.Since(idle) > time.Duration(w.terms.Idle) {
				return "there is nothing more to do"
			}
			select {
			case <-ctx.Done():
				return "it was told to end"
			case <-time.After(w.pause()):
			}
		}
	}
}

// pause is how long a worker waits that has found nothing.
func (w *Worker) pause() time.Duration {
	return max(time.Duration(w.terms.Beat)/20, 20*time.Millisecond)
}

// enough says why nothing more is begun.
func (w *Worker) enough() string {
	w.mu.Lock()
	longest := w.longest
	w.mu.Unlock()
	if !w.Until.IsZero() && time.Until(w.Until) < w.Spare+longest {
		return "its time is nearly up"
	}
	if text, _, err := w.Files.Read(w.at("stop")); err == nil && len(text) > 0 {
		return "the host takes no more"
	}
	return ""
}

func (w *Worker) busy() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.running) > 0
}

func (w *Worker) begin(it Item, cancel context.CancelFunc) {
	w.mu.Lock()
	w.running[it.Request.Attempt] = cancel
	w.mu.Unlock()
}

// next is the next request of a chunk that the worker has, or of one that it takes.
func (w *Worker) next() (it Item, name string, ok bool) {
	for range 2 {
		w.mu.Lock()
		for _, name := range slices.Sorted(maps.Keys(w.chunks)) {
			if c := w.chunks[name]; len(c.waiting) > 0 {
				it, c.waiting = c.waiting[0], c.waiting[1:]
				w.mu.Unlock()
				return it, name, true
			}
		}
		w.mu.Unlock()
		if !w.take() {
			return Item{}, "", false
		}
	}
	return Item{}, "", false
}

// take takes a chunk. Whatever rename said, the worker's own folder says what it has:
// over NFS a rename that happened may be reported as failed, when the server's answer
// was lost and the request sent again.
func (w *Worker) take() bool {
	from := start(w.name)
	for i := range shards {
		s := shard(from + i)
		names, err := w.Files.List(w.at("todo", s))
		if err != nil {
			continue
		}
		for _, n := range names {
			if !strings.HasPrefix(n, "chunk-") || w.had[n] { // a listing may be old
				continue
			}
			_ = w.Files.Rename(w.at("todo", s, n), w.at("workers", w.name, n))
			var c chunk
			if _, err := w.read(&c, "workers", w.name, n); err != nil {
				continue // somebody else has it
			}
			w.had[n] = true
			w.mu.Lock()
			w.chunks[n] = &taken{waiting: c.Items, left: len(c.Items)}
			w.mu.Unlock()
			return true
		}
	}
	return false
}

// one runs a request and keeps its outcome for the next file of results.
func (w *Worker) one(ctx context.Context, run Run, slot int, it Item, name string) {
	began := time.Now()
	execution := w.name + "." + it.Request.Attempt
	res, path := run(ctx, slot, it.Request, w.at("kept", execution))
	w.mu.Lock()
	defer w.mu.Unlock()
	_, wanted := w.running[it.Request.Attempt]
	delete(w.running, it.Request.Attempt)
	if f := res.Record.Failure; ctx.Err() != nil && wanted && f != nil && f.Kind == failure.Cancelled {
		if c := w.chunks[name]; c != nil { // it is for another worker to do
			c.waiting = append(c.waiting, it)
		}
		return
	}
	w.done++
	w.longest = max(w.longest, time.Since(began))
	w.bundle = append(w.bundle, Outcome{Result: res, Execution: execution, Node: w.node, Path: path})
	if c := w.chunks[name]; c != nil {
		c.left--
	}
}

// pulse gives signs of life, puts results down, and listens to the host.
func (w *Worker) pulse(stop <-chan struct{}, end context.CancelCauseFunc) {
	period := time.Duration(w.terms.Beat)
	flush := time.NewTicker(max(period/20, 20*time.Millisecond))
	defer flush.Stop()
	beat := time.Now()
	for {
		select {
		case <-stop:
			return
		case <-flush.C:
		}
		// A worker that was stopped for longer than its lease is fenced off, and may
		// not know it yet: its processes end before anything else.
		if w.silent() > time.Duration(w.terms.Lease) {
			end(errFenced)
			return
		}
		if err := w.deliver(); errors.Is(err, fs.ErrNotExist) {
			end(errFenced)
			return
		}
		if time.Since(beat) < period {
			continue
		}
		beat = time.Now()
		if err := w.beat(""); errors.Is(err, fs.ErrNotExist) {
			end(errFenced)
			return
		}
		w.listen(end)
	}
}

// silent is for how long no sign of life has reached the disk, by whichever clock says
// more: the monotonic one stands still while a machine sleeps.
func (w *Worker) silent() time.Duration {
	return max(time.Since(w.alive), time.Now().Round(0).Sub(w.alive.Round(0)))
}

// listen looks at what the host wants.
func (w *Worker) listen(end context.CancelCauseFunc) {
	if text, _, err := w.Files.Read(w.at("stop")); err == nil && string(text) == "kill" {
		end(errKilled)
		return
	}
	var unwanted []string
	if _, err := w.read(&unwanted, "cancel"); err != nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, a := range unwanted {
		if cancel, ok := w.running[a]; ok {
			delete(w.running, a) // its result is a cancelled one, and no other worker's
			cancel()
		}
		for _, c := range w.chunks {
			before := len(c.waiting)
			c.waiting = slices.DeleteFunc(c.waiting, func(it Item) bool { return it.Request.Attempt == a })
			c.left -= before - len(c.waiting)
		}
	}
}

// beat writes a sign of life.
func (w *Worker) beat(why string) error {
	w.mu.Lock()
	w.count++
	b := Beat{Count: w.count, Node: w.node, PID: os.Getpid(), Job: w.Job, Slots: w.Slots, Done: w.done,
		Running: slices.Sorted(maps.Keys(w.running)), Ended: why != "", Why: why}
	w.mu.Unlock()
	err := w.put(b, "workers", w.name, "beat")
	if err == nil {
		w.alive = time.Now()
	}
	return err
}

// deliver puts down what has come out, several results in one file, and removes
// chunks of which nothing is left. On a full disk it is tried again.
func (w *Worker) deliver() error {
	w.mu.Lock()
	bundle := w.bundle
	w.mu.Unlock()
	if len(bundle) > 0 {
		if err := w.put(bundle, "workers", w.name, fmt.Sprintf("out-%06d", w.outs)); err != nil {
			return err
		}
		w.outs++
	}
	w.mu.Lock()
	w.bundle = w.bundle[len(bundle):]
	var empty []string
	for name, c := range w.chunks {
		if c.left == 0 && len(w.bundle) == 0 {
			empty = append(empty, name)
			delete(w.chunks, name)
		}
	}
	w.mu.Unlock()
	for _, name := range empty {
		if err := w.Files.Remove(w.at("workers", w.name, name)); err != nil {
			return err
		}
	}
	return nil
}

// leave puts down the last results, hands back what waits, and says that it has ended.
// While the disk fails it tries for as long as its lease lasts.
func (w *Worker) leave(why string) error {
	var err error
	for {
		if err = w.handBack(why); err == nil || errors.Is(err, fs.ErrNotExist) || w.silent() > time.Duration(w.terms.Lease) {
			return err
		}
		time.Sleep(w.pause())
	}
}

func (w *Worker) handBack(why string) error {
	if err := w.deliver(); err != nil {
		return err
	}
	w.mu.Lock()
	chunks := maps.Clone(w.chunks)
	w.mu.Unlock()
	for name, c := range chunks {
		if len(c.waiting) > 0 {
			back := "chunk-back-" + w.name + "-" + strings.TrimPrefix(name, "chunk-")
			if len(back) > 200 { // handed on many times
				back = "chunk-back-" + rand.Text()
			}
			if err := w.put(chunk{c.waiting}, "todo", shard(start(name)), back); err != nil {
				return err
			}
		}
		if err := w.Files.Remove(w.at("workers", w.name, name)); err != nil {
			return err
		}
		w.mu.Lock()
		delete(w.chunks, name)
		w.mu.Unlock()
	}
	if names, err := w.Files.List(w.at("workers", w.name)); err == nil && len(names) == 1 && names[0] == "beat" {
		return w.Files.Remove(w.at("workers", w.name)) // nobody has to know of it
	}
	return w.beat(why)
}
