package cli

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/assaylab/assay/framework/internal/study"
	"github.com/assaylab/assay/framework/internal/terminal"
	"github.com/assaylab/assay/framework/internal/trial"
)

// progress shows trials as they run: bars on a terminal, a line per finished
// trial elsewhere. The study tells it one thing after another.
type progress struct {
	talk     io.Writer
	terminal bool
	mu       sync.Mutex    // over bars, which an interrupt looks at
	bars     *mpb.Progress // nil before the first trial
	all      *mpb.Bar
	slots    []*slotView
	began    time.Time
}

// slotView is one line of a terminal: the trial that runs in a slot.
type slotView struct {
	bar  *mpb.Bar
	text func(string) // shows it
}

func (a *app) newProgress() *progress {
	return &progress{talk: a.talk, terminal: a.terminal, began: time.Now()}
}

func (p *progress) watch(e study.Event) {
	if p.terminal {
		p.open(e)
	}
	switch {
	case e.Result != nil:
		p.ended(e)
	case p.bars == nil:
	case e.Started:
		p.slots[e.Slot].text(e.Label)
	case e.Progress != nil:
		p.progress(e)
	}
}

// say prints a line: above the bars, where they are drawn.
func (p *progress) say(line string) {
	p.mu.Lock()
	bars := p.bars
	p.mu.Unlock()
	if bars != nil {
		fmt.Fprintln(bars, terminal.Clean(line))
		return
	}
	fmt.Fprintln(p.talk, line)
}

// open makes the bars that an event needs.
func (p *progress) open(e study.Event) {
	if p.bars == nil {
		bars := mpb.New(mpb.WithOutput(terminal.Raw(p.talk)), mpb.WithWidth(32), mpb.WithRefreshRate(120*time.Millisecond))
		p.mu.Lock()
		p.bars = bars
		p.mu.Unlock()
		p.all = p.bars.AddBar(int64(e.Total), mpb.BarPriority(1<<20), mpb.BarRemoveOnComplete(),
			mpb.PrependDecorators(decor.CountersNoUnit("%d of %d trials ")),
			mpb.AppendDecorators(decor.Any(func(s decor.Statistics) string { return timeLeft(s.Current, s.Total, time.Since(p.began)) })))
	}
	for len(p.slots) <= e.Slot {
		text := newText()
		p.slots = append(p.slots, &slotView{text: text.set, bar: p.bars.AddBar(100, mpb.BarPriority(len(p.slots)), mpb.BarRemoveOnComplete(),
			mpb.AppendDecorators(decor.Any(func(decor.Statistics) string { return text.get() })))})
	}
	p.all.SetTotal(int64(e.Total), false)
}

// timeLeft is the time that has passed, and about how much is left at this pace.
func timeLeft(done, total int64, passed time.Duration) string {
	text := passed.Round(time.Second).String()
	if done > 0 && done < total {
		left := time.Duration(float64(passed) / float64(done) * float64(total-done))
		text += fmt.Sprintf(", about %v left", left.Round(time.Second))
	}
	return text
}

func (p *progress) progress(e study.Event) {
	at, slot := e.Progress, p.slots[e.Slot]
	stage := "  " + at.Stage
	if at.Unit != "" {
		stage = fmt.Sprintf("  %s %d/%d %s", at.Stage, at.Done, at.Total, at.Unit)
	}
	slot.text(e.Label + stage)
	if at.Total > 0 {
		slot.bar.SetCurrent(min(99, 100*at.Done/at.Total)) // 100 would end the bar
	}
}

func (p *progress) ended(e study.Event) {
	rec := e.Result.Record
	text := fmt.Sprintf("%d/%d %s  %s  %s (%.2f s)", e.Done, e.Total, rec.Status, trial.Short(rec.Key), e.Label, rec.Provenance.WallSec)
	if rec.Failure != nil {
		text += ": " + rec.Failure.Error()
	}
	if e.Retry {
		text += "; again"
	}
	if p.bars == nil {
		fmt.Fprintln(p.talk, text)
		return
	}
	slot := p.slots[e.Slot]
	slot.bar.SetCurrent(0)
	slot.text("")
	if !e.Retry {
		p.all.Increment()
	}
	if rec.Failure != nil { // worth keeping above the bars
		fmt.Fprintln(p.bars, terminal.Clean(text))
	}
}

func (p *progress) close() {
	if p.bars == nil {
		return
	}
	p.all.Abort(true)
	for _, s := range p.slots {
		s.bar.Abort(true)
	}
	p.bars.Wait()
}

// downloads shows how a download comes along.
func (a *app) downloads() func(name string, done, total int64) {
	var last time.Time
	return func(name string, done, total int64) {
		if done < total && time.Since(last) < time.Second {
			return
		}
		last = time.Now()
		fmt.Fprintf(a.talk, "assay: fetching %s: %.1f of %.1f MB\n", name, float64(done)/1e6, float64(total)/1e6)
	}
}
