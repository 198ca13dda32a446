package host

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/trial"
)

// Confine says whether plugins are kept to what they need.
type Confine string

const (
	ConfineDefault  Confine = "default"  // as far as the kernel can
	ConfineRequired Confine = "required" // a plugin that cannot be confined is not started
	ConfineOff      Confine = "off"
)

// Access is what a confined plugin reaches beside its own code, its interpreter and
// the libraries of the system.
type Access = trial.Grant

// systemReads are what programs need of a system: its libraries and how it is set up,
// without its secrets. What does not exist is left out.
var systemReads = []string{
	"/usr", "/lib", "/lib32", "/lib64", "/libx32", "/bin", "/sbin", "/nix/store", "/gnu/store", "/run/current-system",
	"/proc", "/sys/devices", "/sys/bus", "/sys/class", "/sys/kernel/mm", "/sys/fs/cgroup", "/sys/module", "/sys/dev",
	"/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/ld.so.preload", "/etc/alternatives", "/etc/localtime", "/etc/timezone",
	"/etc/passwd", "/etc/group", "/etc/nsswitch.conf", "/etc/hosts", "/etc/host.conf", "/etc/resolv.conf", "/etc/gai.conf", "/etc/os-release", "/etc/debian_version",
	"/etc/ssl/certs", "/etc/ssl/openssl.cnf", "/etc/ca-certificates", "/etc/pki/tls/certs", "/etc/pki/ca-trust", "/etc/crypto-policies", "/etc/gnutls",
	"/etc/locale.alias", "/etc/locale.conf", "/etc/default/locale", "/etc/mime.types", "/etc/magic", "/etc/fonts", "/etc/matplotlibrc",
	"/etc/OpenCL", "/etc/vulkan", "/etc/nvidia", "/etc/machine-id", "/etc/protocols", "/etc/services",
}

// devices are what programs read and write without harm, the graphics cards that the
// environment lets them see, and the memory that processes share.
var devices = []string{"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty", "/dev/shm", "/dev/ptmx", "/dev/pts",
	"/dev/nvidia*", "/dev/nvidia-caps", "/dev/dri", "/dev/kfd"}

// A sandbox is everything that one process may reach.
type sandbox struct {
	read, write []string
	network     bool
}

// sandbox makes that of a plugin: its code, interpreter and libraries, the system's,
// and what the trial gives it.
func (p Plugin) sandbox(access Access) *sandbox {
	s := &sandbox{network: access.Network, write: slices.Clone(access.Write)}
	s.read = append(slices.Clone(systemReads), access.Read...)
	s.read = append(s.read, p.code()...)
	for _, d := range devices {
		found, _ := filepath.Glob(d) // the patterns are good
		s.write = append(s.write, found...)
	}
	if dir := os.Getenv("GOCOVERDIR"); dir != "" {
		s.write = append(s.write, dir)
	}
	return s
}

// box is the sandbox of a program of the plugin that is only asked something; nil where
// nothing can be confined.
func (p Plugin) box() *sandbox {
	if Strength() == "" {
		return nil
	}
	return p.sandbox(Access{Read: []string{os.TempDir() + string(filepath.Separator)}})
}

// code is where the plugin itself lies: its folder without what is no part of it, and
// the program that runs it with its libraries.
func (p Plugin) code() []string {
	out := append([]string{p.Path}, libraries()...)
	if prefix := installation(p.Path); prefix != "" {
		out = append(out, prefix)
	}
	if p.Manifest == nil {
		if dir := filepath.Dir(p.Path); filepath.Base(dir) != "bin" && acceptable(dir) {
			out = append(out, codeFolder(dir)...) // modules and libraries beside a program
		}
		if isPython(p.Path) {
			out = append(out, pythonRoots(p.Path)...)
		}
		out = append(out, scriptRoots(p.Path)...)
		for _, name := range passedPython {
			for _, dir := range filepath.SplitList(os.Getenv(name)) {
				if dir != "" {
					out = append(out, dir)
				}
			}
		}
		return out
	}
	out = append(out, codeFolder(p.Manifest.Dir())...)
	if p.Manifest.Python != "" {
		out = append(out, pythonRoots(p.Path)...)
	} else {
		out = append(out, scriptRoots(p.Path)...)
	}
	return out
}

// codeFolder lists what stands in a plugin's folder, but for folders of results, which
// are other trials' business.
func codeFolder(dir string) []string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return []string{dir}
	}
	f := newFilter(dir)
	out := []string{dir + string(filepath.Separator)} // the list of its files alone
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if e.IsDir() && f.inResults(filepath.Join(e.Name(), "x")) {
			continue
		}
		out = append(out, path)
	}
	return out
}

// insufficient is why a plugin is not started where confinement is required; nil: it is.
func (l *Launcher) insufficient(p Plugin) *failure.Failure {
	if l.Confine != ConfineRequired {
		return nil
	}
	fail := func(reason string) *failure.Failure {
		return &failure.Failure{Kind: failure.Launch, Plugin: p.Where(), Reason: "confine: required, and " + reason,
			Hint: "it takes Linux 5.13 or newer with Landlock and seccomp; confine: default starts plugins as far confined as the system can"}
	}
	switch {
	case Strength() == "":
		return fail("this system cannot confine a plugin")
	case fullStrength() == "":
		return fail("this system confines it by " + Strength() + " alone")
	}
	return nil
}

// errNotConfined says that a step of confinement failed that the kernel offers.
var errNotConfined = errors.New("the process could not be confined")

// private is what of its surroundings a confined plugin has for itself.
type private struct{ home, temp, cache string }

// newPrivate makes a home in the working folder, a folder for temporary files with a
// short path, as sockets want it, and a cache that the trials of one plugin share:
// fonts, compiled kernels.
func (l *Launcher) newPrivate(p Plugin, dir string) (private, error) {
	temp, err := os.MkdirTemp(l.folder.dir, "tmp-")
	if err != nil {
		return private{}, err
	}
	out := private{home: filepath.Join(dir, ".home"), temp: temp}
	out.cache = filepath.Join(out.home, ".cache")
	if l.Caches != "" {
		sum := sha256.Sum256([]byte(p.Where() + "\x00" + strings.Join(p.Args, "\x00")))
		out.cache = filepath.Join(l.Caches, hex.EncodeToString(sum[:8]))
	}
	var errs []error
	for _, d := range []string{out.home, out.cache} {
		errs = append(errs, os.MkdirAll(d, 0o700))
	}
	return out, errors.Join(errs...)
}

// folders are those outside of the working folder.
func (v private) folders(dir string) []string {
	return slices.DeleteFunc([]string{v.temp, v.cache}, func(path string) bool { return strings.HasPrefix(path, dir+string(filepath.Separator)) })
}

// variables are those that lead a plugin there.
func (v private) variables() []string {
	out := []string{"HOME=" + v.home, "TMPDIR=" + v.temp, "XDG_CACHE_HOME=" + v.cache}
	for _, name := range []string{"NUMBA_CACHE_DIR", "MPLCONFIGDIR", "TORCHINDUCTOR_CACHE_DIR", "TRITON_CACHE_DIR"} {
		out = append(out, name+"="+filepath.Join(v.cache, strings.ToLower(name)))
	}
	if home, err := os.UserHomeDir(); err == nil { // pip install --user
		out = append(out, "PYTHONUSERBASE="+filepath.Join(home, ".local"))
	}
	return out
}
