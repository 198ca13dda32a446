// Package modelfile keeps a trained model in one file, for methods whose models
// are plain data: [Write] in Save, [Read] in Load.
//
// The file model.json is two lines of JSON. The first says which method and
// version wrote it and the SHA-256 of the second, which is the model. Numbers
// keep every bit. Larger models write .npy files of their own instead.
package modelfile

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// Name is the file that Write makes in the folder of a model.
const Name = "model.json"

type header struct {
	Method  string `json:"method"`
	Version string `json:"version"`
	SHA256  string `json:"sha256"`
}

// Write stores model, a value that encoding/json can write, in dir. A file that
// was cut short does not pass its own checksum in Read.
func Write(dir, method, version string, model any) error {
	body, err := json.Marshal(model)
	if err != nil {
		return fmt.Errorf("saving the model of %s: %w", method, err)
	}
	sum := sha256.Sum256(body)
	head, err := json.Marshal(header{method, version, hex.EncodeToString(sum[:])})
	if err != nil {
		return fmt.Errorf("saving the model of %s: %w", method, err)
	}
	text := bytes.Join([][]byte{head, body, nil}, []byte("\n"))
	if err := os.WriteFile(filepath.Join(dir, Name), text, 0o644); err != nil {
		return fmt.Errorf("saving the model of %s: %w", method, err)
	}
	return nil
}

// Read fills model, a pointer, from what Write stored in dir. It refuses files
// of another method or version, damaged ones, and fields that model does not
// have. Whether the parts of the model fit together is the caller's to check.
func Read(dir, method, version string, model any) error {
	path := filepath.Join(dir, Name)
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("reading the model of %s: %w", method, err)
	}
	first, body, _ := bytes.Cut(text, []byte("\n"))
	body = bytes.TrimSuffix(body, []byte("\n"))
	var h header
	if err := strict(first, &h); err != nil {
		return fmt.Errorf("%s is no model file: its first line: %w", path, err)
	}
	if h.Method != method || h.Version != version {
		return fmt.Errorf("%s is a model of %s %s, not of %s %s; train it again", path, h.Method, h.Version, method, version)
	}
	if sum := sha256.Sum256(body); hex.EncodeToString(sum[:]) != h.SHA256 {
		return fmt.Errorf("%s is damaged: the model of %d bytes does not have the SHA-256 of the first line; train it again", path, len(body))
	}
	if err := strict(body, model); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func strict(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	return d.Decode(into)
}
