package runner

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/assaylab/assay/framework/internal/failure"
)

// fakeCards puts an nvidia-smi of eight cards on the PATH.
func fakeCards(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("devices are claimed on Linux only")
	}
	dir := t.TempDir()
	text := "#!/bin/sh\n"
	for i := range 8 {
		text += fmt.Sprintf("echo 'GPU %d: NVIDIA H100 80GB HBM3 (UUID: GPU-%08d)'\n", i, i)
	}
	if err := os.WriteFile(filepath.Join(dir, "nvidia-smi"), []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	for _, name := range append(slices.Clone(deviceVariables), "SLURM_JOB_GPUS") {
		t.Setenv(name, "")
		os.Unsetenv(name)
	}
	gpuName = fmt.Sprintf("@assay-test-%d-gpu-%%s", os.Getpid())
	t.Cleanup(func() { gpuName = "@assay-gpu-%s" })
}

// A thousand trials in eight slots: no two at once on one device, each sees one alone,
// and eight at once have all eight.
func TestTrialsShareNoDevice(t *testing.T) {
	fakeCards(t)
	one := 1
	var mu sync.Mutex
	busy, used, done := map[string]bool{}, map[string]bool{}, 0
	var work sync.WaitGroup
	for range 8 {
		work.Go(func() {
			for {
				mu.Lock()
				if done == 1000 {
					mu.Unlock()
					return
				}
				done++
				mu.Unlock()
				var g gpus // a slot of another process, as far as a claim goes
				if err := g.take(t.Context(), &one); err != nil {
					t.Error(err)
					return
				}
				id := strings.TrimPrefix(g.env[0], "CUDA_VISIBLE_DEVICES=")
				mu.Lock()
				if busy[id] {
					t.Errorf("two trials on %s", id)
				}
				busy[id], used[id] = true, true
				mu.Unlock()
				runtime.Gosched()
				mu.Lock()
				busy[id] = false
				mu.Unlock()
				g.release()
			}
		})
	}
	work.Wait()
	if len(used) == 0 || strings.Contains(strings.Join(slices.Collect(maps.Keys(used)), " "), ",") {
		t.Errorf("used: %v", used)
	}
	var all []*gpus
	for range 8 { // none stays idle
		g := new(gpus)
		if err := g.take(t.Context(), &one); err != nil {
			t.Fatal(err)
		}
		all = append(all, g)
	}
	for _, g := range all {
		g.release()
	}
}

// What is absent is inherited, 0 hides, and an earlier choice is kept to.
func TestDevicesOfATrial(t *testing.T) {
	fakeCards(t)
	none, two := 0, 2
	env := func(want *int) []string {
		t.Helper()
		var g gpus
		defer g.release()
		if err := g.take(t.Context(), want); err != nil {
			return []string{err.Error()}
		}
		return g.env
	}
	if got := env(nil); got != nil {
		t.Errorf("inherited: %v", got)
	}
	if got := env(&none); !slices.Contains(got, "CUDA_VISIBLE_DEVICES=") || !slices.Contains(got, "ROCR_VISIBLE_DEVICES=") {
		t.Errorf("hidden: %v", got)
	}
	if got := env(&two); !slices.Equal(got, []string{"CUDA_VISIBLE_DEVICES=GPU-00000000,GPU-00000001"}) {
		t.Errorf("two: %v", got)
	}
	t.Setenv("SLURM_JOB_GPUS", "4,6")
	if got := env(&two); !slices.Equal(got, []string{"CUDA_VISIBLE_DEVICES=GPU-00000004,GPU-00000006"}) {
		t.Errorf("of Slurm: %v", got)
	}
	t.Setenv("CUDA_VISIBLE_DEVICES", "3,5")
	if got := env(nil); !slices.Equal(got, []string{"CUDA_VISIBLE_DEVICES=3,5"}) {
		t.Errorf("inherited: %v", got)
	}
	if got := env(&two); !slices.Equal(got, []string{"CUDA_VISIBLE_DEVICES=GPU-00000003,GPU-00000005"}) {
		t.Errorf("of the shell: %v", got)
	}
	t.Setenv("CUDA_VISIBLE_DEVICES", "3")
	if got := env(&two); len(got) != 1 || !strings.Contains(got[0], "needs 2 GPU(s), and this process may use 1") {
		t.Errorf("too few: %v", got)
	}
}

// A card in MIG mode stands for its instances.
func TestParts(t *testing.T) {
	got := chosen(nvidia("GPU 0: A100 (UUID: GPU-a)\n  MIG 1g.5gb Device  0: (UUID: MIG-x)\n  MIG 1g.5gb Device  1: (UUID: MIG-y)\nGPU 1: A100 (UUID: GPU-b)\n"))
	if !slices.Equal(got, []string{"MIG-x", "MIG-y", "GPU-b"}) {
		t.Errorf("%v", got)
	}
}

// Too little memory on a device is a kind of failure of its own, whoever says it and
// how; other failures stay what they are.
func TestMemoryOfADevice(t *testing.T) {
	for _, c := range []struct {
		f    failure.Failure
		want failure.Kind
	}{
		{failure.Failure{Kind: failure.Error, Reason: "Train: torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB"}, failure.GPUMemory},
		{failure.Failure{Kind: failure.Crash, Reason: "the plugin ended", Stderr: []string{"RESOURCE_EXHAUSTED: Out of memory while trying to allocate 8 bytes"}}, failure.GPUMemory},
		{failure.Failure{Kind: failure.Crash, Reason: "the plugin ended", Stderr: []string{"HIP out of memory."}}, failure.GPUMemory},
		{failure.Failure{Kind: failure.Error, Reason: "MemoryError: out of memory"}, failure.Error},
		{failure.Failure{Kind: failure.Timeout, Reason: "CUDA out of memory"}, failure.Timeout},
	} {
		if got := ofGPU(&c.f); got.Kind != c.want {
			t.Errorf("%+v is of kind %s, want %s", c.f, got.Kind, c.want)
		}
	}
}
