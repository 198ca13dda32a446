package framework

import (
	"fmt"
	"strings"

	"github.com/assaylab/assay/framework/internal/clean"
	"github.com/assaylab/assay/framework/internal/wire"
)

// What a description may have. Methods have a tenth of it; without an end, one of
// them could hold up or bloat every host that looks at it.
const (
	maxNameBytes    = 128   // of a setting, role, target, choice or version
	maxProseBytes   = 4000  // of a summary, a citation or a doc
	maxDefaultBytes = 16000 // of a default
	maxListLength   = 500   // settings, metrics, arrays, roles, targets, choices of a setting
)

// limited refuses a description that is too large anywhere, or has a name that
// would not look like what it is. Prose is cleaned instead.
func limited(w *wire.DescribeReply) error {
	var c limitCheck
	c.name("version", w.Version)
	c.prose("the summary", w.Summary)
	c.prose("the citation", w.Citation)
	c.names("roles", append(w.Roles, w.Embeds)...)
	c.names("several", w.Several...)
	c.names("targets", w.Targets...)
	c.name("gpu", w.Gpu)
	c.length("settings", len(w.Settings))
	c.length("metrics", len(w.Metrics))
	c.length("arrays", len(w.Arrays))
	c.length("optional roles", len(w.Optional))
	if c.err != nil {
		return c.err
	}
	for _, s := range w.Settings {
		if c.name("a setting's name", s.Name); c.err != nil {
			return c.err
		}
		what := "setting " + s.Name + ": "
		c.name(what+"kind", s.Kind)
		c.name(what+"scale", s.Scale)
		c.names(what+"choices", s.Choices...)
		c.prose(what+"doc", s.Doc)
		c.bytes(what+"default", s.DefaultJson, maxDefaultBytes)
		c.plain(what+"default", s.DefaultJson)
		c.plain(what+"when", s.When)
	}
	for _, m := range w.Metrics {
		c.name("a metric's name", m.Name)
		c.name("a metric's goal", m.Goal)
		c.prose("a metric's doc", m.Doc)
	}
	for _, a := range w.Arrays {
		c.name("an array's name", a.Name)
		c.prose("an array's doc", a.Doc)
	}
	for _, o := range w.Optional {
		c.name("an optional role", o.Name)
		c.plain("the condition of an optional role", o.When)
	}
	return c.err
}

// limitCheck keeps the first thing that is too large.
type limitCheck struct{ err error }

func (c *limitCheck) fail(format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf(format, args...)
	}
}

func (c *limitCheck) bytes(what, text string, limit int) {
	if len(text) > limit {
		c.fail("%s has %d bytes; at most %d are allowed", what, len(text), limit)
	}
}

func (c *limitCheck) prose(what, text string) { c.bytes(what, text, maxProseBytes) }

func (c *limitCheck) length(what string, n int) {
	if n > maxListLength {
		c.fail("there are %d %s; at most %d are allowed", n, what, maxListLength)
	}
}

func (c *limitCheck) names(what string, names ...string) {
	c.length(what, len(names))
	for _, n := range names {
		if c.name(what, n); c.err != nil {
			return
		}
	}
}

func (c *limitCheck) name(what, name string) {
	c.bytes(what, name, maxNameBytes)
	c.plain(what, name)
	if strings.ContainsAny(name, "\n\t") {
		c.fail("%s: %q holds a line break or a tab", what, name)
	}
}

// plain refuses controls and characters that hide or reorder others: in what is
// compared and typed, nobody would see them.
func (c *limitCheck) plain(what, text string) {
	if c.err == nil && clean.Text(text) != text {
		c.fail("%s: \"%s\" holds control, invisible or reordering characters", what, clean.Cut(text, 80))
	}
}
