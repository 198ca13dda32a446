package file

import (
	"context"
	"os"
	"path/filepath"
	"testing"
)

// Whatever a file holds, read as whatever it may be: no panic, and an error or a
// recording that fits together. What init writes about it is never in the way.
func FuzzRead(f *testing.F) {
	head := "MATLAB 5.0 MAT-file                                                                                                 \x00\x00\x00\x00\x00\x00\x00\x00\x00\x01IM"
	list := cell("samples", []int{1, 2}, double("", []int{2, 3}, 1, 4, 2, 5, 3, 6), double("", []int{1, 3}, 7, 8, 9))
	f.Add(uint8(0), []byte(head+double("samples", []int{3, 2}, 1, 3, 5, 2, 4, 6)+double("cue", []int{1, 3}, 90, 0, 90)))
	f.Add(uint8(0), []byte(head+list+cell("side", []int{1, 2}, char("", "a"), char("", "b"))))
	f.Add(uint8(1), []byte("a,b,trial\n1,2,0\n3,4,1\n"))
	f.Add(uint8(1), []byte("scorer,x,x\nbodyparts,n,n\ncoords,x,y\n0,1,2\n"))
	f.Add(uint8(1), []byte("a;b\n1,5;\"2\"\n"))
	f.Add(uint8(3), []byte("\x93NUMPY\x01\x00\x76\x00{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1), }"))
	for _, name := range []string{"arrays.npz", "stored.npz"} {
		b, err := os.ReadFile("../../../data/npy/testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(uint8(2), b)
	}
	endings := []string{".mat", ".csv", ".npz", ".npy", ".csv.gz"}
	columns := []Columns{{}, {Axes: []string{Units, Time}}, {Axes: []string{Trials, Time, Units}, NaN: Drop}, {Samples: []string{"samples"}, NaN: Fill, Scale: Counts}}
	table := []Columns{{Samples: []string{"a*"}}, {Samples: []string{"a"}, Classes: []Class{Named("b")}, NaN: Drop}, {Samples: []string{"n.*"}, Continuous: map[string][]string{"b": {"b"}}, NaN: Fill}}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, kind uint8, b []byte) {
		ending := endings[int(kind)%len(endings)]
		path := filepath.Join(dir, "x"+ending)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		try := columns
		if ending == ".csv" || ending == ".csv.gz" {
			try = table
		}
		for _, c := range try {
			r, err := Read(context.Background(), path, c, Options{Limit: limit})
			if err != nil {
				continue
			}
			if err := r.Recording.Check(); err != nil {
				t.Fatal(err)
			}
			for name, about := range r.Targets {
				if x, err := r.Recording.ClassTarget(name); err != nil || len(about.Labels) != x.Classes {
					t.Fatalf("%s: %v, %d names", name, err, len(about.Labels))
				}
			}
		}
		if s, err := Suggest(context.Background(), path, within); err == nil {
			s.YAML(path)
		}
	})
}
