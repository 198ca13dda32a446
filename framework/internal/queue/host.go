package queue

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/assaylab/assay/framework/internal/problem"
)

// lives is how many executions of an attempt may end with their worker, until it is
// taken for the one who ends them.
const lives = 3

// Host is the host's end of a queue. Its methods are called by one goroutine.
type Host struct {
	folder
	terms   Terms
	token   string
	chunks  int // written, for their names
	flying  map[string]bool
	Workers map[string]Beat      // that are alive, by name
	silent  map[string]time.Time // since when a worker has a folder and no beat
	gone    []Item               // given up: they ended too many workers
}

// Open takes a queue's folder over: whoever had it before finds another token.
func Open(dir string, files Files, terms Terms) (*Host, error) {
	terms.Version = Version
	h := &Host{folder: folder{dir, files}, terms: terms, token: rand.Text(), flying: map[string]bool{}, silent: map[string]time.Time{}, Workers: map[string]Beat{}}
	for _, d := range []string{"workers", "ended", "kept"} {
		if err := files.Make(h.at(d)); err != nil {
			return nil, err
		}
	}
	for i := range shards {
		if err := files.Make(h.at("todo", shard(i))); err != nil {
			return nil, err
		}
	}
	for _, old := range []string{"stop", "cancel"} {
		if err := files.Remove(h.at(old)); err != nil {
			return nil, err
		}
	}
	return h, errors.Join(files.Put(h.at("host"), []byte(h.token)), h.put(terms, "queue.json"))
}

func shard(i int) string { return fmt.Sprintf("%02x", i%shards) }

// ErrTakenOver says that another host has the queue now.
var ErrTakenOver = errors.New("the queue was taken over by another host")

// Mine reports that another host has taken the queue over.
func (h *Host) Mine() error {
	text, _, err := h.files.Read(h.at("host"))
	if err == nil && string(text) != h.token {
		return problem.Advise(fmt.Errorf("%s: %w", h.dir, ErrTakenOver), "this one ends; what it had handed out is the other's now")
	}
	return err
}

// Offer puts requests where workers find them, at most size of them in a chunk.
func (h *Host) Offer(items []Item, size int) error {
	for len(items) > 0 {
		n := min(size, len(items))
		if err := h.offer(items[:n]); err != nil {
			return err
		}
		items = items[n:]
	}
	return nil
}

func (h *Host) offer(items []Item) error {
	h.chunks++
	name := fmt.Sprintf("chunk-%s-%06d", h.token[:8], h.chunks)
	if err := h.put(chunk{items}, "todo", shard(h.chunks), name); err != nil {
		return err
	}
	for _, it := range items {
		h.flying[it.Request.Attempt] = true
	}
	return nil
}

// Found lists the attempts that wait, run, or have a result that no host has taken in,
// from before Open.
func (h *Host) Found() ([]string, error) {
	var out []string
	add := func(attempt string) {
		if !h.flying[attempt] {
			h.flying[attempt] = true
			out = append(out, attempt)
		}
	}
	folders := [][]string{}
	for i := range shards {
		folders = append(folders, []string{"todo", shard(i)})
	}
	for _, kind := range []string{"workers", "ended"} {
		names, err := h.files.List(h.at(kind))
		if err != nil {
			return nil, err
		}
		for _, n := range names {
			folders = append(folders, []string{kind, n})
		}
	}
	for _, f := range folders {
		names, err := h.files.List(h.at(f...))
		if err != nil {
			return nil, err
		}
		for _, n := range names {
			switch {
			case strings.HasPrefix(n, "chunk-"):
				items, err := h.chunk(append(f, n)...)
				if err != nil {
					return nil, err
				}
				for _, it := range items {
					add(it.Request.Attempt)
				}
			case strings.HasPrefix(n, "out-"):
				outcomes, err := h.outcomes(append(f, n)...)
				if err != nil {
					return nil, err
				}
				for _, o := range outcomes {
					add(o.Result.Attempt)
				}
			}
		}
	}
	return out, nil
}

// chunk reads the items of a file; one that a worker took meanwhile has none.
func (h *Host) chunk(parts ...string) ([]Item, error) {
	var c chunk
	if _, err := h.read(&c, parts...); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", h.at(parts...), err)
	}
	return c.Items, nil
}

