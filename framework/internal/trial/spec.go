// Package trial is the identity of trials and their records: plain data.
package trial

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/assaylab/assay/framework/internal/probe"
)

// Spec says what a trial is and what is measured of it, as records show it.
type Spec struct {
	Method   string       `json:"method"`   // name that the plugin gives itself
	Version  string       `json:"version"`  // of the method
	Settings Settings     `json:"settings"` // complete: defaults filled, inactive ones removed
	Dataset  string       `json:"dataset"`  // digest; the split is part of the contents
	Seed     uint64       `json:"seed"`
	Probes   []probe.Spec `json:"probes"` // the evaluation, complete

	// What the first edition did not know; see Fit.
	Code   string  `json:"code,omitempty"`
	Fold   string  `json:"fold,omitempty"`
	Budget float64 `json:"budget,omitempty"`
	Parent string  `json:"parent,omitempty"`
}

// Key is the trial's key of the first edition, by which its records are known and
// checked: the SHA-256 of the JSON form with the fields in the order above. The
// probes are part of it, so that another probe made another trial; [Fit.Key] does
// not have that fault.
func (s Spec) Key() string {
	text, err := json.Marshal(s) // map keys are sorted by encoding/json
	if err != nil {
		panic("trial: a spec holds what JSON cannot: " + err.Error())
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Fit is the part of a spec that training depends on.
func (s Spec) Fit() Fit {
	return Fit{Method: s.Method, Version: s.Version, Code: s.Code, Settings: s.Settings, Dataset: s.Dataset,
		Fold: s.Fold, Seed: s.Seed, Budget: s.Budget, Parent: s.Parent}
}
