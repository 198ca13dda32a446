// Package conformance checks what the host relies on in a plugin: Describe is
// pure, nonsense is refused, equal seeds give equal bytes at any thread count,
// metrics are declared and finite, a saved model embeds the same in another
// process, cancelling takes less than two seconds, and so on.
//
// Methods in Go run it in their tests through package methodtest; any plugin is
// run through it by `assay plugin check`.
package conformance

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/wire"
)

// CancelLimit is how long Train may go on after its context has ended.
const CancelLimit = 2 * time.Second

// GoodbyeLimit is how quickly a plugin should end when it is told to.
const GoodbyeLimit = 100 * time.Millisecond

// A Target is a plugin under test, however it is run.
type Target interface {
	// Start makes it answer calls, in a process or server of its own.
	Start(ctx context.Context) (Session, error)
}

// A Session is one running plugin.
type Session interface {
	Method() wire.MethodClient
	// Busy reports whether the plugin is at work within a call.
	Busy() bool
	// Explain says what is behind the error of a call.
	Explain(ctx context.Context, call string, err error) error
	// Close says goodbye, Kill does not. The second of them has no effect.
	Close()
	Kill()
}

// Program is a Session in a process of its own.
type Program interface {
	Session
	Transport() string
	Stdout() string         // what it printed on standard output after the handshake line
	Left() int              // processes that it left behind
	Goodbye() time.Duration // how long Close took; 0 if it was not called
}

// Orphanage is a Target that can lose its host.
type Orphanage interface {
	// Orphan starts the plugin, cuts its lifeline, and says how long it lived on.
	Orphan(ctx context.Context, wait time.Duration) (time.Duration, error)
}

// Case is one set-up under which the suite runs.
type Case struct {
	Name     string                     // of the subtest; may be empty
	Settings map[string]any             // beside the defaults; choose them so that training takes well under a second
	Data     map[string]*data.Recording // by role
	Slow     map[string]any             // settings under which training takes seconds, to cancel it; nil: as Settings
}

// Status of a finding.
type Status string

const (
	Pass Status = "pass"
	Warn Status = "warn" // the host copes, but somebody should know
	Fail Status = "fail"
	Skip Status = "skip" // nothing to check
)

// Finding is what came of one check.
type Finding struct {
	Check   string   `json:"check"`
	Status  Status   `json:"status"`
	Details []string `json:"details,omitempty"`
	Hint    string   `json:"hint,omitempty"`
	Seconds float64  `json:"seconds"`
}

func (f *Finding) note(s Status, format string, args ...any) {
	f.Details = append(f.Details, fmt.Sprintf(format, args...))
	if s == Fail || f.Status == Pass || f.Status == Skip && s == Warn {
		f.Status = s
	}
}

func (f *Finding) failf(format string, args ...any) { f.note(Fail, format, args...) }
func (f *Finding) warnf(format string, args ...any) { f.note(Warn, format, args...) }
func (f *Finding) skipf(format string, args ...any) { f.note(Skip, format, args...) }

// infof adds a detail to a check that passes.
func (f *Finding) infof(format string, args ...any) {
	f.Details = append(f.Details, fmt.Sprintf(format, args...))
}

// Check is one question. An error of run fails it at once.
type Check struct {
	Name   string
	Hint   string // what to do about a failure
	trains bool   // it needs a method that trains on the case's data
	run    func(*Suite, context.Context, *Finding) error
}

// Suite runs checks over one target and one case.
type Suite struct {
	Target Target
	Case   Case
	Dir    string        // an empty scratch folder
	Limit  time.Duration // of one check; 0: two minutes

	desc     framework.Description
	dataset  string // folder of Case.Data
	cache    *data.Cache
	programs []Program // all that have been started
	folders  int
	own      map[string]bool // names in Dir that the suite has made
	useless  bool            // the method does not train on the case's data
	first    struct {        // training with seed 1 and one thread
		result
		model string
	}
}

// Open describes the target and writes the case's data.
func (s *Suite) Open(ctx context.Context) error {
	session, err := s.start(ctx)
	if err != nil {
		return err
	}
	defer session.Close()
	reply, err := session.Method().Describe(ctx, &wire.DescribeRequest{})
	if err != nil {
		return session.Explain(ctx, "Describe", err)
	}
	if s.desc, err = framework.FromWire(reply); err != nil {
		return fmt.Errorf("the host would refuse this description: %w", err)
	}
	if s.Case.Data == nil {
		s.Case.Data = Synthetic(s.desc)
	}
	s.own = map[string]bool{"cache": true}
	if s.cache, err = data.OpenCache(filepath.Join(s.Dir, "cache")); err != nil {
		return err
	}
	s.dataset, err = s.put(s.Case.Data)
	return err
}

// Description is what the target says of itself, once the suite is open.
func (s *Suite) Description() framework.Description { return s.desc }

func (s *Suite) put(recs map[string]*data.Recording) (string, error) {
	digest, err := s.cache.Put(recs)
	if err != nil {
		return "", fmt.Errorf("the case's data: %w", err)
	}
	return s.cache.Dir(digest), nil
}