func (h *Host) outcomes(parts ...string) (out []Outcome, err error) {
	text, _, err := h.files.Read(h.at(parts...))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &out); err != nil {
		return nil, fmt.Errorf("%s: %w", h.at(parts...), err)
	}
	return out, nil
}

// Forget says that nobody waits for an attempt any more. Workers hear of it by Cancel.
func (h *Host) Forget(attempt string) { delete(h.flying, attempt) }

// Has reports whether somebody waits for an attempt that is out.
func (h *Host) Has(attempt string) bool { return h.flying[attempt] }

// Out are the attempts that are out.
func (h *Host) Out() []string { return slices.Sorted(maps.Keys(h.flying)) }

// Flying is how many attempts are out.
func (h *Host) Flying() int { return len(h.flying) }

// Cancel tells workers which attempts nobody wants.
func (h *Host) Cancel(attempts []string) error { return h.put(attempts, "cancel") }

// Stop tells workers to end: "drain" after what they are at, "kill" at once.
func (h *Host) Stop(how string) error { return h.files.Put(h.at("stop"), []byte(how)) }

// Withdraw takes back what no worker has taken.
func (h *Host) Withdraw() (out []Item, err error) {
	for i := range shards {
		names, err := h.files.List(h.at("todo", shard(i)))
		if err != nil {
			return out, err
		}
		for _, n := range names {
			if !strings.HasPrefix(n, "chunk-") {
				continue
			}
			back := h.at("ended", n) // by rename: a worker takes it or we do
			if h.files.Rename(h.at("todo", shard(i), n), back) != nil {
				continue
			}
			items, err := h.chunk("ended", n)
			if err != nil {
				return out, err
			}
			for _, it := range items {
				if h.flying[it.Request.Attempt] {
					out = append(out, it)
				}
			}
			if err := h.files.Remove(back); err != nil {
				return out, err
			}
		}
	}
	return out, nil
}

// Delivery is a file of results. Done removes it, once they are recorded.
type Delivery struct {
	Outcomes []Outcome // of attempts that somebody waits for, each once
	Done     func() error
}

// found is what one look at a worker's folder saw.
type found struct {
	kind, name string
	beat       Beat
	at         time.Time // of the beat, by the server's clock
	files      []string
	silent     bool // it has no beat yet
	err        error
}

// Look goes through the workers once: it returns the results that they have put down,
// and gives up those that gave no sign of life for a lease; what these had not done
// waits again. A disk that fails delays all that: the error is of the moment.
func (h *Host) Look() (out []Delivery, err error) {
	if err := h.Mine(); err != nil {
		return nil, err
	}
	now, err := h.now()
	if err != nil {
		return nil, err
	}
	seen, err := h.survey()
	if err != nil {
		return nil, err
	}
	alive := map[string]Beat{}
	for _, f := range seen {
		if f.err != nil {
			err = errors.Join(err, f.err)
			continue
		}
		waiting := 0 // files of results
		for _, n := range f.files {
			if strings.HasPrefix(n, "out-") {
				waiting++
				d, wrong := h.deliver(f.kind, f.name, n)
				if wrong != nil {
					err = errors.Join(err, wrong)
					continue
				}
				out = append(out, d)
			}
		}
		if f.silent {
			if _, ok := h.silent[f.name]; !ok {
				h.silent[f.name] = now
			}
			f.at = h.silent[f.name]
		} else {
			delete(h.silent, f.name)
		}
		switch {
		case f.kind == "ended" || f.beat.Ended:
			if waiting == 0 { // its results are taken in first: next time
				err = errors.Join(err, h.bury(f))
			}
		case now.Sub(f.at) > time.Duration(h.terms.Lease):
			// What it has put down until the rename is looked at the next time.
			err = errors.Join(err, h.files.Rename(h.at("workers", f.name), h.at("ended", f.name)))
		default:
			alive[f.name] = f.beat
		}
	}
	h.Workers = alive
	return out, err
}

