package view

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/report"
	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/study"
	"github.com/assaylab/assay/framework/internal/trial"
	"github.com/assaylab/assay/framework/metric"
)

// hostile are texts that a plugin or a user may put anywhere.
func hostile() (out []string) {
	for _, run := range []string{"pwned=1", "alert(1)", "fetch('/x')", "location='about:blank'", "document.body.innerHTML=''"} {
		out = append(out, "<script>"+run+"</script>", "</script><script>"+run+"</script>", `"><img src=x onerror="`+run+`">`, "<svg onload="+run+">", "javascript:"+run,
			"</title></style></pre><script>"+run+"</script>", "\n\ndata: {\"state\":{}}\n\n"+run, `<iframe srcdoc="<script>`+run+`</script>">`, "\u202e\u2028<b onmouseover="+run+">", "${"+run+"}'\"`"+strings.Repeat("W", 300))
	}
	return out
}

// browser is a headless Chromium that was given the address; it collects what must not
// be: requests elsewhere, errors, dialogs that nobody asked for.
type browser struct {
	context.Context
	mu    sync.Mutex
	wrong []string
	asked int // dialogs
}

func (b *browser) note(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.wrong = append(b.wrong, fmt.Sprintf(format, args...))
}

func visit(t *testing.T, s *site, path string, width int64) *browser {
	t.Helper()
	exe, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("there is no chromium: .ci/run installs it")
		}
		t.Skip("there is no chromium")
	}
	alloc, stop := chromedp.NewExecAllocator(t.Context(), append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(exe), chromedp.NoSandbox)...)
	t.Cleanup(stop)
	ctx, stop := chromedp.NewContext(alloc, chromedp.WithErrorf(func(string, ...any) {}))
	t.Cleanup(stop)
	ctx, stop = context.WithTimeout(ctx, 60*time.Second)
	t.Cleanup(stop)
	b := &browser{Context: ctx}
	chromedp.ListenTarget(ctx, func(event any) {
		switch e := event.(type) {
		case *network.EventRequestWillBeSent:
			if u := e.Request.URL; !strings.HasPrefix(u, s.url("/")) && !strings.HasPrefix(u, "data:") && !strings.HasPrefix(u, "blob:") {
				b.note("request: %s", u)
			}
		case *runtime.EventConsoleAPICalled:
			if e.Type == runtime.APITypeError || e.Type == runtime.APITypeWarning {
				b.note("console: %s", e.Args[0].Value)
			}
		case *log.EventEntryAdded:
			if e.Entry.Level == log.LevelError {
				b.note("log: %s", e.Entry.Text)
			}
		case *runtime.EventExceptionThrown:
			b.note("exception: %v", e.ExceptionDetails)
		case *page.EventJavascriptDialogOpening:
			b.mu.Lock()
			b.asked++
			b.mu.Unlock()
			if e.Type != page.DialogTypeConfirm {
				b.note("dialog: %s", e.Message)
			}
			go chromedp.Run(ctx, page.HandleJavaScriptDialog(true))
		}
	})
	b.run(t, network.Enable(), runtime.Enable(), log.Enable(), emulation.SetDeviceMetricsOverride(width, 900, 1, false),
		chromedp.Navigate(s.Address()), chromedp.Navigate(s.url(path)), chromedp.WaitVisible(`html[data-live]`, chromedp.ByQuery))
	return b
}

func (b *browser) run(t *testing.T, actions ...chromedp.Action) {
	t.Helper()
	if err := chromedp.Run(b, actions...); err != nil {
		t.Fatal(err, b.wrong)
	}
}

// soon waits until a condition holds on the page.
func (b *browser) soon(t *testing.T, condition string) (took time.Duration) {
	t.Helper()
	began := time.Now()
	for time.Since(began) < 20*time.Second {
		var ok bool
		b.run(t, chromedp.Evaluate(condition, &ok))
		if ok {
			return time.Since(began)
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("on the page, this does not come to hold: %s", condition)
	return time.Since(began)
}

func (b *browser) quiet(t *testing.T) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, w := range b.wrong {
		t.Error(w)
	}
}

// screenshot writes what is seen to ASSAY_SCREENSHOTS, for people to look at.
func (b *browser) screenshot(t *testing.T, name string) {
	t.Helper()
	dir := os.Getenv("ASSAY_SCREENSHOTS")
	if dir == "" {
		return
	}
	var png []byte
	b.run(t, chromedp.CaptureScreenshot(&png))
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		t.Fatal(err)
	}
}

