package pickle

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const limit = 1 << 20

func read(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// at walks keys (text) and list places (numbers).
func at(v any, path ...any) (any, error) {
	for _, p := range path {
		if key, ok := p.(string); ok {
			next, err := Get(v, key)
			if err != nil {
				return nil, err
			}
			v = next
			continue
		}
		list, err := List(v)
		if err != nil {
			return nil, err
		}
		v = list[p.(int)]
	}
	return v, nil
}

func TestArrays(t *testing.T) {
	for _, c := range []struct {
		file  string
		path  []any
		shape []int
		typ   string
		want  []float64
	}{
		{"numpy.pkl", []any{"data", "firing_rates", 1}, []int{3, 3}, "<f8", []float64{0, 20, 40, 10, 30, 50, 20, 40, 60}},
		{"numpy.pkl", []any{"data", "labels", 0}, []int{2, 1}, "<f8", []float64{1, 1}},
		{"torch.pkl", []any{"data", 1, "_store", "_mapping", "x"}, []int{3, 3}, "<f4", []float64{0, 20, 40, 10, 30, 50, 20, 40, 60}},
		{"torch.pkl", []any{"data", 1, "_store", "_mapping", "timestep"}, []int{3}, "<i8", []float64{1, 2, 3}},
		{"fortran.pkl", nil, []int{2, 3}, ">i2", []float64{0, 1, 2, 3, 4, 5}},
	} {
		p, err := Load(read(t, c.file), limit)
		if err != nil {
			t.Errorf("%s: %v", c.file, err)
			continue
		}
		v, err := at(p.Value, c.path...)
		if err != nil {
			t.Errorf("%s %v: %v", c.file, c.path, err)
			continue
		}
		a, err := p.Array(v)
		if err != nil {
			t.Errorf("%s %v: %v", c.file, c.path, err)
			continue
		}
		if d := cmp.Diff(c.shape, a.Shape) + cmp.Diff(c.typ, a.Type.String()) + cmp.Diff(c.want, a.Float64()); d != "" {
			t.Errorf("%s %v: %s", c.file, c.path, d)
		}
	}
}

func TestNothingIsExecuted(t *testing.T) {
	for file, want := range map[string]string{
		"system.pkl":           `"posix.system", which is none of the classes`,
		"system-protocol0.pkl": `"posix.system", which is none of the classes`,
		"eval.pkl":             `"__builtin__.eval", which is none of the classes`,
	} {
		if _, err := Load(read(t, file), limit); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v does not mention %s", file, err, want)
		}
	}
}

func TestHostilePickles(t *testing.T) {
	u32 := func(n uint32) string { return string(binary.LittleEndian.AppendUint32(nil, n)) }
	u64 := func(n uint64) string { return string(binary.LittleEndian.AppendUint64(nil, n)) }
	good := string(read(t, "numpy.pkl"))
	for _, c := range []struct{ name, want, bytes string }{
		{"empty", "truncated", ""},
		{"text", "opcode", "hello"},
		{"cut", "truncated", good[:len(good)/2]},
		{"cut at the end", "truncated", good[:len(good)-1]},
		{"more follows", "ends after", good + "x"},
		{"bytes of 4 GB", "needs 4294967295 bytes", "\x80\x04B" + u32(1<<32-1)},
		{"frame of 2^60", "a frame at byte 2 claims", "\x80\x04\x95" + u64(1<<60)},
		{"list of lists without end", "nested deeper", "\x80\x04" + strings.Repeat("(", 5000)},
		{"too many opcodes", "more than 1000000 opcodes", strings.Repeat("]", 1_100_000)},
		{"odd items", "malformed", "\x80\x04}(K\x01u."},
		{"empty stack", "malformed", "\x80\x04."},
		{"no mark", "malformed", "\x80\x04t."},
		{"append to a number", "malformed", "\x80\x04K\x01K\x02a."},
		{"extension code", "opcode 0x82", "\x80\x04\x82\x01."},
		{"array of the machine's own", "refused", "\x80\x04\x8c\x05array\x8c\x14_array_reconstructor\x93."},
		{"reconstructor", "refused", "\x80\x04\x8c\x08copy_reg\x8c\x0e_reconstructor\x93."},
		{"unknown class", `"a.b", which is none`, "\x80\x04ca\nb\n."},
		{"name without end", "truncated name", "\x80\x04cos"},
	} {
		if _, err := Load([]byte(c.bytes), limit); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v does not mention %q", c.name, err, c.want)
		}
	}
}

// replace changes bytes of a good file that occur in it.
func replace(t *testing.T, b []byte, old, new string) []byte {
	t.Helper()
	if !bytes.Contains(b, []byte(old)) {
		t.Fatalf("the file does not contain %q", old)
	}
	return bytes.Replace(b, []byte(old), []byte(new), 1)
}

