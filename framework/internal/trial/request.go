package trial

import "time"

// Request asks for one trial to be run once, wherever that is. It is plain data:
// an executor may write it to a file and have another machine run it.
type Request struct {
	Attempt   string     `json:"attempt"` // id of this attempt
	Number    int        `json:"number"`  // of the attempt at this trial: 1 for the first
	Label     string     `json:"label"`   // for people: "hiwa, chewie-1, seed 3"
	Key       string     `json:"key"`
	Spec      Spec       `json:"spec"`
	Plugin    PluginRef  `json:"plugin"`
	Resources Resources  `json:"resources"`
	Timeout   Duration   `json:"timeout,omitempty"` // 0: none
	Keep      Keep       `json:"keep"`
	Parent    string     `json:"parent,omitempty"` // key of the same training to less of the budget (Spec.Budget), whose checkpoint is taken over
	Allow     Grant      `json:"allow,omitzero"`   // what the sweep grants the plugin
	Score     *Score     `json:"score,omitempty"`  // the fit is there: only its probes are wanted
	Known     Provenance `json:"provenance"`       // what is known of it before it runs

	Angles   map[string][]float64 `json:"angles,omitempty"`   // of the classes of targets, for probes that read them
	Measured map[string]Measured  `json:"measured,omitempty"` // what the record will say of its probes
}

// PluginRef says which plugin a trial needs, so that another process can find it
// and see that it is the same one.
type PluginRef struct {
	Name   string `json:"name"`             // as the sweep calls it
	Origin string `json:"origin"`           // how it was found: "built-in", "path", ...
	Where  string `json:"where"`            // its executable or manifest on the machine that asks
	Digest string `json:"digest,omitempty"` // of its code
}

// Resources are what a trial claims of the machine that it runs on.
type Resources struct {
	CPUs   int   `json:"cpus"`             // threads that training may use
	GPUs   *int  `json:"gpus,omitempty"`   // nil: devices are inherited, not claimed; 0: hidden
	Memory int64 `json:"memory,omitempty"` // bytes; 0: no limit
	Output int64 `json:"output,omitempty"` // bytes that the plugin may write, into files and its log; 0: no limit
}

// Keep says what stays on disk of a trial that succeeded.
type Keep struct {
	Models     bool `json:"models,omitempty"`
	Embeddings bool `json:"embeddings,omitempty"`
	Pinned     bool `json:"pinned,omitempty"` // embeddings stay whatever room they take
	Arrays     bool `json:"arrays,omitempty"` // what the method makes for figures
}

// Score asks for probes of a fit that is there: from the embeddings that are kept of
// it, else from its kept model, else by training again.
type Score struct {
	Embeddings map[string]Embedding `json:"embeddings"` // of the fit, by split: others are of another fit
}

// Duration is a time.Duration that files show as text: "30m0s".
type Duration time.Duration

// MarshalText is the form "1m30s".
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads the form "1m30s".
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	*d = Duration(v)
	return err
}

// Result is what came of a request: the record, whole, and what the plugin said.
type Result struct {
	Attempt string  `json:"attempt"`
	Record  Record  `json:"record"`
	Fit     *Record `json:"fit,omitempty"`    // where only probes failed: the rest of it, which succeeded
	Scored  bool    `json:"scored,omitempty"` // nothing was trained: the record has the probes alone
	Log     string  `json:"log,omitempty"`
}
