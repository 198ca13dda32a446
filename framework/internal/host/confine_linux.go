package host

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// A plugin is confined before it exists: a thread takes on the restrictions, which
// nothing can lift any more, and starts it, so that it and all it starts inherit them.
// The thread then waits for its end (a death signal is tied to it) and goes. Landlock
// bounds files, TCP, signals and abstract sockets; seccomp other sockets, and calls
// that reach into other processes or around the rest. go-landlock restricts all
// threads of a process and so cannot be used here (docs/decisions/0018).

// Rights of Landlock by the version (ABI) that brought them.
const (
	fsRead  = unix.LANDLOCK_ACCESS_FS_EXECUTE | unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_READ_DIR
	fsFirst = unix.LANDLOCK_ACCESS_FS_MAKE_SYM<<1 - 1 // all of version 1
	fsFile  = unix.LANDLOCK_ACCESS_FS_EXECUTE | unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_TRUNCATE | unix.LANDLOCK_ACCESS_FS_IOCTL_DEV
)

// landlock is the version that the kernel offers; 0: none.
var landlock = sync.OnceValue(func() int {
	abi, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if errno != 0 {
		return 0
	}
	return int(abi)
})

// seccomps reports whether the kernel takes filters.
var seccomps = sync.OnceValue(func() bool {
	action := uint32(unix.SECCOMP_RET_ERRNO)
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_GET_ACTION_AVAIL, 0, uintptr(unsafe.Pointer(&action)))
	return errno == 0 && len(filterAlone()) > 0
})

// Strength is how far this kernel can confine a plugin: "landlock-7+seccomp"; empty
// where it cannot.
func Strength() string {
	var parts []string
	if abi := landlock(); abi > 0 {
		parts = append(parts, fmt.Sprintf("landlock-%d", abi))
	}
	if seccomps() {
		parts = append(parts, "seccomp")
	}
	return strings.Join(parts, "+")
}

// fullStrength is Strength where the kernel has all that files and sockets need.
func fullStrength() string {
	if landlock() == 0 || !seccomps() {
		return ""
	}
	return Strength()
}

// startConfined starts cmd on a thread of its own that enters the sandbox first, and
// stays until gone is closed.
func startConfined(s *sandbox, gone <-chan struct{}, start func() error) error {
	result := make(chan error, 1)
	onThread(func() {
		err := s.enter()
		if err == nil {
			err = start()
		}
		result <- err
		if err == nil {
			<-gone
		}
	})
	return <-result
}

// onThread runs f on a thread that ends with it. Never on the process's first one: it
// stands for the process where the kernel asks whether a plugin may signal or trace
// it, and in the plugin's own domain it would say yes.
func onThread(f func()) {
	go func() {
		runtime.LockOSThread() // and not unlocked before f: no other goroutine comes here
		if unix.Gettid() != os.Getpid() {
			f()
			return
		}
		taken := make(chan struct{})
		onThread(func() { close(taken); f() })
		<-taken
		runtime.UnlockOSThread()
	}()
}

// enter restricts the calling thread for good.
func (s *sandbox) enter() error {
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return errors.Join(errNotConfined, err)
	}
	dropCapabilities()
	if abi := landlock(); abi > 0 {
		if err := s.bound(abi); err != nil {
			return fmt.Errorf("%w: Landlock: %w", errNotConfined, err)
		}
	}
	if !seccomps() {
		return nil
	}
	code := filterAlone()
	if s.network {
		code = filterNetwork()
	}
	program := unix.SockFprog{Len: uint16(len(code)), Filter: (*unix.SockFilter)(unsafe.Pointer(&code[0]))}
	if _, _, errno := unix.RawSyscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, 0, uintptr(unsafe.Pointer(&program))); errno != 0 {
		return fmt.Errorf("%w: seccomp: %w", errNotConfined, errno)
	}
	return nil
}

