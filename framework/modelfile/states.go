package modelfile

import (
	"encoding"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// statesFile is what WriteStates makes in the folder of a checkpoint.
const statesFile = "states.json"

// WriteStates stores what training needs to go on beside its weights, by name: the
// places of random streams (data.Stream), permutations, counters.
func WriteStates(dir string, states map[string]encoding.BinaryMarshaler) error {
	all := map[string][]byte{}
	for name, s := range states {
		b, err := s.MarshalBinary()
		if err != nil {
			return fmt.Errorf("state %s: %w", name, err)
		}
		all[name] = b
	}
	text, err := json.Marshal(all)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, statesFile), text, 0o644)
}

// ReadStates restores what WriteStates stored. Both must have the same names.
func ReadStates(dir string, states map[string]encoding.BinaryUnmarshaler) error {
	path := filepath.Join(dir, statesFile)
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	all := map[string][]byte{}
	if err := strict(text, &all); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if len(all) != len(states) {
		return fmt.Errorf("%s has %d states, not %d", path, len(all), len(states))
	}
	for name, s := range states {
		b, ok := all[name]
		if !ok {
			return fmt.Errorf("%s has no state %q", path, name)
		}
		if err := s.UnmarshalBinary(b); err != nil {
			return fmt.Errorf("%s: state %s: %w", path, name, err)
		}
	}
	return nil
}
