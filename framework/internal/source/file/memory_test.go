package file

import (
	"archive/zip"
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const memoryVariable = "ASSAY_TEST_READ"

// TestMain reads one file in a process of its own where memory is measured: the
// variable is its path, then the samples to name.
func TestMain(m *testing.M) {
	path, samples, ok := strings.Cut(os.Getenv(memoryVariable), "|")
	if !ok {
		os.Exit(m.Run())
	}
	r, err := Read(context.Background(), path, Columns{Samples: strings.Fields(samples)}, Options{Limit: 4 << 30})
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	fmt.Println(strings.Fields(rest)[0], len(r.Recording.Samples.Values)*4/1024)
}

// peak is the most resident memory that reading a file takes, and the size of its
// values, in kB.
func peak(t *testing.T, path, samples string) (resident, values int) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), memoryVariable+"="+path+"|"+samples)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", path, err, out)
	}
	fields := strings.Fields(string(out))
	resident, err = strconv.Atoi(fields[0])
	if err == nil {
		values, err = strconv.Atoi(fields[1])
	}
	if err != nil {
		t.Fatalf("%s", out)
	}
	return resident, values
}

// large writes an array of zeros with one row of something else.
func large(t *testing.T, w io.Writer, descr, order string, rows, cols, size int) {
	t.Helper()
	header := fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': (%d, %d), }\n", descr, order, rows, cols)
	out := bufio.NewWriter(w)
	out.WriteString("\x93NUMPY\x01\x00" + string(binary.LittleEndian.AppendUint16(nil, uint16(len(header)))) + header)
	chunk := make([]byte, 1<<20)
	for n := rows * cols * size; n > 0; n -= len(chunk) {
		out.Write(chunk[:min(n, len(chunk))])
	}
	if err := out.Flush(); err != nil {
		t.Fatal(err)
	}
}

// Reading takes at most 1.3 times the memory of the values, however they are
// packed, typed and laid out. (C6)
func TestMemoryOfReading(t *testing.T) {
	if _, err := os.Stat("/proc/self/status"); err != nil {
		t.Skip("there is no /proc")
	}
	if testing.Short() {
		t.Skip("reads files of 100 MB")
	}
	dir := t.TempDir()
	create := func(name string, write func(w io.Writer)) string {
		t.Helper()
		path := filepath.Join(dir, name)
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		write(f)
		return path
	}
	archived := func(name string, method uint16, descr, order string, size int) string {
		return create(name, func(f io.Writer) {
			w := zip.NewWriter(f)
			m, err := w.CreateHeader(&zip.FileHeader{Name: "samples.npy", Method: method})
			if err != nil {
				t.Fatal(err)
			}
			large(t, m, descr, order, 1<<18, 128, size)
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
		})
	}
	base, _ := peak(t, create("small.npy", func(w io.Writer) { large(t, w, "<f4", "False", 2, 2, 4) }), "")
	for name, path := range map[string]string{
		"deflated zeros":     archived("zeros.npz", zip.Deflate, "<f4", "False", 4),
		"doubles, stored":    archived("doubles.npz", zip.Store, "<f8", "False", 8),
		"bytes, columns":     archived("bytes.npz", zip.Deflate, "|u1", "True", 1),
		"big-endian, an npy": create("big.npy", func(w io.Writer) { large(t, w, ">f8", "True", 1<<18, 128, 8) }),
		"a table": create("table.csv", func(w io.Writer) {
			out := bufio.NewWriter(w)
			out.WriteString("u")
			for i := range 63 {
				fmt.Fprintf(out, ",u%d", i)
			}
			row := "\n0.125" + strings.Repeat(",0.5", 63)
			for range 1 << 18 {
				out.WriteString(row)
			}
			out.Flush()
		}),
	} {
		samples := ""
		if strings.HasSuffix(path, ".csv") {
			samples = "u*"
		}
		resident, values := peak(t, path, samples)
		ratio := float64(resident-base) / float64(values)
		t.Logf("%s: %d MB for %d MB of values, %.2f times", name, (resident-base)/1024, values/1024, ratio)
		if ratio > 1.3 {
			t.Errorf("%s: %.2f times the values, want at most 1.3", name, ratio)
		}
	}
}
