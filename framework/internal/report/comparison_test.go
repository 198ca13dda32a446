package report

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

func at(x float64) *float64 { return &x }

// compared is a comparison with a change of every sort; word stands wherever a user or
// a plugin may put a text.
func compared(word func(int) string) *Comparison {
	c := &Comparison{First: word(0), Second: word(1), Where: word(2), Version: "test"}
	for i := range 20 {
		x := Change{Method: word(i), Dataset: word(i + 1), Metric: "score", Split: "test", Before: at(0.5), After: at(0.5 + 0.01*float64(i)), NBefore: 3, NAfter: 3,
			Diff: at(0.01 * float64(i)), Lo: at(0.01*float64(i) - 0.05), Hi: at(0.01*float64(i) + 0.05), Adjusted: at(0.3), Verdict: "within noise", Tested: true}
		switch {
		case i == 0:
			x.Verdict, x.Tested, x.Diff, x.Lo, x.Hi, x.Adjusted = Same, false, nil, nil, nil, nil
		case i > 15:
			x.Verdict, x.Beyond, x.Settings = "more than noise", true, []string{word(3), "rate"}
		case i == 10:
			x.Verdict, x.Tested, x.Note, x.Lo, x.Hi, x.Adjusted = "not tested", false, word(4), nil, nil, nil
		case i == 11:
			x.Verdict, x.Tested, x.Before, x.Diff, x.Lo, x.Hi, x.Adjusted = "only in the second", false, nil, nil, nil, nil, nil
		}
		c.Changes = append(c.Changes, x)
	}
	other := c.Changes[0]
	other.Metric = word(5)
	c.Changes = append(c.Changes, other)
	return c
}

func openComparison(t *testing.T, c *Comparison, width int64) *browser {
	t.Helper()
	var html bytes.Buffer
	if err := c.Write(&html); err != nil {
		t.Fatal(err)
	}
	return openFile(t, html.Bytes(), width)
}

func TestComparison(t *testing.T) {
	b := openComparison(t, compared(plain("word")), 1200)
	b.is(t, `document.getElementById("sum").textContent === "21 compared: 2 the same, 4 moved more than noise, 13 within noise, 1 not tested, 1 only in one."`)
	b.is(t, `document.querySelectorAll("section table").length === 2`)
	b.is(t, `[...document.querySelectorAll("#metric-0 tbody tr")].slice(0, 4).every((r) => r.className === "beyond" && r.textContent.includes("● more than noise") && r.textContent.includes("rate"))`)
	b.is(t, `document.querySelectorAll("#metric-0 circle").length === 18 && document.querySelectorAll("#metric-1 svg").length === 0`)
	b.is(t, `(() => { const c = document.querySelectorAll("#metric-0 circle"); return Number(c[17].getAttribute("cx")) > Number(c[0].getAttribute("cx")); })()`)
	b.is(t, `getComputedStyle(document.querySelector("circle.beyond")).strokeWidth === "1.5px"`) // the style is let in
	b.quiet(t)
}

func TestNothingChanged(t *testing.T) {
	c := compared(plain("word"))
	for i := range c.Changes {
		c.Changes[i].Verdict, c.Changes[i].Tested, c.Changes[i].Beyond, c.Changes[i].Diff = Same, false, false, nil
	}
	b := openComparison(t, c, 800)
	b.is(t, `document.getElementById("sum").textContent === "No change: 21 numbers are the same."`)
	b.is(t, `document.querySelectorAll("svg").length === 0`)
	b.quiet(t)
}

func TestHostileComparison(t *testing.T) {
	hostile := hostileStrings()
	b := openComparison(t, compared(func(i int) string { return fmt.Sprint(i, hostile[(i*7)%len(hostile)]) }), 375)
	b.is(t, `globalThis.pwned === undefined && document.querySelectorAll("script, iframe, object, embed, base, img").length === 0 && document.querySelectorAll("svg").length === 1`)
	b.is(t, `document.documentElement.scrollWidth <= 375`)
	b.quiet(t)
}

func TestAxeOfComparison(t *testing.T) {
	axe, err := os.ReadFile("page/node_modules/axe-core/axe.min.js")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("there is no axe-core: .ci/run installs it")
		}
		t.Skip("there is no axe-core: npm ci in page")
	}
	b := openComparison(t, compared(plain("word")), 1200)
	b.run(t, chromedp.Evaluate(string(axe), nil))
	for _, scheme := range []string{"light", "dark"} {
		var found []string
		b.run(t, emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}),
			chromedp.Evaluate(`axe.run().then((r) => r.violations.filter((v) => ["serious", "critical"].includes(v.impact)).map((v) => v.id + ": " + v.nodes[0].html.slice(0, 200)))`, &found, awaited))
		for _, f := range found {
			t.Errorf("%s: %s", scheme, f)
		}
	}
}

// The scale holds every interval, and its ticks are round.
func TestForest(t *testing.T) {
	f := drawForest([]Change{{Method: "a", Diff: at(0.1), Lo: at(-0.1), Hi: at(0.3)}, {Method: strings.Repeat("long ", 20), Diff: at(-0.2)}})
	if f == nil || len(f.Bars) != 2 || f.Bars[0].Hi <= f.Bars[0].Mid || f.Bars[0].Lo >= f.Zero || f.Bars[1].Mid >= f.Bars[0].Lo || f.Bars[0].Hi > float64(f.Width) {
		t.Fatalf("%+v", f)
	}
	if len(f.Ticks) < 3 || f.Ticks[0].Label != "-0.2" || len([]rune(f.Bars[1].Name)) > longest {
		t.Errorf("%+v", f.Ticks)
	}
	if drawForest([]Change{{Verdict: Same}}) != nil || drawForest(make([]Change, 100)) != nil {
		t.Error("it drew nothing")
	}
}
