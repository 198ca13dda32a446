package view

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/assaylab/assay/framework/internal/control"
	"github.com/assaylab/assay/framework/internal/study"
	"github.com/assaylab/assay/framework/internal/trial"
	"github.com/assaylab/assay/framework/metric"
)

// site is a server over a results folder, and a run that a test plays.
type site struct {
	*Server
	results string
	drained atomic.Int32
	stopped atomic.Int32
}

func serve(t *testing.T, sweeps ...string) *site {
	t.Helper()
	s := &site{results: t.TempDir()}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var list []Sweep
	for _, name := range sweeps {
		list = append(list, Sweep{Name: name, Results: s.results,
			Page: func(context.Context) ([]byte, error) {
				if name == "broken" {
					return nil, errors.New("there is no such sweep")
				}
				return []byte("<title>" + name + "</title>"), nil
			},
			Counts: func(context.Context) (Counts, error) { return Counts{3, 8, 1}, nil }})
	}
	s.Server = Serve(listener, list)
	t.Cleanup(func() { s.Close() })
	return s
}

// begin plays a run of a sweep in the results folder.
func (s *site) begin(t *testing.T, sweep string) *control.Server {
	t.Helper()
	private, err := os.MkdirTemp("", "view") // paths of sockets are short
	if err != nil {
		t.Fatal(err)
	}
	c, err := control.Serve(private, s.results, sweep, control.Brake{
		Drain: func() { s.drained.Add(1) }, Stop: func() { s.stopped.Add(1) }, Draining: func() bool { return s.drained.Load() > 0 }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(); os.RemoveAll(private) })
	return c
}

// visitor is a browser that was given the address.
func (s *site) visitor(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &http.Client{Jar: jar}
	r, err := c.Get(s.Address())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusOK || strings.Contains(r.Request.URL.String(), "token") {
		t.Fatalf("%s: %s", r.Request.URL, r.Status)
	}
	return c
}

func (s *site) url(path string) string { return "http://" + s.hosts[0] + path }

// lines are the messages of a stream until one of them has what is waited for.
func lines(t *testing.T, c *http.Client, url string, until func(line string) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := c.Do(req)
	if err != nil {
		t.Error(err)
		return
	}
	defer r.Body.Close()
	for in := bufio.NewScanner(r.Body); in.Scan(); {
		if until(in.Text()) {
			return
		}
	}
	t.Errorf("%s ended too early: %v", url, ctx.Err())
}

