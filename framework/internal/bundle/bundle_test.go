package bundle

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/trial"
	"github.com/assaylab/assay/framework/metric"
)

// packed writes an archive of these headers with these texts.
func packed(t *testing.T, members ...any) string {
	t.Helper()
	var b bytes.Buffer
	z, err := zstd.NewWriter(&b)
	if err != nil {
		t.Fatal(err)
	}
	w := tar.NewWriter(z)
	for i := 0; i < len(members); i += 2 {
		head, text := members[i].(tar.Header), members[i+1].(string)
		if head.Typeflag == tar.TypeReg && head.Size == 0 {
			head.Size = int64(len(text))
		}
		if err := w.WriteHeader(&head); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "x"+Extension)
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func file(name string) tar.Header { return tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644} }

// manifest is one whose members have the texts of the first two arguments each.
func manifest(t *testing.T, change func(*Manifest)) string {
	t.Helper()
	m := Manifest{Format: Format, Version: Version, Sweep: "s", File: "s.yaml"}
	change(&m)
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

const sumOfA = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb" // SHA-256 of "a"

func TestHostileBundlesAreRefused(t *testing.T) {
	a := func(path string) func(*Manifest) {
		return func(m *Manifest) { m.Members = []Member{{Path: path, Size: 1, SHA256: sumOfA}} }
	}
	nothing := func(*Manifest) {}
	link := func(kind byte, to string) tar.Header { return tar.Header{Typeflag: kind, Name: "a", Linkname: to} }
	for name, c := range map[string]struct {
		members []any
		want    string
	}{
		"empty":           {nil, "does not begin with a manifest.json"},
		"another first":   {[]any{file("a"), "a"}, "does not begin with a manifest.json"},
		"no JSON":         {[]any{file(manifestName), "hello"}, "it is no bundle"},
		"another format":  {[]any{file(manifestName), `{"format": "x"}`}, "it is no bundle"},
		"a link first":    {[]any{tar.Header{Typeflag: tar.TypeSymlink, Name: manifestName, Linkname: "/etc/passwd"}, ""}, "it is no bundle"},
		"later version":   {[]any{file(manifestName), manifest(t, func(m *Manifest) { m.Version = 2 })}, "it is of version 2"},
		"above":           {[]any{file(manifestName), manifest(t, a("../a")), file("../a"), "a"}, "leads elsewhere"},
		"above, later":    {[]any{file(manifestName), manifest(t, a("x/../../a")), file("x/../../a"), "a"}, "leads elsewhere"},
		"absolute":        {[]any{file(manifestName), manifest(t, a("/tmp/a")), file("/tmp/a"), "a"}, "leads elsewhere"},
		"of Windows":      {[]any{file(manifestName), manifest(t, a(`c:\a`)), file(`c:\a`), "a"}, "leads elsewhere"},
		"backslash":       {[]any{file(manifestName), manifest(t, a(`..\a`)), file(`..\a`), "a"}, "leads elsewhere"},
		"sweep elsewhere": {[]any{file(manifestName), manifest(t, func(m *Manifest) { m.File = "../s.yaml" })}, "its sweep has the name"},
		"sweep is a path": {[]any{file(manifestName), manifest(t, func(m *Manifest) { m.Sweep = "a/b" })}, "its sweep has the name"},
		"data elsewhere":  {[]any{file(manifestName), manifest(t, func(m *Manifest) { m.Datasets = []Dataset{{ID: "d", Files: map[string]string{"x": "../x"}}} })}, "has a file elsewhere"},
		"twice":           {[]any{file(manifestName), manifest(t, func(m *Manifest) { a("a")(m); m.Members = append(m.Members, m.Members[0]) }), file("a"), "a", file("a"), "a"}, "out of order"},
		"symbolic link":   {[]any{file(manifestName), manifest(t, a("a")), link(tar.TypeSymlink, "/etc/passwd"), ""}, "no plain file"},
		"hard link":       {[]any{file(manifestName), manifest(t, a("a")), link(tar.TypeLink, "/etc/passwd"), ""}, "no plain file"},
		"device":          {[]any{file(manifestName), manifest(t, a("a")), tar.Header{Typeflag: tar.TypeChar, Name: "a"}, ""}, "no plain file"},
		"pipe":            {[]any{file(manifestName), manifest(t, a("a")), tar.Header{Typeflag: tar.TypeFifo, Name: "a"}, ""}, "no plain file"},
		"another name":    {[]any{file(manifestName), manifest(t, a("a")), file("b"), "a"}, `holds "b" where its manifest has "a"`},
		"another size":    {[]any{file(manifestName), manifest(t, a("a")), file("a"), "ab"}, "has 2 bytes, not 1"},
		"other bytes":     {[]any{file(manifestName), manifest(t, a("a")), file("a"), "b"}, "a is damaged"},
		"missing":         {[]any{file(manifestName), manifest(t, a("a"))}, "a is missing"},
		"more":            {[]any{file(manifestName), manifest(t, nothing), file("a"), "a"}, "which its manifest does not name"},
		"a file's folder": {[]any{file(manifestName), manifest(t, func(m *Manifest) {
			a("a")(m)
			m.Members = append(m.Members, Member{Path: "a/b", Size: 1, SHA256: sumOfA})
		}), file("a"), "a", file("a/b"), "a"}, "a"},
		"larger than may":  {[]any{file(manifestName), manifest(t, func(m *Manifest) { a("a")(m); m.Members[0].Size = maxUnpacked + 1 })}, "unpacks to more than"},
		"negative":         {[]any{file(manifestName), manifest(t, func(m *Manifest) { a("a")(m); m.Members[0].Size = -1 })}, "unpacks to more than"},
		"together too big": {[]any{file(manifestName), manifest(t, func(m *Manifest) { m.Members = []Member{{Path: "a", Size: maxUnpacked}, {Path: "b", Size: 1}} })}, "unpacks to more than"},
	} {
		t.Run(name, func(t *testing.T) {
			outer := t.TempDir()
			dir := filepath.Join(outer, "in")
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			if _, err := Open(packed(t, c.members...), dir); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one that says %q", err, c.want)
			}
			if left, _ := os.ReadDir(outer); len(left) != 1 {
				t.Errorf("something was written outside: %v", left)
			}
		})
	}
}

