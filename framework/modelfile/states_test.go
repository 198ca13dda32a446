package modelfile

import (
	"encoding"
	"testing"

	"github.com/assaylab/assay/framework/data"
)

func TestStates(t *testing.T) {
	dir := t.TempDir()
	a, b := data.NewStream(1, "a"), data.NewStream(1, "b")
	a.Uint64()
	if err := WriteStates(dir, map[string]encoding.BinaryMarshaler{"a": a, "b": b}); err != nil {
		t.Fatal(err)
	}
	c, d := data.NewStream(9, ""), data.NewStream(9, "")
	if err := ReadStates(dir, map[string]encoding.BinaryUnmarshaler{"a": c, "b": d}); err != nil {
		t.Fatal(err)
	}
	if a.Uint64() != c.Uint64() || b.Uint64() != d.Uint64() {
		t.Error("a stream does not go on where it was")
	}
	for name, into := range map[string]map[string]encoding.BinaryUnmarshaler{"another name": {"a": c, "x": d}, "one less": {"a": c}, "no file": nil} {
		at := dir
		if into == nil {
			at = t.TempDir()
		}
		if err := ReadStates(at, into); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