// Nobody is let in without the token, from the page of another origin, or under
// another name of this machine; nobody who looks can do more than look and brake.
func TestGuard(t *testing.T) {
	s := serve(t, "one")
	in := s.visitor(t)
	ask := func(c *http.Client, method, path string, change func(*http.Request)) int {
		t.Helper()
		req, err := http.NewRequest(method, s.url(path), nil)
		if err != nil {
			t.Fatal(err)
		}
		if change != nil {
			change(req)
		}
		r, err := c.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		return r.StatusCode
	}
	own := func(r *http.Request) { r.Header.Set("Origin", s.url("")) }
	other := func(r *http.Request) { r.Header.Set("Origin", "http://evil.example") }
	rebound := func(r *http.Request) { r.Host = "evil.example:80" }
	for _, c := range []struct {
		what         string
		client       *http.Client
		method, path string
		change       func(*http.Request)
		want         int
	}{
		{"a visitor", in, "GET", "/0/", nil, 200},
		{"one without token", http.DefaultClient, "GET", "/0/", nil, 403},
		{"one without token, at the events", http.DefaultClient, "GET", "/0/events", nil, 403},
		{"one with a wrong token", http.DefaultClient, "GET", "/?token=0123456789abcdef0123456789abcdef", nil, 403},
		{"one with the token of nothing", http.DefaultClient, "GET", "/?token=", nil, 403},
		{"a visitor from another page", in, "GET", "/0/", other, 403},
		{"a visitor under another name", in, "GET", "/0/", rebound, 421},
		{"the token under another name", http.DefaultClient, "GET", "/?token=" + s.token, rebound, 421},
		{"the token from another page", http.DefaultClient, "GET", "/?token=" + s.token, other, 403},
		{"a brake without an origin", in, "POST", "/0/stop", nil, 403},
		{"a brake from another page", in, "POST", "/0/stop", other, 403},
		{"a brake where nothing runs", in, "POST", "/0/stop", own, 409},
		{"no such sweep", in, "GET", "/1/", nil, 404},
		{"no such sweep, either", in, "GET", "/-1/", nil, 404},
		{"no such page", in, "GET", "/0/../../etc/passwd", nil, 404},
		{"another method", in, "PUT", "/0/", own, 405},
	} {
		if got := ask(c.client, c.method, c.path, c.change); got != c.want {
			t.Errorf("%s: %s %s is %d, want %d", c.what, c.method, c.path, got, c.want)
		}
	}
	r, err := in.Get(s.url("/0/"))
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	for name, want := range map[string]string{"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "frame-ancestors 'none'", "Cross-Origin-Resource-Policy": "same-origin"} {
		if got := r.Header.Get(name); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
}

// A point of a curve reaches fifty browsers within a second, one that comes later is
// told everything, and who does not listen holds nobody up. The run can be braked, and
// ends when it likes.
func TestFollow(t *testing.T) {
	s := serve(t, "one", "two", "broken")
	in := s.visitor(t)
	lines(t, in, s.url("/0/events"), func(line string) bool { return strings.Contains(line, `"done":3,"total":8,"failed":1`) }) // by what is recorded

	run := s.begin(t, "one")
	lines(t, in, s.url("/0/events"), func(line string) bool { return strings.Contains(line, `"stage":"running"`) })
	lines(t, in, s.url("/1/events"), func(line string) bool { return strings.Contains(line, `"stage":""`) }) // of another sweep
	event := func(label string, e trial.Event) {
		e.Attempt = label + "-1"
		run.Watch(study.Event{Event: e, Label: label, Total: 8})
	}
	event("a, seed 1", trial.Event{Started: true})

	deaf, err := in.Get(s.url("/0/events")) // and never read
	if err != nil {
		t.Fatal(err)
	}
	defer deaf.Body.Close()
	var all sync.WaitGroup
	var ready sync.WaitGroup
	var sent atomic.Int64
	var slowest atomic.Int64
	ready.Add(50)
	for range 50 {
		c := s.visitor(t)
		all.Go(func() {
			once := sync.Once{}
			lines(t, c, s.url("/0/events"), func(line string) bool {
				once.Do(ready.Done)
				if !strings.Contains(line, `"name":"loss","step":7,"value":0.5`) {
					return false
				}
				late := time.Now().UnixNano() - sent.Load()
				for old := slowest.Load(); late > old && !slowest.CompareAndSwap(old, late); old = slowest.Load() {
				}
				return true
			})
		})
	}
	ready.Wait()
	sent.Store(time.Now().UnixNano())
	event("a, seed 1", trial.Event{Point: &metric.Point{Name: "loss", Step: 7, Value: 0.5}})
	all.Wait()
	t.Logf("the point reached the last of 50 browsers after %v", time.Duration(slowest.Load()))
	if late := time.Duration(slowest.Load()); late > 5*time.Second { // a second is the goal; this machine may be busy
		t.Errorf("a point took %v", late)
	}
	lines(t, s.visitor(t), s.url("/0/events"), func(line string) bool {
		return strings.Contains(line, `"whole":true`) && strings.Contains(line, `"step":7`)
	})

	post := func(path string, want int) {
		t.Helper()
		req, err := http.NewRequest(http.MethodPost, s.url(path), nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Origin", s.url(""))
		r, err := in.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		if r.StatusCode != want {
			t.Errorf("%s: %s", path, r.Status)
		}
	}
	post("/0/drain", http.StatusNoContent)
	post("/1/drain", http.StatusConflict)
	if s.drained.Load() != 1 || s.stopped.Load() != 0 {
		t.Errorf("drained %d, stopped %d", s.drained.Load(), s.stopped.Load())
	}
	lines(t, in, s.url("/0/events"), func(line string) bool { return strings.Contains(line, `"stage":"draining"`) })
	post("/0/stop", http.StatusNoContent)
	if s.stopped.Load() != 1 {
		t.Error("not stopped")
	}
	run.Close()
	lines(t, in, s.url("/0/events"), func(line string) bool { return strings.Contains(line, `"stage":""`) })

	r, err := in.Get(s.url("/2/"))
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if r.StatusCode != http.StatusInternalServerError {
		t.Errorf("a page that cannot be made: %s", r.Status)
	}
}

// The server's end is none of the run's, whose socket stays.
func TestServerEnds(t *testing.T) {
	s := serve(t, "one")
	s.begin(t, "one")
	in := s.visitor(t)
	lines(t, in, s.url("/0/events"), func(line string) bool { return strings.Contains(line, `"stage":"running"`) })
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	c, err := control.Dial(t.Context(), s.results)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if got, err := c.Status(t.Context()); err != nil || got.Stage != "running" {
		t.Errorf("the run: %+v, %v", got, err)
	}
	if _, err := os.Stat(filepath.Join(s.results, "assay.control")); err != nil {
		t.Error(err)
	}
}
