//go:build unix

package drill

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/assaylab/assay/framework/data/npy"
)

// A hostile file. What reads it either refuses it by name, or reads exactly what the
// library that writes such files would: truth, row by row in float32. Without a truth
// it must be refused.
type hostile struct {
	name  string // of this one, beside its class
	file  string // its own name
	bytes []byte
	make  func(path string) error // where bytes will not do
	read  []string                // --read
	truth []float32
}

type fileClass struct {
	name  string
	files func() []hostile
}

// fileClasses are 20 classes of 10 files each.
var fileClasses = []fileClass{
	{"npy: headers that lie about size", lyingNPY}, {"npy: cut off", cutNPY}, {"npy: byte orders and types", ordersNPY},
	{"npy: values at the edge", valuesNPY}, {"npy: headers that are programs", programNPY}, {"npy, npz: pickled objects", objectsNPY},
	{"npz: members that overlap", overlapNPZ}, {"npz: directories that lie", lyingNPZ}, {"npz: bombs", bombNPZ},
	{"npz: names", namesNPZ}, {"npz: flipped bits", flippedNPZ},
	{"csv: long and wide", longCSV}, {"csv: values", valuesCSV}, {"csv: structure", structureCSV}, {"csv.gz", packedCSV},
	{"mat: structures that lie", lyingMAT}, {"mat: cut off or damaged", cutMAT}, {"mat: deep, wide, packed", deepMAT},
	{"hdf5, nwb, parquet, pickle", foreignFiles}, {"no regular files", places},
}

// canary is what a payload makes when it is executed.
const canary = "canary"

// TestHostileFiles: nothing in a file is executed, no number is wrong, nothing takes
// long or much, and no file brings the host down.
func TestHostileFiles(t *testing.T) {
	s := newSite(t)
	c := newTally("hostile files")
	executed, wrong := 0, 0
	for _, class := range fileClasses {
		files := class.files()
		if len(files) != 10 {
			t.Errorf("%s has %d files", class.name, len(files))
		}
		if !*whole {
			files = files[:3]
		}
		for _, f := range files {
			path := filepath.Join(s.dir, f.file)
			var err error
			if f.make != nil {
				err = f.make(path)
			} else {
				err = os.WriteFile(path, f.bytes, 0o644)
			}
			if err != nil {
				t.Fatalf("%s: %s: %v", class.name, f.name, err)
			}
			out := filepath.Join(s.dir, "out.npz")
			args := []string{"data", "import", f.file, "--out", out}
			for _, r := range f.read {
				args = append(args, "--read", r)
			}
			o := s.call(args...)
			why := o.cost(int64(len(f.truth)) * 4)
			switch {
			case why != "":
			case o.code == 0:
				if why = differs(out, f.truth); why != "" {
					wrong++
				}
			case !strings.Contains(o.stderr, filepath.Base(strings.TrimSuffix(f.file, "/"))):
				why = "refused without its name: " + first(o.stderr)
			}
			if why == "" && strings.ContainsAny(o.stdout+o.stderr, "\x1b\u202e\a") {
				why = "it reaches the terminal"
			}
			if _, err := os.Stat(filepath.Join(s.dir, canary)); err == nil {
				executed++
				why = "executed"
				os.Remove(filepath.Join(s.dir, canary))
			}
			if testing.Verbose() && *whole {
				t.Logf("  %s: %s: code %d, %v, %d MB: %s", class.name, f.name, o.code, o.cpu, o.memory>>20, first(o.stderr))
			}
			c.add(t, class.name, f.name, why, o)
			os.Remove(out)
			os.RemoveAll(path)
		}
	}
	c.print(t)
	t.Logf("%d executed, %d wrong numbers", executed, wrong)
}

// differs is how the samples of an .npz are not the truth; "": they are.
func differs(path string, truth []float32) string {
	if truth == nil {
		return "it is read, and should be refused"
	}
	z, err := npy.OpenZip(path, 1<<30)
	if err != nil {
		return err.Error()
	}
	defer z.Close()
	a, err := z.Read("samples")
	if err != nil {
		return err.Error()
	}
	got := a.Float32()
	if len(got) != len(truth) {
		return "wrong numbers: another number of values"
	}
	for i := range got {
		if math.Float32bits(got[i]) != math.Float32bits(truth[i]) && !(got[i] != got[i] && truth[i] != truth[i]) {
			return "wrong numbers: " + strings.TrimSpace(strings.Join([]string{str(got[i]), "is not", str(truth[i])}, " "))
		}
	}
	return ""
}
