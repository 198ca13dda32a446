// Package trial is the identity of trials and their records: plain data.
package trial

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/assaylab/assay/framework/internal/probe"
)

// Spec is what makes a trial the trial it is: equal specs are the same trial,
// in whatever sweep or under whatever label they appear.
type Spec struct {
	Method   string         `json:"method"`   // name that the plugin gives itself
	Version  string         `json:"version"`  // of the method
	Settings map[string]any `json:"settings"` // complete: defaults filled, inactive ones removed
	Dataset  string         `json:"dataset"`  // digest; the split is part of the contents
	Seed     uint64         `json:"seed"`
	Probes   []probe.Spec   `json:"probes"` // the evaluation, complete
}

// Key is the SHA-256 of the canonical JSON form of the spec: object keys sorted,
// numbers in their shortest form. The first twelve digits are what people see.
func (s Spec) Key() string {
	text, err := json.Marshal(s) // map keys are sorted by encoding/json
	if err != nil {
		panic("trial: a spec holds what JSON cannot: " + err.Error())
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
