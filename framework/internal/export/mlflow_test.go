package export

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/metric"
)

// fakeMLflow answers the calls that an export makes as the server does, and counts.
type fakeMLflow struct {
	mu          sync.Mutex
	experiments map[string]string
	runs        []*fakeRun
}

type fakeRun struct {
	tags, params map[string]string
	history      map[mlMetric]int // how often a point was written
	latest       map[string]mlMetric
	status       string
}

func (f *fakeMLflow) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var in struct {
		Name    string     `json:"name"`
		ID      string     `json:"run_id"`
		Status  string     `json:"status"`
		Page    string     `json:"page_token"`
		Tags    []mlPair   `json:"tags"`
		Params  []mlPair   `json:"params"`
		Metrics []mlMetric `json:"metrics"`
	}
	text, _ := io.ReadAll(r.Body)
	if bytes.Contains(text, []byte(":null")) || len(text) > 0 && json.Unmarshal(text, &in) != nil {
		http.Error(w, "TypeError: 'NoneType' object is not iterable", http.StatusInternalServerError)
		return
	}
	refuse := func(code, message string) {
		w.WriteHeader(http.StatusBadRequest)
		json.NewEncoder(w).Encode(map[string]string{"error_code": code, "message": message})
	}
	answer := func(v any) { json.NewEncoder(w).Encode(v) }
	var n int
	fmt.Sscanf(in.ID, "run-%d", &n)
	switch path := strings.TrimPrefix(r.URL.Path, "/api/2.0/mlflow/"); path {
	case "experiments/get-by-name":
		id, ok := f.experiments[r.URL.Query().Get("experiment_name")]
		if !ok {
			refuse("RESOURCE_DOES_NOT_EXIST", "there is none")
			return
		}
		answer(map[string]any{"experiment": map[string]string{"experiment_id": id, "lifecycle_stage": "active"}})
	case "experiments/create":
		f.experiments[in.Name] = "7"
		answer(map[string]string{"experiment_id": "7"})
	case "runs/search": // three a page
		from := 0
		fmt.Sscan(in.Page, &from)
		runs := []any{}
		for i := from; i < min(from+3, len(f.runs)); i++ {
			var tags []mlPair
			for k, v := range f.runs[i].tags {
				tags = append(tags, mlPair{k, v})
			}
			var latest []mlMetric
			for _, m := range f.runs[i].latest {
				latest = append(latest, m)
			}
			runs = append(runs, map[string]any{"info": map[string]string{"run_id": fmt.Sprint("run-", i)}, "data": map[string]any{"tags": tags, "metrics": latest}})
		}
		page := map[string]any{"runs": runs}
		if from+3 < len(f.runs) {
			page["next_page_token"] = fmt.Sprint(from + 3)
		}
		answer(page)
	case "runs/create":
		run := &fakeRun{map[string]string{}, map[string]string{}, map[mlMetric]int{}, map[string]mlMetric{}, "RUNNING"}
		for _, t := range in.Tags {
			run.tags[t.Key] = t.Value
		}
		f.runs = append(f.runs, run)
		answer(map[string]any{"run": map[string]any{"info": map[string]string{"run_id": fmt.Sprint("run-", len(f.runs)-1)}}})
	case "runs/update":
		f.runs[n].status = in.Status
		answer(struct{}{})
	case "runs/log-batch":
		if len(in.Params) > 100 || len(in.Params)+len(in.Metrics)+len(in.Tags) > 1000 {
			refuse("INVALID_PARAMETER_VALUE", "a batch of too many")
			return
		}
		for _, p := range in.Params {
			if old, there := f.runs[n].params[p.Key]; there && old != p.Value {
				refuse("INVALID_PARAMETER_VALUE", "params do not change")
				return
			}
			f.runs[n].params[p.Key] = p.Value
		}
		for _, m := range in.Metrics {
			f.runs[n].history[m]++
			f.runs[n].latest[m.Key] = m
		}
		for _, t := range in.Tags {
			f.runs[n].tags[t.Key] = t.Value
		}
		answer(struct{}{})
	default:
		http.NotFound(w, r)
	}
}

// failing lets so many requests through and loses the answer of the next: the server
// has done what it was asked for, and nobody knows.
func failing(h http.Handler, after int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if after--; after >= 0 {
			h.ServeHTTP(w, r)
			return
		}
		h.ServeHTTP(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler)
	})
}

