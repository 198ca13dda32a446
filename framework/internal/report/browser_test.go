package report

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"iter"
	"math/rand/v2"
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
	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/table"
	"github.com/assaylab/assay/framework/internal/trial"
	"github.com/assaylab/assay/framework/metric"
)

// made is a sweep of n trials that never ran, of which some failed; name and word
// stand wherever a plugin or a user may put a text.
func made(t *testing.T, n int, name func(i int) string, word func(i int) string) *Page {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	var obs []table.Observation
	var lines []store.Line
	const methods = 10
	for i := range n {
		m := name(i % methods)
		l := store.Line{MethodID: m, Dataset: "tiny", Record: trial.Record{Key: fmt.Sprintf("%016x%016x%016x%016x", rng.Uint64(), rng.Uint64(), rng.Uint64(), rng.Uint64()), Status: trial.Succeeded}}
		l.Spec = trial.Spec{Method: m, Version: "1", Seed: uint64(i / methods), Settings: trial.Settings{"rate": rng.Float64(), "width": 8 << rng.IntN(4), "kind": word(i)}}
		l.Provenance.CPUSec = rng.Float64()
		if i%50 == 7 {
			l.Status = trial.Failed
			l.Failure = &failure.Failure{Kind: failure.Crash, Reason: word(i), Hint: word(i + 1), Stderr: []string{word(i + 2), word(i + 3)}}
		} else {
			for k := range 12 {
				l.Metrics = append(l.Metrics, metric.Value{Name: fmt.Sprintf("m%d", k/2), Split: []string{"train", "test"}[k%2], Goal: metric.Max, Value: rng.Float64()})
			}
			if i < 40 {
				for s := range 20 {
					l.Curves = append(l.Curves, metric.Point{Name: "loss", Step: int64(s), Value: 1 / float64(s+1+i%methods)})
				}
			}
		}
		lines = append(lines, l)
		o := table.Observation{Method: m, Dataset: "tiny", Seed: l.Spec.Seed, Settings: l.Spec.Settings, Trial: l.Key, Metric: "m0", Split: "test", Goal: metric.Max, Failed: l.Status != trial.Succeeded}
		if !o.Failed {
			o.Value = l.Metrics[1].Value
		}
		obs = append(obs, o)
	}
	spec := table.Spec{Name: "main", Rows: "method", Cols: "dataset", Cell: "m0", Split: "test", Caption: word(4)}
	if problems := spec.Complete(); len(problems) > 0 {
		t.Fatal(problems)
	}
	tab, err := table.Build(spec, obs)
	if err != nil {
		t.Fatal(err)
	}
	p, err := New(Options{Sweep: "made " + word(5), File: "made.yaml", Version: "test", Redact: true}, []*table.Table{tab}, all(lines))
	if err != nil {
		t.Fatal(err)
	}
	var dot bytes.Buffer
	if err := png.Encode(&dot, image.NewGray(image.Rect(0, 0, 600, 400))); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		if !p.Show(name(i), word(i), lines[i].Key, dot.Bytes()) {
			t.Fatal("a picture found no room")
		}
	}
	return p
}

func all(lines []store.Line) iter.Seq2[store.Line, error] {
	return func(yield func(store.Line, error) bool) {
		for _, l := range lines {
			if !yield(l, nil) {
				return
			}
		}
	}
}

func plain(prefix string) func(int) string {
	return func(i int) string { return fmt.Sprintf("%s-%d", prefix, i%10) }
}

// browser opens the page in a headless Chromium, at a width, and collects what must
// not be: requests, errors, and dialogs.
type browser struct {
	context.Context
	mu    sync.Mutex
	wrong []string
	size  int
}

func (b *browser) note(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.wrong = append(b.wrong, fmt.Sprintf(format, args...))
}

func open(t *testing.T, p *Page, width int64) *browser {
	t.Helper()
	var html bytes.Buffer
	if err := p.Write(&html); err != nil {
		t.Fatal(err)
	}
	return openFile(t, html.Bytes(), width)
}

