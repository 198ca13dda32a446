package cli

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/assaylab/assay/framework/internal/executor"
	"github.com/assaylab/assay/framework/internal/host"
	"github.com/assaylab/assay/framework/internal/trial"
)

// progress shows trials as they run: bars on a terminal, a line per finished
// trial elsewhere.
type progress struct {
	talk  io.Writer
	total int
	bars  *mpb.Progress
	all   *mpb.Bar

	mu    sync.Mutex
	done  int
	slots []slotView
}

type slotView struct {
	bar   *mpb.Bar
	label string
	stage string
}

func (s *session) newProgress(slots, total int) *progress {
	p := &progress{talk: s.talk, total: total, slots: make([]slotView, slots)}
	if !s.terminal {
		return p
	}
	p.bars = mpb.New(mpb.WithOutput(s.talk), mpb.WithWidth(32), mpb.WithRefreshRate(120*time.Millisecond))
	p.all = p.bars.AddBar(int64(total), mpb.BarPriority(slots), mpb.BarRemoveOnComplete(),
		mpb.PrependDecorators(decor.CountersNoUnit("%d of %d trials ")),
		mpb.AppendDecorators(decor.Elapsed(decor.ET_STYLE_MMSS)))
	for i := range p.slots {
		p.slots[i].bar = p.bars.AddBar(100, mpb.BarPriority(i), mpb.BarRemoveOnComplete(),
			mpb.AppendDecorators(decor.Any(func(decor.Statistics) string { return p.describe(i) })))
	}
	return p
}

func (p *progress) describe(slot int) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.slots[slot]
	return s.label + s.stage
}

func (p *progress) Started(slot int, t executor.Task) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.slots[slot].label, p.slots[slot].stage = t.Label, ""
}

func (p *progress) Progress(slot int, at host.Progress) {
	p.mu.Lock()
	s := &p.slots[slot]
	s.stage = "  " + at.Stage
	if at.Unit != "" {
		s.stage = fmt.Sprintf("  %s %d/%d %s", at.Stage, at.Done, at.Total, at.Unit)
	}
	bar := s.bar
	p.mu.Unlock()
	if bar != nil && at.Total > 0 {
		bar.SetCurrent(min(99, 100*at.Done/at.Total)) // 100 would end the bar
	}
}

func (p *progress) Ended(slot int, t executor.Task, rec trial.Record, retry bool) {
	p.mu.Lock()
	if !retry {
		p.done++
	}
	done, bar := p.done, p.slots[slot].bar
	p.slots[slot].label, p.slots[slot].stage = "", ""
	p.mu.Unlock()

	text := fmt.Sprintf("%d/%d %s  %s  %s (%.2f s)", done, p.total, rec.Status, trial.Short(rec.Key), t.Label, rec.Provenance.WallSec)
	if rec.Failure != nil {
		text += ": " + rec.Failure.Error()
	}
	if retry {
		text += "; again"
	}
	if p.bars == nil {
		fmt.Fprintln(p.talk, text)
		return
	}
	bar.SetCurrent(0)
	if !retry {
		p.all.Increment()
	}
	if rec.Failure != nil { // worth keeping above the bars
		fmt.Fprintln(p.bars, text)
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