// dropCapabilities takes from what the thread starts all privileges of the superuser
// but those about the owners of files, which Landlock bounds: with CAP_PERFMON, for
// one, the host's environment could be read whatever its domain says. Who is not the
// superuser has none, and may not drop any.
func dropCapabilities() {
	for c := uintptr(0); c <= unix.CAP_LAST_CAP; c++ {
		switch c {
		case unix.CAP_CHOWN, unix.CAP_DAC_OVERRIDE, unix.CAP_DAC_READ_SEARCH, unix.CAP_FOWNER:
		default:
			_ = unix.Prctl(unix.PR_CAPBSET_DROP, c, 0, 0, 0)
		}
	}
	_ = unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var sets [2]unix.CapUserData
	if unix.Capget(&header, &sets[0]) == nil {
		sets[0].Inheritable, sets[1].Inheritable = 0, 0
		_ = unix.Capset(&header, &sets[0])
	}
}

// bound puts the thread into a Landlock domain.
func (s *sandbox) bound(abi int) error {
	attr := unix.LandlockRulesetAttr{Handled_access_fs: fsFirst}
	size := unsafe.Sizeof(attr.Handled_access_fs)
	if abi >= 2 {
		attr.Handled_access_fs |= unix.LANDLOCK_ACCESS_FS_REFER
	}
	if abi >= 3 {
		attr.Handled_access_fs |= unix.LANDLOCK_ACCESS_FS_TRUNCATE
	}
	if abi >= 4 {
		size = unsafe.Offsetof(attr.Scoped)
		if !s.network {
			attr.Handled_access_net = unix.LANDLOCK_ACCESS_NET_BIND_TCP | unix.LANDLOCK_ACCESS_NET_CONNECT_TCP
		}
	}
	if abi >= 5 {
		attr.Handled_access_fs |= unix.LANDLOCK_ACCESS_FS_IOCTL_DEV
	}
	if abi >= 6 {
		size = unsafe.Offsetof(attr.Scoped) + unsafe.Sizeof(attr.Scoped)
		attr.Scoped = unix.LANDLOCK_SCOPE_SIGNAL | unix.LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET
	}
	fd, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&attr)), size, 0)
	if errno != 0 {
		return errno
	}
	rules := int(fd)
	defer unix.Close(rules)
	for _, path := range s.read {
		if err := allow(rules, path, fsRead); err != nil {
			return err
		}
	}
	for _, path := range s.write {
		if err := allow(rules, path, attr.Handled_access_fs); err != nil {
			return err
		}
	}
	if _, _, errno := unix.Syscall(unix.SYS_LANDLOCK_RESTRICT_SELF, uintptr(rules), 0, 0); errno != 0 {
		return errno
	}
	return nil
}

// allow adds a rule for a path, if it is there. One that ends with a slash is a folder
// of which only the list of files may be read.
func allow(rules int, path string, rights uint64) error {
	fd, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
	switch {
	case errors.Is(err, os.ErrNotExist), errors.Is(err, os.ErrPermission), errors.Is(err, syscall.ENOTDIR):
		return nil // what is not there, or what this user cannot reach anyway
	case err != nil:
		return fmt.Errorf("%s: %w", path, err)
	}
	defer unix.Close(fd)
	var is unix.Stat_t
	if err := unix.Fstat(fd, &is); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if is.Mode&unix.S_IFMT != unix.S_IFDIR {
		rights &= fsFile
	} else if strings.HasSuffix(path, "/") {
		rights &= unix.LANDLOCK_ACCESS_FS_READ_DIR
	}
	rule := unix.LandlockPathBeneathAttr{Allowed_access: rights, Parent_fd: int32(fd)}
	if _, _, errno := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, uintptr(rules), unix.LANDLOCK_RULE_PATH_BENEATH, uintptr(unsafe.Pointer(&rule)), 0, 0, 0); errno != 0 {
		return fmt.Errorf("%s: %w", path, errno)
	}
	return nil
}