func openFile(t *testing.T, html []byte, width int64) *browser {
	t.Helper()
	exe, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("there is no chromium: .ci/run installs it")
		}
		t.Skip("there is no chromium")
	}
	file := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(file, html, 0o600); err != nil {
		t.Fatal(err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(exe), chromedp.NoSandbox)
	alloc, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, stop := chromedp.NewContext(alloc, chromedp.WithErrorf(func(string, ...any) {})) // it knows not every event of a newer Chromium
	t.Cleanup(stop)
	ctx, stop = context.WithTimeout(ctx, 40*time.Second)
	t.Cleanup(stop)
	b := &browser{Context: ctx, size: len(html)}
	chromedp.ListenTarget(ctx, func(event any) {
		switch e := event.(type) {
		case *network.EventRequestWillBeSent:
			if u := e.Request.URL; u != "file://"+file && !strings.HasPrefix(u, "data:") && !strings.HasPrefix(u, "blob:") {
				b.note("request: %s", u)
			}
		case *runtime.EventConsoleAPICalled:
			if e.Type == runtime.APITypeError || e.Type == runtime.APITypeWarning {
				b.note("console: %s", e.Args[0].Value)
			}
		case *log.EventEntryAdded: // what the policy has stopped, too
			if e.Entry.Level == log.LevelError {
				b.note("log: %s", e.Entry.Text)
			}
		case *runtime.EventExceptionThrown:
			b.note("exception: %v", e.ExceptionDetails)
		case *page.EventJavascriptDialogOpening:
			b.note("dialog: %s", e.Message)
			go chromedp.Run(ctx, page.HandleJavaScriptDialog(false))
		}
	})
	b.run(t, network.Enable(), runtime.Enable(), log.Enable(), emulation.SetDeviceMetricsOverride(width, 800, 1, false),
		chromedp.Navigate("file://"+file), chromedp.WaitVisible(`html[data-ready]`, chromedp.ByQuery))
	return b
}

func (b *browser) run(t *testing.T, actions ...chromedp.Action) {
	t.Helper()
	if err := chromedp.Run(b, actions...); err != nil {
		t.Fatal(err, b.wrong)
	}
}

// is evaluates a condition on the page.
func (b *browser) is(t *testing.T, condition string) {
	t.Helper()
	var ok bool
	b.run(t, chromedp.Evaluate(condition, &ok))
	if !ok {
		t.Errorf("on the page, this does not hold: %s", condition)
	}
}

// quiet makes sure that nothing went wrong.
func (b *browser) quiet(t *testing.T) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, w := range b.wrong {
		t.Error(w)
	}
}

// see draws every figure, and waits for it.
const drawAll = `(async () => { for (const c of document.querySelectorAll(".chart")) { c.scrollIntoView(); await new Promise((r) => setTimeout(r, 120)); } return [...document.querySelectorAll(".chart")].every((c) => c.querySelector("canvas")); })()`

func awaited(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }

func TestClicks(t *testing.T) {
	b := open(t, made(t, 400, plain("method"), plain("word")), 1200)
	var drawn bool
	b.run(t, chromedp.Evaluate(drawAll, &drawn, awaited))
	if !drawn {
		t.Error("a figure is not drawn")
	}
	b.is(t, `document.querySelectorAll(".chart").length === 3`) // curve, sensitivity, parallel coordinates
	b.is(t, `document.getElementById("count").textContent === "400 of 400 trials"`)
	b.is(t, `document.querySelectorAll("#rows tbody tr").length < 60`)

	// from a number to its trials, and to the command that repeats one
	b.run(t, chromedp.Click(`.results button[data-cell="3"]`, chromedp.ByQuery), chromedp.WaitVisible(`dialog[open]`, chromedp.ByQuery))
	b.is(t, `document.querySelectorAll("#more-body tbody tr").length === 40`)
	b.run(t, chromedp.Click(`#more-body td button`, chromedp.ByQuery))
	b.is(t, `document.querySelector("#more-body code").textContent.startsWith("assay trial verify ")`)
	b.is(t, `document.getElementById("more-body").textContent.includes("rate")`)
	b.run(t, chromedp.KeyEvent("\x1b"))
	b.is(t, `!document.querySelector("dialog").open`)

	// pictures
	b.is(t, `[...document.querySelectorAll(".picture img")].length === 3 && [...document.querySelectorAll(".picture img")].every((i) => i.naturalWidth === 600 && i.alt !== "" && i.clientWidth <= 352)`)
	b.is(t, `document.querySelector('nav a[href="#pictures"]') !== null`)

	// filters, order, failures
	b.run(t, chromedp.SetValue("#by-status", "1", chromedp.ByQuery), chromedp.Evaluate(`document.getElementById("by-status").dispatchEvent(new Event("change"))`, nil))
	b.is(t, `document.getElementById("count").textContent === "8 of 400 trials"`)
	b.run(t, chromedp.Click(`[data-group="0"]`, chromedp.ByQuery))
	b.is(t, `document.getElementById("count").textContent === "8 of 400 trials"`)
	b.run(t, chromedp.SendKeys("#words", "method-3", chromedp.ByQuery), chromedp.SetValue("#by-status", "", chromedp.ByQuery),
		chromedp.Evaluate(`document.getElementById("by-status").dispatchEvent(new Event("change"))`, nil))
	b.is(t, `document.getElementById("count").textContent === "40 of 400 trials"`)
	sort := `[...document.querySelectorAll("#rows thead button")].find((b) => b.textContent === "m0, test").click()`
	b.run(t, chromedp.Evaluate(sort, nil))
	b.is(t, `document.querySelector("[aria-sort=ascending]") !== null`)
	b.is(t, `(() => { const k = [...document.querySelectorAll("#rows thead button")].findIndex((b) => b.textContent === "m0, test");
		const v = [...document.querySelectorAll("#rows tbody tr:not(.gap)")].map((r) => Number(r.children[k].textContent));
		return v.length > 10 && v.every((x, i) => i === 0 || v[i - 1] <= x); })()`)
	b.quiet(t)
}