// A bomb ends where the most that a bundle may hold ends, and is not kept in memory.
func TestLimited(t *testing.T) {
	l := &limited{from: strings.NewReader(strings.Repeat("x", 100)), left: 10}
	got := make([]byte, 100)
	n, err := l.Read(got)
	if n != 10 || err != nil {
		t.Fatal(n, err)
	}
	if _, err := l.Read(got); err == nil {
		t.Fatal("it read on")
	}
}

// What is written is read, and the same contents have the same bytes.
func TestWriteIsDeterministic(t *testing.T) {
	c := content{"b/c": []byte("second"), "a": []byte("first"), "b/a": nil}
	var one, two bytes.Buffer
	for _, b := range []*bytes.Buffer{&one, &two} {
		if err := write(b, &Manifest{Format: Format, Version: Version, Sweep: "s", File: "s.yaml"}, c); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(one.Bytes(), two.Bytes()) {
		t.Error("two bundles of one content differ")
	}
	path := filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(path, one.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	b, err := Open(path, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range c {
		if got, err := os.ReadFile(filepath.Join(b.Dir, name)); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func line(key string, seed uint64, value float64) store.Line {
	l := store.Line{MethodID: "m", Dataset: "d", Record: trial.Record{Key: key, Status: trial.Succeeded}}
	l.Spec.Seed = seed
	l.Metrics = []metric.Value{{Name: "score", Split: "test", Goal: metric.Max, Value: value}}
	return l
}

// A sample depends on its seed alone, holds no trial twice, and every trial may be in one.
func TestSample(t *testing.T) {
	var lines, reversed []store.Line
	for i := range uint64(20) {
		lines = append(lines, line(strings.Repeat(string(rune('a'+i)), 3), i, 0))
		reversed = append([]store.Line{lines[i]}, reversed...)
	}
	drawn := map[string]bool{}
	for seed := range uint64(60) {
		one, two := Sample(lines, 5, seed), Sample(reversed, 5, seed)
		seen := map[string]bool{}
		for i := range one {
			if one[i].Key != two[i].Key {
				t.Fatalf("seed %d: the order of the lines matters", seed)
			}
			seen[one[i].Key], drawn[one[i].Key] = true, true
		}
		if len(seen) != 5 {
			t.Fatalf("seed %d: %d trials of 5", seed, len(seen))
		}
	}
	if len(drawn) != 20 || len(Sample(lines, 0, 1)) != 20 || len(Sample(lines, 99, 1)) != 20 {
		t.Errorf("%d of 20 trials were ever drawn", len(drawn))
	}
}

// The number of one more seed is expected where a t distribution says: for values 1, 2, 3
// within 2 ± 9.925·1·sqrt(4/3).
func TestJudge(t *testing.T) {
	all := []store.Line{line("a", 1, 1), line("b", 2, 2), line("c", 3, 3)}
	lo, hi, ok := oneMore([]float64{1, 2, 3})
	if want := 11.4602; !ok || lo < 2-want-1e-3 || lo > 2-want+1e-3 || hi < 2+want-1e-3 || hi > 2+want+1e-3 {
		t.Errorf("one more of 1, 2, 3 is in [%v, %v]", lo, hi)
	}
	for _, c := range []struct {
		now       float64
		elsewhere []string
		all       []store.Line
		want      string
	}{
		{1, nil, all, Equal},
		{1.5, nil, all, Different},
		{1.5, []string{"code of the plugin: x, was y"}, all, Different},
		{1.5, []string{"instruction set: [], was [avx2]"}, all, Allowed},
		{1.5, []string{"platform: linux/arm64, was linux/amd64"}, all, Allowed},
		{15, []string{"instruction set: [], was [avx2]"}, all, Different},
		{1.5, []string{"instruction set: [], was [avx2]"}, all[:2], Different}, // no spread is known of two
		{1 + 1e-9, []string{"instruction set: [], was [avx2]"}, all[:2], Allowed},
	} {
		now := line("a", 1, c.now).Record
		v := Verdict{Elsewhere: c.elsewhere}
		if c.now != 1 {
			v.Differences = []string{"score"}
		}
		if v.judge(all[0], now, c.all); v.Verdict != c.want {
			t.Errorf("%v with %v: %s (%s), want %s", c.now, c.elsewhere, v.Verdict, v.Note, c.want)
		}
	}
}

// A bundle can name nothing outside of the folder that its user gives.
func TestNothingOutsideIsNamed(t *testing.T) {
	b := &Bundle{Manifest: Manifest{File: "sweeps/s.yaml"}}
	top := t.TempDir()
	for _, plugin := range []string{"/bin/sh", "../../x", "~/x", "../x/../../../bin/sh"} {
		l := line("a", 1, 1)
		l.Provenance.Plugin = plugin
		l.Provenance.Recipe.Source = "generate/low-rank-gaussians"
		if _, err := b.from(top, l); err == nil || !strings.Contains(err.Error(), "is outside of") {
			t.Errorf("plugin %s: %v", plugin, err)
		}
	}
	for _, data := range []string{"/etc/passwd", "../../x.npz", "x.csv"} {
		l := line("a", 1, 1)
		l.Provenance.Plugin, l.Provenance.Recipe.Source = "../plugins/x", data
		if _, err := b.from(top, l); err == nil || !strings.Contains(err.Error(), "names no place for") {
			t.Errorf("data %s: %v", data, err)
		}
	}
}
