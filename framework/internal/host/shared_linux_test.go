package host

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/assaylab/assay/framework/internal/failure"
)

// Toys that only Linux knows.
func init() {
	// grows at once, and writes down how far it came when
	toys["grows"] = func(args []string) { serveToy(func() { grow(args[0]) }) }
	// holds a file without a name in memory, not mapped
	toys["anonymous"] = func([]string) {
		fd, err := unix.MemfdCreate("toy", 0)
		if err != nil {
			panic(err)
		}
		serveToy(func() {
			mb := make([]byte, 1<<20)
			for range 300 {
				if _, err := unix.Write(fd, mb); err != nil {
					panic(err)
				}
				time.Sleep(time.Millisecond)
			}
			time.Sleep(time.Hour)
		})
	}
}

// grow takes memory, and notes after every MB the bytes and the time.
func grow(path string) {
	const mb, most = 1 << 20, 4096
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		panic(err)
	}
	if err := f.Truncate(16 * most); err != nil {
		panic(err)
	}
	notes, err := syscall.Mmap(int(f.Fd()), 0, 16*most, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	if err != nil {
		panic(err)
	}
	hoard, err := syscall.Mmap(-1, 0, most*mb, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE|syscall.MAP_ANON|syscall.MAP_NORESERVE)
	if err != nil {
		panic(err)
	}
	for i := range most {
		for at := 0; at < mb; at += 4096 {
			hoard[i*mb+at] = 1
		}
		binary.LittleEndian.PutUint64(notes[16*i:], uint64(i+1)*mb)
		binary.LittleEndian.PutUint64(notes[16*i+8:], uint64(time.Now().UnixNano()))
	}
	time.Sleep(time.Hour)
}

// A process is stopped within 50 ms of crossing its limit, or before it is a tenth
// above it, whichever is later, however fast it grows.
func TestMemoryLimitIsQuick(t *testing.T) {
	const limit = 200 << 20
	said := ""
	for range 4 { // a busy machine may let us wait; not every time
		path := filepath.Join(t.TempDir(), "notes")
		proc := launch(t, newTestLauncher(t), toyPlugin(t, "grows", path), Options{Memory: limit, Access: Access{Write: []string{filepath.Dir(path)}}})
		wantFailure(t, describe(t.Context(), proc), failure.Memory)
		proc.Kill()
		notes, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var crossed, last, most uint64
		for ; len(notes) > 0; notes = notes[16:] {
			n, at := binary.LittleEndian.Uint64(notes), binary.LittleEndian.Uint64(notes[8:])
			if n == 0 {
				break
			}
			if n >= limit && crossed == 0 {
				crossed = at
			}
			last, most = at, n
		}
		over := time.Duration(0)
		if crossed > 0 {
			over = time.Duration(last - crossed)
		}
		if over <= 50*time.Millisecond || most <= limit+limit/10 {
			t.Logf("stopped at %d MB, %v after %d MB", most>>20, over, limit>>20)
			return
		}
		said += fmt.Sprintf("\nit went on for %v, to %d MB", over, most>>20)
	}
	t.Error("never in four times" + said)
}

// Memory counts wherever it is: in a child that shed everything, in files in
// shared memory, in files without a name.
func TestMemoryElsewhere(t *testing.T) {
	name := fmt.Sprintf("assay-test-%d", os.Getpid())
	for what, p := range map[string]Plugin{
		"a child":       toyPlugin(t, "parent", "sh", "-c", "env -i setsid "+self(t)+" toy hoard & sleep 1000"),
		"shared memory": toyPlugin(t, "parent", "sh", "-c", "env -i setsid head -c 300M /dev/zero > /dev/shm/"+name+"; sleep 1000"),
		"no name":       toyPlugin(t, "anonymous"),
	} {
		t.Run(what, func(t *testing.T) {
			l := newTestLauncher(t)
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			proc, err := l.Launch(ctx, p, Options{Memory: 150 << 20})
			if err == nil { // it has shaken hands before
				err = describe(ctx, proc)
				proc.Kill()
			}
			wantFailure(t, err, failure.Memory, "the limit is 150 MiB")
			if _, err := os.Stat("/dev/shm/" + name); err == nil {
				t.Error("the file is still there")
			}
		})
	}
}

// What a plugin leaves in shared memory goes with it, in folders too; what was
// there, or somebody else put there meanwhile, stays.
func TestSharedMemoryIsClearedAway(t *testing.T) {
	name := func(s string) string { return fmt.Sprintf("/dev/shm/assay-test-%d-%s", os.Getpid(), s) }
	for _, s := range []string{"before", "neighbour"} {
		defer os.Remove(name(s))
	}
	write(t, name("before"), "x")
	script := fmt.Sprintf("exec 7>%s; sleep 900502 8<>%s & mkdir -p %s; head -c 1M /dev/zero >&7; (sleep 0.7; echo x) > %s/file; exec 7>&-",
		name("mine"), name("before"), name("folder/deep"), name("folder/deep"))
	l := newTestLauncher(t)
	proc := launch(t, l, toyPlugin(t, "parent", "sh", "-c", script), Options{})
	write(t, name("neighbour"), "x")
	launch(t, l, toyPlugin(t, "good"), Options{}).Close() // all files are looked at anew
	f, err := os.Open(name("neighbour"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := os.Stat(name("mine")); err != nil {
		t.Fatal(err)
	}
	proc.Close()
	for s, want := range map[string]bool{"mine": false, "folder": false, "before": true, "neighbour": true} {
		if _, err := os.Stat(name(s)); (err == nil) != want {
			t.Errorf("%s: there is %v, want %v", s, err == nil, want)
		}
	}
}

// Where the host is killed, its guard or the next host clears shared memory away.
func TestSharedMemoryOfAKilledHost(t *testing.T) {
	for _, guarded := range []string{"guarded", "unguarded"} {
		path := fmt.Sprintf("/dev/shm/assay-test-%d-%s", os.Getpid(), guarded)
		defer os.Remove(path)
		tmp := shortTemp(t)
		host, dir := startHost(t, tmp, guarded, "900501", fmt.Sprintf("(sleep 0.7; echo x) > %s", path))
		eventually(t, "nothing is noted", func() bool {
			text, err := os.ReadFile(filepath.Join(dir, noteFile))
			return err == nil && bytes.Contains(text, []byte(filepath.Base(path)))
		})
		host.Process.Kill()
		host.Wait()
		if guarded == "unguarded" {
			t.Setenv("TMPDIR", tmp)
			newTestLauncher(t)
		}
		eventually(t, guarded+": the file is still there", func() bool { _, err := os.Stat(path); return err != nil })
		eventually(t, guarded+": the folder is still there", func() bool { _, err := os.Stat(dir); return err != nil })
	}
}