// Texts of plugins, logs and users stay texts, and keep the page in its width.
func TestHostileStrings(t *testing.T) {
	hostile := hostileStrings()
	word := func(i int) string { return hostile[i%len(hostile)] }
	name := func(i int) string { return fmt.Sprint(i, " ", hostile[(i*5)%len(hostile)]) }
	b := open(t, made(t, 500, name, word), 375)
	var drawn bool
	b.run(t, chromedp.Evaluate(drawAll, &drawn, awaited))
	for k := range 10 {
		b.run(t, chromedp.Evaluate(fmt.Sprintf(`document.querySelector('[data-cell="%d"]').click()`, k), nil),
			chromedp.Evaluate(`document.querySelector("#more-body td button").click()`, nil),
			chromedp.Evaluate(`document.querySelector("dialog").close()`, nil))
	}
	b.run(t, chromedp.Sleep(300*time.Millisecond))
	b.is(t, `globalThis.pwned === undefined`)
	b.is(t, `document.documentElement.scrollWidth <= 375`)
	b.is(t, `document.querySelectorAll("script").length === 3 && document.querySelectorAll("iframe, object, embed, base, svg").length === 0`)
	b.quiet(t)
}

// Axe finds nothing serious, in either colour scheme. It comes with page/package.json.
func TestAxe(t *testing.T) {
	axe, err := os.ReadFile("page/node_modules/axe-core/axe.min.js")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("there is no axe-core: .ci/run installs it")
		}
		t.Skip("there is no axe-core: npm ci in page")
	}
	b := open(t, made(t, 300, plain("method"), plain("word")), 1200)
	const check = `axe.run().then((r) => r.violations.filter((v) => ["serious", "critical"].includes(v.impact)).map((v) => v.id + ": " + v.nodes[0].html.slice(0, 200)))`
	b.run(t, chromedp.Evaluate(string(axe), nil))
	for _, scheme := range []string{"light", "dark"} {
		var found []string
		b.run(t, emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}),
			chromedp.Evaluate(check, &found, awaited))
		for _, f := range found {
			t.Errorf("%s: %s", scheme, f)
		}
		b.run(t, chromedp.Evaluate(`document.querySelector('[data-cell="3"]').click()`, nil), chromedp.Evaluate(check, &found, awaited),
			chromedp.Evaluate(`document.querySelector("dialog").close()`, nil))
		for _, f := range found {
			t.Errorf("%s, with a dialog: %s", scheme, f)
		}
	}
}

func hostileStrings() (out []string) {
	for _, run := range []string{"pwned=1", "alert(1)", "fetch('/x')", "location='about:blank'", "document.body.innerHTML=''"} {
		out = append(out, "<script>"+run+"</script>", "</script><script>"+run+"</script>", `"><img src=x onerror="`+run+`">`,
			"<svg onload="+run+">", "javascript:"+run, "</title></style></pre><script>"+run+"</script>", "{{"+run+"}}",
			`<iframe srcdoc="<script>`+run+`</script>">`, "\u202e<b onmouseover="+run+">", "${"+run+"}'\"`"+strings.Repeat("W", 300))
	}
	return out
}

func TestSizes(t *testing.T) {
	for _, c := range []struct{ trials, megabytes int }{{10_000, 5}, {100_000, 20}} {
		if c.trials > 10_000 && testing.Short() {
			continue
		}
		b := open(t, made(t, c.trials, plain("method"), plain("word")), 1200)
		var ready float64 // from the start of the navigation to a list that can be used
		b.run(t, chromedp.Evaluate(`performance.getEntriesByName("ready")[0].startTime`, &ready))
		t.Logf("%d trials: %.1f MB, usable after %.0f ms", c.trials, float64(b.size)/1e6, ready)
		if b.size > c.megabytes*1_000_000 {
			t.Errorf("the page of %d trials has %d bytes", c.trials, b.size)
		}
		b.quiet(t)
	}
}