// refused are the calls with which a process reaches into others, changes the machine,
// or goes around what is bounded elsewhere.
var refused = []uint32{
	unix.SYS_PTRACE, unix.SYS_PROCESS_VM_READV, unix.SYS_PROCESS_VM_WRITEV, unix.SYS_PIDFD_GETFD, unix.SYS_KCMP,
	unix.SYS_IO_URING_SETUP, unix.SYS_IO_URING_ENTER, unix.SYS_IO_URING_REGISTER, unix.SYS_BPF, unix.SYS_PERF_EVENT_OPEN, unix.SYS_USERFAULTFD,
	unix.SYS_KEYCTL, unix.SYS_ADD_KEY, unix.SYS_REQUEST_KEY, unix.SYS_OPEN_BY_HANDLE_AT,
	unix.SYS_MOUNT, unix.SYS_UMOUNT2, unix.SYS_PIVOT_ROOT, unix.SYS_MOVE_MOUNT, unix.SYS_FSOPEN, unix.SYS_FSMOUNT, unix.SYS_OPEN_TREE, unix.SYS_CHROOT, unix.SYS_SETNS, unix.SYS_UNSHARE,
	unix.SYS_SWAPON, unix.SYS_SWAPOFF, unix.SYS_REBOOT, unix.SYS_KEXEC_LOAD, unix.SYS_INIT_MODULE, unix.SYS_FINIT_MODULE, unix.SYS_DELETE_MODULE,
	unix.SYS_SETTIMEOFDAY, unix.SYS_CLOCK_SETTIME, unix.SYS_CLOCK_ADJTIME, unix.SYS_ADJTIMEX, unix.SYS_SETHOSTNAME, unix.SYS_SETDOMAINNAME, unix.SYS_ACCT, unix.SYS_QUOTACTL,
}

// filters let everything through but what is refused and sockets that are no Unix
// sockets; with the network, all sockets. They are empty on an architecture whose
// numbers are not known here.
var (
	filterAlone   = sync.OnceValue(func() []bpf.RawInstruction { return assemble(false) })
	filterNetwork = sync.OnceValue(func() []bpf.RawInstruction { return assemble(true) })
)

// Offsets in struct seccomp_data: number, architecture, the lower half of the first argument.
const offsetNumber, offsetArch, offsetArgument = 0, 4, 16

func assemble(network bool) []bpf.RawInstruction {
	arch := map[string]uint32{"amd64": unix.AUDIT_ARCH_X86_64, "arm64": unix.AUDIT_ARCH_AARCH64}[runtime.GOARCH]
	if arch == 0 {
		return nil
	}
	allowed := bpf.RetConstant{Val: unix.SECCOMP_RET_ALLOW}
	deny := func(errno syscall.Errno) bpf.RetConstant {
		return bpf.RetConstant{Val: unix.SECCOMP_RET_ERRNO | uint32(errno)}
	}
	code := []bpf.Instruction{
		bpf.LoadAbsolute{Off: offsetArch, Size: 4},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: arch, SkipTrue: 1},
		deny(unix.EPERM), // 32-bit programs have other numbers
		bpf.LoadAbsolute{Off: offsetNumber, Size: 4},
	}
	if runtime.GOARCH == "amd64" {
		const x32 = 0x40000000 // the same calls by another door
		code = append(code, bpf.JumpIf{Cond: bpf.JumpBitsSet, Val: x32, SkipFalse: 1}, deny(unix.EPERM))
	}
	for _, number := range refused {
		code = append(code, bpf.JumpIf{Cond: bpf.JumpEqual, Val: number, SkipFalse: 1}, deny(unix.EPERM))
	}
	unless := func(number, argument uint32, errno syscall.Errno) {
		code = append(code,
			bpf.JumpIf{Cond: bpf.JumpEqual, Val: number, SkipFalse: 4},
			bpf.LoadAbsolute{Off: offsetArgument, Size: 4},
			bpf.JumpIf{Cond: bpf.JumpEqual, Val: argument, SkipTrue: 1},
			deny(errno), allowed)
	}
	unless(unix.SYS_PRLIMIT64, 0, unix.EPERM) // limits of oneself only
	if !network {
		unless(unix.SYS_SOCKET, unix.AF_UNIX, unix.EAFNOSUPPORT)
	}
	raw, err := bpf.Assemble(append(code, allowed))
	if err != nil {
		panic("host: the filter cannot be assembled: " + err.Error())
	}
	return raw
}