// pages is a server of a real page with four trials that run.
func pages(t *testing.T, word func(i int) string) (*site, func(i int, e trial.Event)) {
	t.Helper()
	s := &site{results: t.TempDir()}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	name := "live " + word(0)
	s.Server = Serve(listener, []Sweep{{Name: name, Results: s.results,
		Page: func(context.Context) ([]byte, error) {
			p, err := report.New(report.Options{Sweep: name, File: "live.yaml", Version: "test", Redact: true, Live: true}, nil, func(yield func(store.Line, error) bool) {
				l := store.Line{MethodID: word(1), Dataset: word(2), Record: trial.Record{Key: strings.Repeat("ab", 32), Status: trial.Failed}}
				l.Failure = &failure.Failure{Kind: failure.Crash, Reason: word(3), Hint: word(4), Stderr: []string{word(5)}}
				l.Spec.Settings = trial.Settings{word(6): word(7)}
				yield(l, nil)
			})
			if err != nil {
				return nil, err
			}
			var b bytes.Buffer
			err = p.Write(&b)
			return b.Bytes(), err
		},
		Counts: func(context.Context) (Counts, error) { return Counts{0, 8, 1}, nil }}})
	t.Cleanup(func() { s.Close() })
	run := s.begin(t, name)
	tell := func(i int, e trial.Event) {
		e.Attempt = fmt.Sprint("attempt-", i)
		run.Watch(study.Event{Event: e, Slot: i, Label: word(10 + i), Done: 0, Total: 8})
	}
	for i := range 4 {
		tell(i, trial.Event{Started: true, Node: word(20 + i)})
		tell(i, trial.Event{Progress: &trial.Progress{Stage: "train", Done: 3, Total: 60, Unit: word(30)}})
	}
	return s, tell
}

// With four trials at work a point of a curve is on the page within a second; the
// brake asks first; the page says when the server has gone, and when trials have ended.
func TestLivePage(t *testing.T) {
	s, tell := pages(t, func(i int) string { return fmt.Sprint("word-", i) })
	b := visit(t, s, "/0/", 1200)
	b.soon(t, `document.querySelectorAll("#now-running tbody tr").length === 4`)
	b.soon(t, `document.getElementById("now-words").textContent.startsWith("0 of 8 trials, 0 failed, running")`)
	var slowest time.Duration
	for step := range 5 {
		for i := range 4 {
			tell(i, trial.Event{Point: &metric.Point{Name: "loss", Step: int64(step), Value: 1 / float64(1+step+i)}})
		}
		slowest = max(slowest, b.soon(t, fmt.Sprintf(`document.documentElement.dataset.points === "%d"`, 4*(step+1))))
	}
	t.Logf("a point is drawn after at most %v", slowest)
	if slowest > 5*time.Second { // a second is the goal; this machine may be busy
		t.Errorf("a point is drawn after %v", slowest)
	}
	b.soon(t, `document.querySelectorAll("#now-charts canvas").length === 1`)
	b.screenshot(t, "view-light")
	b.run(t, emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}))
	b.screenshot(t, "view-dark")
	b.run(t, chromedp.Click("#now-drain", chromedp.ByID))
	b.soon(t, `document.getElementById("now-words").textContent.includes("draining")`)
	b.soon(t, `document.getElementById("now-drain").disabled && !document.getElementById("now-stop").disabled`)
	b.run(t, chromedp.Click("#now-stop", chromedp.ByID))
	for end := time.Now().Add(10 * time.Second); s.stopped.Load() == 0 && time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
	}
	if s.drained.Load() != 2 || s.stopped.Load() != 1 || b.asked != 2 {
		t.Errorf("drained %d, stopped %d, asked %d times", s.drained.Load(), s.stopped.Load(), b.asked)
	}
	b.quiet(t)
	s.Close()
	b.soon(t, `!document.getElementById("now-lost").hidden && document.getElementById("now-stop").disabled`)
}

// Texts of plugins, users and nodes stay texts, and keep the page in its width.
func TestHostileStrings(t *testing.T) {
	texts := hostile()
	for from := 0; from < len(texts); from += 25 {
		s, tell := pages(t, func(i int) string { return texts[(from+i)%len(texts)] })
		b := visit(t, s, "/0/", 375)
		b.soon(t, `document.querySelectorAll("#now-running tbody tr").length === 4`) // the server has found the run
		for i := range 4 {
			for k := range 3 {
				tell(i, trial.Event{Point: &metric.Point{Name: texts[(from+k)%len(texts)], Step: 1, Value: float64(i)}})
			}
		}
		b.soon(t, `document.documentElement.dataset.points === "12"`)
		b.soon(t, `document.querySelectorAll("#now-running tbody tr").length === 4`)
		time.Sleep(300 * time.Millisecond) // for what would run
		b.soon(t, `globalThis.pwned === undefined && document.documentElement.scrollWidth <= 375`)
		b.soon(t, `document.querySelectorAll("script").length === 4 && document.querySelectorAll("iframe, object, embed, base, svg").length === 0`)
		b.screenshot(t, fmt.Sprint("view-hostile-", from))
		if b.asked != 0 {
			t.Errorf("%d dialogs", b.asked)
		}
		b.quiet(t)
	}
}
