package runner

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/assaylab/assay/framework/internal/failure"
)

// deviceVariables say to CUDA and ROCm which devices a process sees. A device that is
// named there alone is number 0 for the process.
var deviceVariables = []string{"CUDA_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "GPU_DEVICE_ORDINAL"}

// gpuName is the name of a device's socket.
var gpuName = "@assay-gpu-%s"

// gpuAgain is how often a trial looks for a device while others have them all.
const gpuAgain = 100 * time.Millisecond

// gpus is what of the machine's devices a worker's trials have.
type gpus struct {
	env  []string // for the plugin
	held []io.Closer
	want *int
}

// take claims devices for a trial, machine-wide as CPUs are: nil leaves those that the
// process inherits, 0 hides all. While all are taken it waits: on a shared device two
// trials would measure each other.
func (g *gpus) take(ctx context.Context, want *int) error {
	if g.held != nil && want != nil && g.want != nil && *want == *g.want {
		return nil // the same as before, so that a warm process can stay
	}
	g.release()
	g.want = want
	switch {
	case want == nil:
		for _, name := range deviceVariables {
			if v, ok := os.LookupEnv(name); ok {
				g.env = append(g.env, name+"="+v)
			}
		}
		return nil
	case *want == 0:
		for _, name := range deviceVariables {
			g.env = append(g.env, name+"=")
		}
		return nil
	}
	variable, devices, err := findDevices(ctx)
	if err != nil {
		return err
	}
	if len(devices) < *want {
		return &failure.Failure{Kind: failure.Launch, Reason: fmt.Sprintf("the trial needs %d GPU(s), and this process may use %d", *want, len(devices)),
			Hint: "lower limits.gpus, or run where there are more: nvidia-smi or rocm-smi lists them"}
	}
	for {
		var mine []string
		for _, id := range devices {
			if socket, err := net.ListenPacket("unixgram", fmt.Sprintf(gpuName, id)); err == nil {
				mine, g.held = append(mine, id), append(g.held, socket)
			}
			if len(mine) == *want {
				g.env = append(g.env, variable+"="+strings.Join(mine, ","))
				return nil
			}
		}
		g.let() // all or none: two trials that each hold half would wait for ever
		select {
		case <-ctx.Done():
			return &failure.Failure{Kind: failure.Cancelled, Reason: "it ended while it waited for a GPU"}
		case <-time.After(gpuAgain):
		}
	}
}

func (g *gpus) let() {
	for _, h := range g.held {
		h.Close()
	}
	g.held = nil
}

func (g *gpus) release() {
	g.let()
	*g = gpus{}
}

var (
	gpuLine = pattern(`^GPU (\d+): .*\(UUID: (GPU-[^)]+)\)`)
	migLine = pattern(`^\s+MIG .*\(UUID: (MIG-[^)]+)\)`)
	rocLine = pattern(`^GPU\[(\d+)\]`)
)

// pattern is compiled when it is first used.
func pattern(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}

// findDevices lists the devices that this process may use, as the variable that is
// returned names them: those of the machine or, where somebody has chosen already
// (a shell, or Slurm for its job), those of the choice.
func findDevices(ctx context.Context) (variable string, devices []string, err error) {
	if runtime.GOOS != "linux" {
		return "", nil, &failure.Failure{Kind: failure.Launch, Reason: "GPUs are claimed on Linux only", Hint: "leave limits.gpus out: devices are then inherited"}
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	if out, err := exec.CommandContext(ctx, "nvidia-smi", "-L").Output(); err == nil {
		return "CUDA_VISIBLE_DEVICES", chosen(nvidia(string(out)), os.Getenv("CUDA_VISIBLE_DEVICES"), os.Getenv("SLURM_JOB_GPUS")), nil
	}
	if out, err := exec.CommandContext(ctx, "rocm-smi", "--showid").Output(); err == nil {
		var all []device
		for line := range strings.Lines(string(out)) {
			if m := rocLine().FindStringSubmatch(line); m != nil && !slices.Contains(all, device{m[1], m[1]}) {
				all = append(all, device{m[1], m[1]})
			}
		}
		return "ROCR_VISIBLE_DEVICES", chosen(all, os.Getenv("ROCR_VISIBLE_DEVICES"), os.Getenv("SLURM_JOB_GPUS")), nil
	}
	return "CUDA_VISIBLE_DEVICES", nil, nil
}

// device is one that can be claimed: a card, or an instance of one that is parted.
type device struct{ index, id string }

// nvidia reads `nvidia-smi -L`. A card in MIG mode stands for its instances.
func nvidia(text string) (out []device) {
	index := ""
	whole := false
	for line := range strings.Lines(text) {
		if m := gpuLine().FindStringSubmatch(line); m != nil {
			index, whole = m[1], true
			out = append(out, device{index, m[2]})
		} else if m := migLine().FindStringSubmatch(line); m != nil {
			if whole {
				out, whole = out[:len(out)-1], false
			}
			out = append(out, device{index, m[1]})
		}
	}
	return out
}

// chosen are the devices of an earlier choice, by index or by id: that of the shell
// first, then that of Slurm; without any, all. CUDA ends its list at the first name
// that is no device.
func chosen(all []device, choices ...string) (out []string) {
	for _, choice := range choices {
		if choice == "" {
			continue
		}
		for name := range strings.SplitSeq(choice, ",") {
			name = strings.TrimSpace(name)
			known := false
			for _, d := range all {
				if d.id == name || d.index == name || len(name) > 4 && strings.HasPrefix(d.id, name) {
					out, known = append(out, d.id), true
				}
			}
			if !known {
				break
			}
		}
		return out
	}
	for _, d := range all {
		out = append(out, d.id)
	}
	return out
}

// gpuMemory are the words by which torch, JAX, TensorFlow and the drivers say that the
// memory of a device was not enough.
var gpuMemory = pattern(`(?i)(CUDA|HIP) out of memory|CUDA_ERROR_OUT_OF_MEMORY|cudaErrorMemoryAllocation|torch\.(cuda\.)?OutOfMemoryError|RESOURCE_EXHAUSTED: .*(out of memory|allocat)`)

// ofGPU gives a failure its own kind where the memory of a device was not enough.
func ofGPU(f *failure.Failure) *failure.Failure {
	if f.Kind != failure.Error && f.Kind != failure.Crash {
		return f
	}
	if !gpuMemory().MatchString(f.Reason) && !slices.ContainsFunc(f.Stderr, gpuMemory().MatchString) {
		return f
	}
	out := *f
	out.Kind = failure.GPUMemory
	if out.Hint == "" || f.Kind == failure.Crash {
		out.Hint = "limits.gpus: 1 gives every trial a device for itself; smaller batches need less; retries: {on: [gpu_memory]} tries again"
	}
	return &out
}
