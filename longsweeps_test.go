package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// saysHours is how the head of a sweep says how long it took, and on what.
var saysHours = regexp.MustCompile(`Took (\d+\.\d) hours .*\bcores? of an? [A-Z]`)

// A sweep whose committed trials took more than an hour says so in its head, within a
// tenth of what its records say, with the machine and with what is tried faster.
func TestLongSweepsSayHowLong(t *testing.T) {
	records, err := filepath.Glob("results/*/records.jsonl")
	if err != nil || len(records) < 30 {
		t.Fatalf("%d results, %v", len(records), err)
	}
	long := 0
	for _, path := range records {
		wall, cpu := hours(t, path)
		if max(wall, cpu) < 1 {
			continue
		}
		long++
		file := filepath.Join("sweeps", filepath.Base(filepath.Dir(path))+".yaml")
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		head, _, _ := strings.Cut(string(text), "\nversion:")
		head = strings.ReplaceAll(head, "\n#", "")
		m := saysHours.FindStringSubmatch(head)
		if m == nil || !strings.Contains(head, "--smoke") {
			t.Errorf("%s took %.1f hours (%.1f of processor time) and does not say so, with the machine and --smoke", file, wall, cpu)
			continue
		}
		var said float64
		if err := json.Unmarshal([]byte(m[1]), &said); err != nil {
			t.Fatal(err)
		}
		if off := min(abs(said-wall)/wall, abs(said-cpu)/cpu); off > 0.1 {
			t.Errorf("%s says %.1f hours; its records have %.2f, %.2f of processor time", file, said, wall, cpu)
		}
	}
	if long == 0 {
		t.Error("no committed sweep took an hour: records do not say how long they took")
	}
}

func abs(x float64) float64 { return max(x, -x) }

// hours adds the clock time and the processor time of trials up.
func hours(t *testing.T, path string) (wall, cpu float64) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var r struct {
			Provenance struct {
				Wall float64 `json:"wall_s"`
				CPU  float64 `json:"cpu_s"`
			}
		}
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		wall, cpu = wall+r.Provenance.Wall/3600, cpu+r.Provenance.CPU/3600
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return wall, cpu
}
