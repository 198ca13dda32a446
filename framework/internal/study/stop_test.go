package study

import (
	"testing"

	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/sweep"
	"github.com/assaylab/assay/framework/internal/trial"
)

func failedFor(kind failure.Kind, reason string) trial.Record {
	return trial.Record{Status: trial.Failed, Failure: &failure.Failure{Kind: kind, Reason: reason}}
}

// A method is given up after so many failures for one reason that more trials do not
// cure, unless it has ever succeeded.
func TestStops(t *testing.T) {
	good := trial.Record{Status: trial.Succeeded}
	refused, crash := failedFor(failure.Refused, "no"), failedFor(failure.Crash, "dead")
	for name, c := range map[string]struct {
		after int
		ends  []trial.Record
		want  bool
	}{
		"three for one reason":      {3, []trial.Record{refused, refused, refused}, true},
		"two":                       {3, []trial.Record{refused, refused}, false},
		"three reasons":             {3, []trial.Record{refused, failedFor(failure.Refused, "never"), failedFor(failure.Invalid, "no")}, false},
		"three of many":             {3, []trial.Record{refused, failedFor(failure.Launch, "gone"), refused, crash, refused}, true},
		"crashes may be bad luck":   {3, []trial.Record{crash, crash, crash}, false},
		"a success before":          {3, []trial.Record{good, refused, refused, refused}, false},
		"a success between":         {3, []trial.Record{refused, refused, good, refused}, false},
		"switched off":              {0, []trial.Record{refused, refused, refused, refused}, false},
		"cancelled trials do not":   {1, []trial.Record{{Status: trial.Cancelled, Failure: &failure.Failure{Kind: failure.Cancelled}}}, false},
		"a single one, if so asked": {1, []trial.Record{refused}, true},
	} {
		s := &stops{c.after, map[string]bool{}, map[[2]string]int{}, map[string]*Stopped{}}
		for _, rec := range c.ends {
			s.note("m", rec)
		}
		p := &Point{Point: sweep.Point{Method: "m"}}
		other := &Point{Point: sweep.Point{Method: "other"}}
		if got := s.holds(p); got != c.want || s.holds(other) {
			t.Errorf("%s: held %v, want %v", name, got, c.want)
		}
		if list := s.list(); (len(list) == 1 && list[0].Left == 1) != c.want {
			t.Errorf("%s: %v", name, list)
		}
	}
}
