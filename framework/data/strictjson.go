package data

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

const maxNesting = 100

// strictJSON decodes a text that is one value and nothing else. Unknown keys and
// keys that stand there twice are refused: the library would let the last win.
func strictJSON(text []byte, into any) error {
	if err := noKeyTwice(text); err != nil {
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return err
	}
	if _, err := dec.Token(); err != io.EOF {
		return errors.New("more follows behind its end")
	}
	return nil
}

// noKeyTwice walks over the tokens. The library matches keys whatever their case,
// so that "Train" is "train" once more.
func noKeyTwice(text []byte) error {
	type level struct {
		keys  map[string]bool // of an object; nil of a list
		value bool            // the next token is a value, not a key
	}
	var open []level
	dec := json.NewDecoder(bytes.NewReader(text))
	for {
		token, err := dec.Token()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if d, ok := token.(json.Delim); ok && (d == '}' || d == ']') {
			open = open[:len(open)-1]
		} else if n := len(open); n > 0 && open[n-1].keys != nil && !open[n-1].value {
			key := strings.ToLower(token.(string)) // the library has seen that keys are text
			if open[n-1].keys[key] {
				return fmt.Errorf("the key %q is there twice", token)
			}
			open[n-1].keys[key], open[n-1].value = true, true
			continue
		}
		if len(open) > maxNesting {
			return fmt.Errorf("it is nested deeper than %d", maxNesting)
		}
		switch token {
		case json.Delim('{'):
			open = append(open, level{keys: map[string]bool{}})
			continue
		case json.Delim('['):
			open = append(open, level{})
			continue
		}
		if n := len(open); n > 0 { // a value, or all of an object or list, has ended
			open[n-1].value = false
		}
	}
}