// now is the file server's time.
func (h *Host) now() (time.Time, error) {
	if err := h.files.Put(h.at("clock"), []byte(h.token)); err != nil {
		return time.Time{}, err
	}
	_, at, err := h.files.Read(h.at("clock"))
	return at, err
}

// survey looks into the folders of all workers, many at a time: a file server takes
// milliseconds to answer, and has many disks.
func (h *Host) survey() ([]found, error) {
	var out []found
	for _, kind := range []string{"workers", "ended"} {
		names, err := h.files.List(h.at(kind))
		if err != nil {
			return nil, err
		}
		for _, n := range names {
			if !strings.HasPrefix(n, ".") && !strings.HasPrefix(n, "chunk-") {
				out = append(out, found{kind: kind, name: n})
			}
		}
	}
	var work sync.WaitGroup
	places := make(chan struct{}, 32)
	for i := range out {
		places <- struct{}{}
		work.Go(func() {
			defer func() { <-places }()
			f := &out[i]
			f.at, f.err = h.read(&f.beat, f.kind, f.name, "beat")
			if errors.Is(f.err, fs.ErrNotExist) && f.kind == "ended" {
				f.err = nil
			}
			if f.err == nil {
				f.files, f.err = h.files.List(h.at(f.kind, f.name))
			} else if errors.Is(f.err, fs.ErrNotExist) { // it is about to write its first, or has ended
				f.err, f.silent = nil, true
			}
		})
	}
	work.Wait()
	return out, nil
}

func (h *Host) deliver(kind, worker, name string) (Delivery, error) {
	outcomes, err := h.outcomes(kind, worker, name)
	d := Delivery{Done: func() error { return h.files.Remove(h.at(kind, worker, name)) }}
	for _, o := range outcomes {
		if h.flying[o.Result.Attempt] { // the first that comes counts
			delete(h.flying, o.Result.Attempt)
			d.Outcomes = append(d.Outcomes, o)
		} else {
			_ = h.files.Remove(h.at("kept", o.Execution))
		}
	}
	return d, err
}

// bury removes the folder of a worker that is no more, after what it had not done
// waits again: if this host is killed between the two, two workers do it, and the
// first result counts.
func (h *Host) bury(f found) error {
	running := map[string]bool{}
	for _, a := range f.beat.Running {
		running[a] = true
	}
	for _, n := range f.files {
		if !strings.HasPrefix(n, "chunk-") {
			continue
		}
		items, err := h.chunk(f.kind, f.name, n)
		if err != nil {
			return err
		}
		var again []Item
		for _, it := range items {
			if !h.flying[it.Request.Attempt] {
				continue
			}
			if running[it.Request.Attempt] {
				it.Lost++
			}
			if it.Lost >= lives {
				delete(h.flying, it.Request.Attempt)
				h.gone = append(h.gone, it)
				continue
			}
			again = append(again, it)
		}
		if len(again) > 0 {
			if err := h.Offer(again, max(1, len(again)/4)); err != nil {
				return err
			}
		}
	}
	return h.files.Remove(h.at(f.kind, f.name))
}

// Lost are attempts that ended as many workers as they may, each told once.
func (h *Host) Lost() []Item {
	out := h.gone
	h.gone = nil
	return out
}

// Kept is where an execution has put what is kept of its trial.
func (h *Host) Kept(execution string) string { return h.at("kept", execution) }

// Clean removes what an execution kept.
func (h *Host) Clean(execution string) { _ = h.files.Remove(h.Kept(execution)) }

// start is where a worker begins to look: not all at the same shard.
func start(worker string) int {
	f := fnv.New32a()
	f.Write([]byte(worker))
	return int(f.Sum32() % shards)
}

// TermsOf reads what a queue's host says.
func TermsOf(dir string, files Files) (t Terms, err error) {
	if _, err = (folder{dir, files}).read(&t, "queue.json"); err != nil {
		return t, problem.Advise(fmt.Errorf("%s is no queue: %w", dir, err), "\"assay run\" of a sweep with run: {executor: queue} makes RESULTS/queue")
	}
	if t.Version != Version {
		return t, problem.New(fmt.Sprintf("%s is a queue of version %d, and this assay serves version %d", dir, t.Version, Version), "use the assay that \"assay run\" was started with")
	}
	return t, nil
}