// Wherever an export is interrupted, the next one completes it, and nothing is there
// twice; a third one writes nothing.
func TestMLflowGoesOn(t *testing.T) {
	s := made(t, 8)
	for after := range 40 {
		f := &fakeMLflow{experiments: map[string]string{}}
		server := httptest.NewServer(failing(f, after))
		_, err := Run(t.Context(), s, "mlflow", server.URL)
		server.Close()
		if whole := after >= 3+8*3; (err == nil) != whole {
			t.Fatalf("interrupted after %d requests: %v", after, err)
		}
		server = httptest.NewServer(f)
		parts, err := Run(t.Context(), s, "mlflow", server.URL)
		if err != nil {
			t.Fatalf("after %d requests: %v", after, err)
		}
		again, err := Run(t.Context(), s, "mlflow", server.URL)
		server.Close()
		if err != nil || len(again) != 2 || again[0].Rows != 0 || again[1].Rows != 8 {
			t.Errorf("after %d requests, the third time: %+v, %v", after, again, err)
		}
		if len(f.runs) != 8 || len(f.experiments) != 1 {
			t.Fatalf("after %d requests: %d runs in %d experiments; the second time %+v", after, len(f.runs), len(f.experiments), parts)
		}
		for i, run := range f.runs {
			want := "FINISHED"
			if i%5 == 4 {
				want = "FAILED"
			}
			if run.status != want || run.tags[tagTrial] != fmt.Sprintf("%064x", i+1) || run.params["settings.rule"] != "adam, of course" || run.params["seed"] != fmt.Sprint(uint64(1<<63)+uint64(i/2)) {
				t.Errorf("after %d requests: run %d is %+v", after, i, run)
			}
			points := 0
			for m, n := range run.history {
				if points++; n != 1 {
					t.Errorf("after %d requests: run %d has %+v %d times", after, i, m, n)
				}
			}
			expected := 2
			if i%5 == 4 {
				expected = 0
			}
			if i%3 == 0 {
				expected += 4
			}
			if points != expected {
				t.Errorf("after %d requests: run %d has %d points, want %d", after, i, points, expected)
			}
		}
	}
}

// A run follows its trial: what failed and then succeeded is the same run, and long
// curves and many settings take several batches.
func TestMLflowFollows(t *testing.T) {
	f := &fakeMLflow{experiments: map[string]string{}}
	server := httptest.NewServer(f)
	defer server.Close()
	s := made(t, 5)
	if _, err := Run(t.Context(), s, "mlflow", server.URL); err != nil {
		t.Fatal(err)
	}
	var long store.Line
	for l := range s.Rows() {
		long = l
	}
	if f.runs[4].status != "FAILED" {
		t.Fatalf("%+v", f.runs[4])
	}
	long.Status, long.Failure = "succeeded", nil
	for i := range int64(2500) {
		long.Curves = append(long.Curves, metric.Point{Name: "loss", Step: i, Value: float64(i)})
	}
	for i := range 250 {
		long.Spec.Settings[fmt.Sprintf("s%d", i)] = float64(i)
	}
	long.Spec.Settings["long"] = strings.Repeat("ü", 5000)
	s.Rows = one(long)
	parts, err := Run(t.Context(), s, "mlflow", server.URL)
	if err != nil || len(parts) != 2 || parts[1].What != "runs brought up to date" {
		t.Fatalf("%+v, %v", parts, err)
	}
	run := f.runs[4]
	if len(f.runs) != 5 || run.status != "FINISHED" || len(run.history) != 2500 || run.params["settings.s249"] != "249" || len(run.params["settings.long"]) > maxParam {
		t.Errorf("%d runs, %s, %d points, %d params", len(f.runs), run.status, len(run.history), len(run.params))
	}
}

// What goes wrong is told without a password, and with what to do.
func TestMLflowRefused(t *testing.T) {
	s := made(t, 1)
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	for address, want := range map[string]string{
		"localhost:5000":                "is no address of a server",
		"http://u:secret@127.0.0.1:1/x": "connection refused",
		plain.URL:                       "HTTP status 404",
	} {
		_, err := Run(t.Context(), s, "mlflow", address)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// A real server takes it, and its own client finds every trial once, also after an
// export that was interrupted.
func TestRealMLflow(t *testing.T) {
	program, dir := python(t), t.TempDir()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	ctx, done := context.WithCancel(t.Context())
	defer done()
	c := exec.CommandContext(ctx, program, "-m", "mlflow", "server", "--port", fmt.Sprint(port), "--workers", "1",
		"--backend-store-uri", "sqlite:///"+filepath.Join(dir, "mlflow.db"), "--artifacts-destination", filepath.Join(dir, "artifacts"))
	c.Cancel = func() error { return killGroup(c) }
	ownGroup(c)
	var log strings.Builder
	c.Stdout, c.Stderr, c.WaitDelay = &log, &log, 10*time.Second
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { done(); c.Wait() }()
	base := fmt.Sprintf("http://127.0.0.1:%d", port)
	for wait := time.Now(); ; time.Sleep(200 * time.Millisecond) {
		if answer, err := http.Get(base + "/health"); err == nil {
			answer.Body.Close()
			break
		}
		if time.Since(wait) > 2*time.Minute {
			done()
			c.Wait()
			t.Fatalf("the server does not answer\n%s", &log)
		}
	}
	to, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	s := made(t, 8)
	proxy := httptest.NewServer(failing(httputil.NewSingleHostReverseProxy(to), 13))
	_, err = Run(t.Context(), s, "mlflow", proxy.URL)
	proxy.Close()
	if err == nil {
		t.Fatal("it was not interrupted")
	}
	for range 2 {
		if _, err := Run(t.Context(), s, "mlflow", base); err != nil {
			done()
			c.Wait()
			t.Fatalf("%v\n%s", err, &log)
		}
	}
	out := ask(t, "runs.py", base)
	for _, want := range []string{
		"runs 8 trials 8", "FAILED 1 FINISHED 7", "rule adam, of course rate 0.1 width 8 seed 9223372036854775808", "score 0.3333333333333333 -1e-300",
		"history [(0, 1.0), (10, 0.5), (20, 0.3333333333333333), (30, 0.25)]", "start 2026-03-04 05:06:07.891000+00:00",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}
