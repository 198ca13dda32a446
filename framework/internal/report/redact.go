package report

import (
	"os"
	"os/user"
	"path"
	"regexp"
	"strings"
	"sync"
)

// redactor takes out of texts what tells about people and machines: a page is made
// to be handed on.
type redactor struct {
	on    bool
	names map[string]string // what stands for a name
}

var (
	folders   = pattern(`(^|[\s"'=(\[:,;<>])(~?/(?:[^\s"'<>:/,;()\[\]]+/)+)`)
	winFolder = pattern(`(?:[A-Za-z]:|\\\\[^\s\\]+)\\(?:\\?[^\s"'<>:\\]+\\)+`)
)

// pattern is compiled when it is first used.
func pattern(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}

func newRedactor(on bool) *redactor {
	r := &redactor{on: on, names: map[string]string{}}
	if u, err := user.Current(); err == nil && u.Username != "root" { // which is no name
		r.names[u.Username] = "user"
	}
	if home, err := os.UserHomeDir(); err == nil && path.Base(home) != "root" {
		r.names[path.Base(home)] = "user"
	}
	if node, err := os.Hostname(); err == nil {
		r.know(node)
	}
	return r
}

// know notes the name of a node.
func (r *redactor) know(node string) {
	if node != "" && node != "localhost" {
		r.names[node] = "node"
	}
}

// text is s without folders, and without the names of users and nodes.
func (r *redactor) text(s string) string {
	if !r.on || s == "" {
		return s
	}
	s = folders().ReplaceAllString(s, "$1…/")
	s = winFolder().ReplaceAllString(s, "…/")
	for name, stands := range r.names {
		s = replaceWord(s, name, stands)
	}
	return s
}

// replaceWord replaces name where no letter, digit or underscore adjoins it.
func replaceWord(s, name, by string) string {
	if len(name) < 3 || !strings.Contains(s, name) {
		return s
	}
	var b strings.Builder
	for {
		i := strings.Index(s, name)
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		end := i + len(name)
		b.WriteString(s[:i])
		if i > 0 && isWord(s[i-1]) || end < len(s) && isWord(s[end]) {
			b.WriteString(name)
		} else {
			b.WriteString(by)
		}
		s = s[end:]
	}
}

func isWord(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
