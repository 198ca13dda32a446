package cite

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// Parse reads BibTeX entries, of a plugin of anybody's too:
//
//	@kind{key, name = {value}, name = "value", name = 2020}
//
// Values end where their braces do. Text between entries is a comment, as in BibTeX.
// @string, @preamble and joined values (a # b) are refused.
func Parse(s string) ([]Entry, error) {
	p := &parser{s: s}
	var out []Entry
	for {
		at := strings.IndexByte(p.s[p.at:], '@')
		if at < 0 {
			return out, nil
		}
		p.at += at + 1
		e, err := p.entry()
		if err != nil {
			return nil, fmt.Errorf("BibTeX, byte %d: %w", p.at, err)
		}
		out = append(out, e)
	}
}

type parser struct {
	s  string
	at int
}

func (p *parser) entry() (e Entry, err error) {
	if e.Kind = strings.ToLower(p.word()); e.Kind == "" || e.Kind == "string" || e.Kind == "preamble" || e.Kind == "comment" {
		return e, fmt.Errorf("@%s is no entry", e.Kind)
	}
	if !p.take('{') {
		return e, fmt.Errorf("@%s is not followed by {", e.Kind)
	}
	if e.Key = p.word(); e.Key == "" {
		return e, fmt.Errorf("@%s has no key", e.Kind)
	}
	for {
		comma := p.take(',')
		if p.take('}') {
			if len(e.Fields) == 0 {
				return e, fmt.Errorf("%s has no fields", e.Key)
			}
			return e, nil
		}
		name := strings.ToLower(p.word())
		if !comma || name == "" || !p.take('=') {
			return e, fmt.Errorf("%s: a field is , NAME = {VALUE}", e.Key)
		}
		value, err := p.value()
		if err != nil {
			return e, fmt.Errorf("%s: %s: %w", e.Key, name, err)
		}
		e.Fields = append(e.Fields, Field{name, value})
	}
}

// take skips space and one byte, if it is that.
func (p *parser) take(c byte) bool {
	p.at = len(p.s) - len(strings.TrimLeftFunc(p.s[p.at:], unicode.IsSpace))
	if p.at < len(p.s) && p.s[p.at] == c {
		p.at++
		return true
	}
	return false
}

// word is what names may consist of.
func (p *parser) word() string {
	p.take(0)
	from := p.at
	for p.at < len(p.s) {
		c := p.s[p.at]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-_:./+", c) >= 0) {
			break
		}
		p.at++
	}
	return p.s[from:p.at]
}

func (p *parser) value() (string, error) {
	switch {
	case p.take('{'):
		return p.until('}')
	case p.take('"'):
		return p.until('"')
	}
	if w := p.word(); w != "" && strings.Trim(w, "0123456789") == "" {
		return w, nil
	}
	return "", errors.New("a value is {TEXT}, \"TEXT\" or a number")
}

// until is the text to an end that is in no braces.
func (p *parser) until(end byte) (string, error) {
	from, depth := p.at, 0
	for ; p.at < len(p.s); p.at++ {
		switch c := p.s[p.at]; {
		case c == '\\':
			p.at++ // and what follows, which is no brace of ours
		case c == end && depth == 0:
			p.at++
			return strings.Join(strings.Fields(p.s[from:p.at-1]), " "), nil
		case c == '{':
			depth++
		case c == '}':
			if depth--; depth < 0 {
				return "", errors.New("a brace is closed that was not opened")
			}
		}
	}
	return "", errors.New("it has no end")
}
