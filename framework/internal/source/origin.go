package source

import (
	"slices"
	"strings"

	"github.com/assaylab/assay/framework/data"
)

// Origin says whose recording a dataset tests on, as far as its recipe and the
// catalogue tell without reading anything. What is not said is "".
type Origin struct {
	Subject string
	Session string
	Trained []string // other recordings, from which nothing is tested
}

// Origin is that of the recording in the main role, or of the only one.
func (d Dataset) Origin() Origin {
	var o Origin
	test := d.tested()
	for _, r := range test {
		subject, session := r.Whose()
		o.Subject, o.Session = join(o.Subject, subject), join(o.Session, session)
	}
	for _, r := range d.trained() {
		name := r.name()
		if !slices.Contains(o.Trained, name) && !slices.ContainsFunc(test, func(t Recording) bool { return t.name() == name }) {
			o.Trained = append(o.Trained, name)
		}
	}
	return o
}

// join names two of a kind; of one it is that one.
func join(a, b string) string {
	if a == "" || a == b || slices.Contains(strings.Split(a, " + "), b) {
		return max(a, b)
	}
	return a + " + " + b
}

// Whose says whose recording it is, and of which session: what the recipe says, else
// what the catalogue does.
func (r Recording) Whose() (subject, session string) {
	subject, session = r.Subject, r.Session
	if name, ok := strings.CutPrefix(r.Source, "catalogue/"); ok {
		if e, err := Find(name); err == nil {
			if subject == "" {
				subject = e.Subject
			}
			if session == "" && e.Session != "" {
				session = e.Session
				if e.Subject != "" { // two animals may have been recorded on one day
					session = e.Subject + " " + e.Session
				}
			}
		}
	}
	return subject, session
}

// name is how people know a recording: the last part of its source.
func (r Recording) name() string {
	if r.Source == "" {
		return ""
	}
	return r.Source[strings.LastIndexAny(r.Source, "/\\")+1:]
}

// tested are the recordings that test cases come from.
func (d Dataset) tested() []Recording {
	if len(d.Roles) == 0 {
		return []Recording{d.Recording}
	}
	for _, role := range []string{data.MainRole, "target", "source"} {
		if r, ok := d.Roles[role]; ok {
			return []Recording{r}
		}
	}
	return nil
}

// trained are the recordings in the other roles.
func (d Dataset) trained() []Recording {
	var out []Recording
	for _, role := range sortedKeys(d.Roles) {
		out = append(out, d.Roles[role])
	}
	return out
}
