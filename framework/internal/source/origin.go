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
		if len(r.Join) > 0 {
			continue
		}
		subject, session := r.Whose()
		o.Subject, o.Session = join(o.Subject, subject), join(o.Session, session)
	}
	for _, r := range d.trained() {
		name := r.name()
		if name != "" && !slices.Contains(o.Trained, name) && !slices.ContainsFunc(test, func(t Recording) bool { return t.name() == name }) {
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
	r := d.Recording
	if len(d.Roles) > 0 {
		for _, role := range []string{data.MainRole, "target", "source"} {
			var ok bool
			if r, ok = d.Roles[role]; ok {
				break
			}
		}
	}
	if len(r.Join) == 0 {
		return []Recording{r}
	}
	return slices.DeleteFunc(r.all()[1:], func(part Recording) bool { return part.As == data.Train || part.As == data.Val })
}

// trained are the recordings of the recipe, of which the tested ones train or do not.
func (d Dataset) trained() []Recording { return d.recordings() }