// Do runs one check.
func (s *Suite) Do(ctx context.Context, c Check) Finding {
	limit := s.Limit
	if limit == 0 {
		limit = 2 * time.Minute
	}
	f := Finding{Check: c.Name, Status: Pass}
	if s.useless && c.trains {
		f.skipf("the method does not train on this data")
		return f
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	began := time.Now()
	if err := c.run(s, ctx, &f); err != nil {
		if ctx.Err() != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
			err = fmt.Errorf("not done after %v: %w", limit, err)
		}
		f.failf("%v", err)
	}
	f.Seconds = time.Since(began).Seconds()
	if f.Status == Fail || f.Status == Warn {
		f.Hint = c.Hint
	}
	return f
}

// start starts the target and remembers it for the checks at the end.
func (s *Suite) start(ctx context.Context) (Session, error) {
	session, err := s.Target.Start(ctx)
	if err != nil {
		return nil, err
	}
	if p, ok := session.(Program); ok {
		s.programs = append(s.programs, p)
	}
	return session, nil
}

// folder makes an empty folder.
func (s *Suite) folder(name string) (string, error) {
	s.folders++
	name = fmt.Sprintf("%s-%d", name, s.folders)
	s.own[name] = true
	dir := filepath.Join(s.Dir, name)
	return dir, os.Mkdir(dir, 0o700)
}

// Checks are all there are, in the order in which they make sense.
func Checks() []Check {
	return []Check{
		{"describes itself", "Describe says name, version, summary and a doc for every setting and metric, the same at every call", false, (*Suite).describes},
		{"trains, embeds and evaluates", "where the method needs other data or settings, name them: --data and --set (Case.Data and Case.Settings in a test)", false, (*Suite).works},
		{"refuses nonsense", "return framework.Refuse (assay.Refuse in Python): the code INVALID_ARGUMENT, for settings that Describe rules out", false, (*Suite).refuses},
		{"survives bad input", "answer with an error; the process goes on", true, (*Suite).badInput},
		{"same seed same bytes", "draw from the seed alone, with a stream per purpose; do not let threads decide about the order of sums; or say deterministic: false", true, (*Suite).deterministic},
		{"metrics are declared and finite", "declare every metric in Describe, and leave out what cannot be computed", true, (*Suite).metrics},
		{"a saved model embeds the same", "save everything that Embed and Evaluate need, under relative names", true, (*Suite).saved},
		{"values that are not finite", "refuse samples that are not finite, or at least embed to finite numbers", true, (*Suite).notFinite},
		{"large arrays", "memory-map the samples and embed them in pieces; nothing large travels in messages", true, (*Suite).large},
		{"stops when cancelled", "look at the call's context (run.cancelled in Python) in every iteration", true, (*Suite).cancelled},
		{"starts again after a kill", "nothing outside model_dir, work_dir and checkpoint_dir may be left for the next process to find", true, (*Suite).killed},
		{"serves many trials", "let nothing stay behind from one Train to the next: state at the level of modules and packages, the working folder, variables of the environment, open files, threads; or do not declare reuse", true, (*Suite).reused},
		{"continues from a checkpoint", "a checkpoint holds the model, the optimiser's state and the state of every random stream", true, (*Suite).resumed},
		{"a part of the budget", "train to req.End(budget) (run.end in Python) and leave a checkpoint there; schedules follow the full budget", true, (*Suite).promoted},
		{"cases add up to their metrics", "one number per case of the part, whose plain mean is the metric: metric.OverSamples, metric.Ratio and metric.Jackknife (assay.over_samples, assay.jackknife in Python)", true, (*Suite).cased},
		{"arrays are declared and readable", "write float32 .npy files of declared names into arrays_dir", true, (*Suite).pictured},
		{"needs no seed", "seedless is the condition under which nothing is drawn at all", true, (*Suite).seedless},
		{"sees only its context", "context is how many samples before and after a sample its embedding may see, -1 the whole part", true, (*Suite).sees},
		{"uses no labels", "uses_labels is the condition under which what Embed returns depends on targets", true, (*Suite).unlabelled},
		{"learns from the train part", "fit means, scales and everything else on Data.Train (run.data.train in Python): what tests must change nothing", true, (*Suite).trainsAlone},
		{"takes several recordings", "a role in several may hold more: ROLE, ROLE-2, ROLE-3; Data.TrainSeveral (run.data.train_several in Python) has them all", true, (*Suite).several},
		{"quiet on standard output", "standard output belongs to the handshake line; print on standard error, or log", false, (*Suite).quiet},
		{"says goodbye in time", "implement plugin.GRPCController/Shutdown: answer and exit at once (docs/protocol.md)", false, (*Suite).goodbye},
		{"leaves nothing behind", "wait for what you start, or end it, before you exit", false, (*Suite).leaves},
		{"ends with its host", "read from the descriptor in ASSAY_LIFELINE_FD and exit at end-of-file", false, (*Suite).orphaned},
	}
}

// Transport says how the target was spoken to; "" where it is no program.
func (s *Suite) Transport() string {
	if len(s.programs) == 0 {
		return ""
	}
	return s.programs[0].Transport()
}