// Files that load, but whose arrays are not what they claim.
func TestHostileArrays(t *testing.T) {
	numpy, torch := read(t, "numpy.pkl"), read(t, "torch.pkl")
	rates, x := []any{"data", "firing_rates", 0}, []any{"data", 0, "_store", "_mapping", "x"}
	for _, c := range []struct {
		name, want string
		bytes      []byte
		path       []any
	}{
		{"object array", "Python objects", read(t, "object-array.pkl"), nil},
		{"complex", "complex", read(t, "complex.pkl"), nil},
		{"a dictionary instead", "expected an array, found a dictionary", numpy, []any{"data"}},
		{"not there", `there is no "rates"`, numpy, []any{"data", "rates"}},
		{"cycle", "expected a list, found a dictionary", read(t, "cycle.pkl"), []any{"data", 0, "data", 0, "data", 0, 1}},
		{"wrong shape", "need 56 bytes of values, got 48", replace(t, numpy, "K\x02K\x03\x86", "K\x07K\x01\x86"), rates},
		{"huge shape", "need 2305842990960082952 bytes", replace(t, numpy, "K\x02K\x03\x86", "J\xff\xff\xff\x7fJ\xff\xff\xff\x07\x86"), rates},
		{"negative shape", "negative length", replace(t, numpy, "K\x02K\x03\x86", "J\xff\xff\xff\xffK\x03\x86"), rates},
		{"wrong type", "not supported", replace(t, numpy, "\x8c\x02f8", "\x8c\x02f7"), rates},
		{"type is text", "holds text", replace(t, numpy, "\x8c\x02f8", "\x8c\x02U8"), rates},
		{"tensor beyond its storage", "larger than its storage", replace(t, torch, "K\x02K\x03\x86", "K\x09K\x63\x86"), x},
		{"tensor with strides", "not in C order", replace(t, torch, "K\x03K\x01\x86", "K\x00K\x01\x86"), x},
		{"tensor behind its storage", "does not fit", replace(t, torch, "K\x00K\x02K\x03\x86", "K\x05K\x02K\x03\x86"), x},
		{"storage of another type", "none of the classes", replace(t, torch, "ctorch\nFloatStorage", "ctorch\nEvilsStorage"), x},
		{"storage without magic", "magic", replace(t, torch, "\xfc\x9cF\xf9", "\xfc\x9cF\xf8"), x},
		{"storage with a wrong count", "are declared", replace(t, torch, "\x06\x00\x00\x00\x00\x00\x00\x00", "\x07\x00\x00\x00\x00\x00\x00\x00"), x},
	} {
		err := func() error {
			// Lengths of frames do not fit after an edit: run the pickle without frames.
			p, err := Load(unframed(t, c.bytes), limit)
			if err != nil {
				return err
			}
			v, err := at(p.Value, c.path...)
			if err != nil {
				return err
			}
			_, err = p.Array(v)
			return err
		}()
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v does not mention %q", c.name, err, c.want)
		}
	}
}

// unframed removes the FRAME opcodes: they only help a reader to buffer.
func unframed(t *testing.T, b []byte) []byte {
	t.Helper()
	var out []byte
	for i := 0; i < len(b); {
		width := opcodes[b[i]]
		if b[i] == 0x95 {
			i += 9
			continue
		}
		_, end, err := argument(b, i+1, width)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, b[i:end]...)
		i = end
	}
	return out
}

// One array that a thousand places refer to is small in the file and large in memory.
func TestArraysTogetherRespectTheLimit(t *testing.T) {
	p, err := Load(read(t, "fortran.pkl"), 100)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Array(p.Value); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Array(p.Value); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Array(p.Value); err == nil || !strings.Contains(err.Error(), "exceed the limit together") {
		t.Errorf("error %v", err)
	}
}

// Whatever the bytes: no panic, and memory in proportion to them.
func FuzzLoad(f *testing.F) {
	files, err := filepath.Glob("testdata/*.pkl")
	if err != nil || len(files) == 0 {
		f.Fatal("no seeds")
	}
	for _, name := range files {
		f.Add(read(f, filepath.Base(name)))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		p, err := Load(b, limit)
		if err == nil {
			for _, path := range [][]any{nil, {"data", "firing_rates"}, {"data"}} {
				v, err := at(p.Value, path...)
				if err != nil {
					continue
				}
				p.Array(v)
				if list, err := List(v); err == nil {
					for _, item := range list {
						p.Array(item)
						if x, err := at(item, "_store", "_mapping", "x"); err == nil {
							p.Array(x)
						}
					}
				}
			}
		}
		runtime.ReadMemStats(&after)
		// About 300 bytes for each opcode of one byte (an open mark), and other goroutines' share.
		if got := after.TotalAlloc - before.TotalAlloc; got > uint64(len(b))*2000+16<<20 {
			t.Fatalf("%d bytes were allocated for a file of %d", got, len(b))
		}
	})
}
