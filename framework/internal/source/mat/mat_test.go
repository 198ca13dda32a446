package mat

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// python is the interpreter of the environment that ../environment makes.
func python(t testing.TB) string {
	t.Helper()
	program, err := filepath.Abs("../.venv/bin/python")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(program); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("there is no %s", program)
		}
		t.Skipf("there is no %s: run framework/internal/source/environment", program)
	}
	return program
}

// dumped is a value as testdata/dump.py prints it.
type dumped struct {
	Class  string   `json:"class"`
	Type   string   `json:"type,omitempty"`
	Shape  []int    `json:"shape,omitempty"`
	Real   numbers  `json:"real,omitempty"`
	Imag   numbers  `json:"imag,omitempty"`
	Texts  []string `json:"texts,omitempty"`
	Fields []string `json:"fields,omitempty"`
	Items  []dumped `json:"items,omitempty"`
}

// numbers are compared by their bits: NaN is NaN, and 0 is not -0.
type numbers []uint64

func (n *numbers) UnmarshalJSON(text []byte) error {
	var texts []string
	if err := json.Unmarshal(text, &texts); err != nil {
		return err
	}
	for _, s := range texts {
		x, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return err
		}
		*n = append(*n, bits(x))
	}
	return nil
}

func bits(x float64) uint64 {
	if x != x {
		x = math.NaN()
	}
	return math.Float64bits(x)
}

type fileDump struct {
	Error string            `json:"error"`
	Vars  map[string]dumped `json:"vars"`
}

func scipy(t testing.TB, args ...string) map[string]fileDump {
	t.Helper()
	cmd := exec.Command(python(t), append([]string{"testdata/dump.py"}, args...)...)
	cmd.Stderr = os.Stderr
	text, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]fileDump
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func dump(f *File, v *Value) (dumped, error) {
	d := dumped{Class: string(v.Class), Shape: v.Shape}
	var err error
	toBits := func(x []float64) numbers {
		var out numbers
		for _, v := range x {
			out = append(out, bits(v))
		}
		return out
	}
	switch v.Class {
	case Number:
		d.Type = fmt.Sprintf("%c%d", v.Type.Kind, v.Type.Size)
		real, imag, e := f.Floats(v)
		d.Real, d.Imag, err = toBits(real), toBits(imag), e
	case Sparse:
		err = f.Sparse(context.Background(), v, func(x []float64) error { d.Real = append(d.Real, toBits(x)...); return nil })
	case Char:
		d.Shape = nil
		d.Texts, err = f.Texts(v)
	case Cell, Struct:
		d.Fields = v.Fields
		for _, item := range v.Items {
			one, e := dump(f, item)
			if e != nil {
				return d, e
			}
			d.Items = append(d.Items, one)
		}
	case Opaque:
		d.Shape = nil
	}
	return d, err
}

func read(path string) (map[string]dumped, error) {
	f, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	out := map[string]dumped{}
	for _, v := range f.Vars {
		if out[v.Name], err = dump(f, v); err != nil {
			return nil, fmt.Errorf("%s: %w", v.Name, err)
		}
	}
	return out, nil
}

// All of SciPy's own files are read as SciPy reads them, or refused where it
// refuses them.
func TestSciPysOwnFiles(t *testing.T) {
	files := scipy(t, "corpus")
	read, refused := compare(t, files)
	if len(files) != 110 || read+refused != 110 {
		t.Errorf("of %d files %d were read and %d refused as SciPy does, want 110 of 110", len(files), read, refused)
	}
	t.Logf("%d read as SciPy reads them, %d refused as it refuses them", read, refused)
}

// What scipy.io.savemat writes comes back.
func TestWhatSciPyWrites(t *testing.T) {
	files := scipy(t, "written", t.TempDir())
	if read, _ := compare(t, files); read != 4 {
		t.Errorf("%d of 4 files were read", read)
	}
}

func compare(t *testing.T, files map[string]fileDump) (same, refused int) {
	t.Helper()
	for _, path := range slices.Sorted(maps.Keys(files)) {
		want, name := files[path], filepath.Base(path)
		got, err := read(path)
		switch {
		case want.Error != "" && err == nil:
			t.Errorf("%s was read; SciPy: %s", name, want.Error)
		case want.Error != "":
			t.Logf("%s: %v (SciPy: %.80s)", name, err, want.Error)
			refused++
		case err != nil:
			t.Errorf("%s: %v", name, err)
		default:
			if d := cmp.Diff(want.Vars, got, cmpopts.EquateEmpty()); d != "" {
				t.Errorf("%s: %.3000s", name, d)
				continue
			}
			same++
		}
	}
	return same, refused
}
