package file

import (
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// YAML is the suggestion as a dataset of a sweep, with what is not sure as remarks.
func (s Suggestion) YAML(path string) string {
	var b strings.Builder
	name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	name = strings.Trim(regexp.MustCompile(`[^A-Za-z0-9_-]+`).ReplaceAllString(name, "-"), "-")
	if name == "" {
		name = "mine"
	}
	line := func(indent int, text, why string) {
		text = strings.Repeat("  ", indent) + text
		if why != "" {
			text = fmt.Sprintf("%-44s # %s", text, why)
		}
		b.WriteString(strings.TrimRight(text, " ") + "\n")
	}
	c := s.Columns
	line(0, "datasets:", "")
	line(1, name+":", "")
	line(2, "source: "+scalar(path), "")
	line(2, "read:", "")
	if len(c.Samples) > 0 {
		line(3, "samples: "+flow(c.Samples), s.Why["samples"])
	}
	switch {
	case slices.Equal(c.Axes, []string{Units, Time}):
		line(3, "transpose: true", s.Why["transpose"])
	case c.Axes != nil:
		line(3, "axes: "+flow(c.Axes), s.Why["axes"])
	}
	if c.Spikes != nil {
		text := "spikes: " + scalar(c.Spikes.Times)
		if c.Spikes.Unit != "" {
			text = fmt.Sprintf("spikes: {times: %s, unit: %s}", scalar(c.Spikes.Times), scalar(c.Spikes.Unit))
		}
		line(3, text, s.Why["spikes"])
		line(3, "bin: "+strings.ReplaceAll(duration(c.BinSeconds), " ", ""), "width of a bin")
	}
	if c.Trials != nil {
		line(3, "trials: "+scalar(c.Trials.Table), s.Why["trials"])
	}
	if why := s.Why["align"]; why != "" {
		first, _, _ := strings.Cut(why, ",")
		line(3, "# align: "+first, "instead of start to stop; columns: "+why)
		line(3, "# window: [-0.2, 0.8]", "seconds before and behind the event")
	}
	if why := s.Why["units"]; why != "" {
		first, _, _ := strings.Cut(why, ",")
		line(3, "# units: {"+first+": [good]}", "choose units by a column: "+why)
	}
	if why := s.Why["bin_seconds"]; why != "" {
		line(3, "# bin_seconds: 0.05", why)
	}
	if c.Unit != "" {
		line(3, "unit: "+scalar(c.Unit), "")
	}
	if c.Scale != "" {
		line(3, "scale: "+c.Scale, s.Why["scale"])
	}
	if c.Trial != "" && c.Trial != usualTrial {
		line(3, "trial: "+scalar(c.Trial), "")
	}
	if len(c.Classes) > 0 {
		line(3, "classes:", "labels; {column: NAME, angles: degrees} where they are directions")
		for _, t := range c.Classes {
			where := scalar(t.Column)
			if unit := c.Angles[t.Target].Unit; unit != "" {
				where = fmt.Sprintf("{column: %s, angles: %s}", where, unit)
			} else if by := c.Angles[t.Target].ByLabel; by != nil {
				var pairs []string
				for _, label := range slices.Sorted(maps.Keys(by)) {
					pairs = append(pairs, fmt.Sprintf("%s: %s", scalar(label), strconv.FormatFloat(by[label], 'g', 10, 64)))
				}
				where = fmt.Sprintf("{column: %s, angles: {%s}}", where, strings.Join(pairs, ", "))
			}
			line(4, scalar(t.Target)+": "+where, s.Why[t.Target])
		}
	}
	if len(c.Continuous) > 0 {
		line(3, "continuous:", "")
		for _, t := range slices.Sorted(maps.Keys(c.Continuous)) {
			line(4, scalar(t)+": "+flow(c.Continuous[t]), s.Why[t])
		}
	}
	if c.NaN != "" {
		line(3, "nan: "+c.NaN, s.Why["nan"])
	}
	if s.Subject == "" {
		line(2, "# subject: M", "whose recording it is, and of which day")
	} else {
		line(2, "subject: "+scalar(s.Subject), "as the file says")
	}
	if s.Session == "" {
		line(2, "# session: day3", "")
	} else {
		line(2, "session: "+quoted(s.Session), "")
	}
	if c.Spikes != nil && c.Spikes.Unit != "" && c.Trials == nil {
		line(2, "split: {by: sample, train: 0.8, test: 0.2}", "nothing says what trials are: all is one")
	} else {
		line(2, "split: {by: trial, train: 0.8, test: 0.2}", "by: sample where all is one trial")
	}
	const most = 40
	for i, a := range s.Unused {
		if i == most {
			line(0, fmt.Sprintf("# not used: %d more", len(s.Unused)-most), "")
			break
		}
		why := a.Why
		if why == "" {
			why = string(a.Kind)
		}
		line(0, "# not used: "+a.String()+", "+why, "")
	}
	if s.Fails != nil {
		line(0, "# as it stands this cannot be read: "+strings.ReplaceAll(s.Fails.Error(), "\n", " "), "")
	}
	return b.String()
}

// quoted is text also where it looks like a number.
func quoted(s string) string {
	if out := scalar(s); strings.HasPrefix(out, `"`) {
		return out
	}
	return strconv.Quote(s)
}

func flow(names []string) string {
	if len(names) == 1 && !strings.ContainsAny(names[0], "*?[") {
		return scalar(names[0])
	}
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = scalar(n)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// plain is text that YAML takes for text, also in a list.
var plain = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z_/.][A-Za-z0-9_./-]*$`) })

func scalar(s string) string {
	switch strings.ToLower(s) {
	case "true", "false", "null", "yes", "no", "on", "off", "y", "n", ".inf", ".nan":
		return strconv.Quote(s)
	}
	if plain().MatchString(s) || plain().MatchString(strings.TrimSuffix(s, "*")) && strings.HasSuffix(s, "*") {
		return s
	}
	return strconv.Quote(s)
}
