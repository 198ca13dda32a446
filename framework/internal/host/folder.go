package host

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"

	"github.com/assaylab/assay/framework/internal/regular"
)

// A folder is the private place (mode 0700) of one host in the folder for
// temporary files, where its plugins listen. It is locked while the host lives, so
// that a later host can tell what an earlier one, which was killed, has left.
type folder struct {
	dir  string
	lock *flock.Flock
}

// owner is who made a folder, in a file in it.
type owner struct {
	Node  string `json:"node"`  // name of the machine
	Boot  string `json:"boot"`  // when it was started; "" where that is not known
	PID   int    `json:"pid"`   //
	Start uint64 `json:"start"` // of the process; 0 where that is not known
	Mark  string `json:"mark"`  // of what it started
}

const folderPrefix, ownerFile = "assay-", "owner.json"

// folderBase is where hosts have their folders. The path of a Unix socket may have
// about 100 bytes in all.
func folderBase() string {
	if base := os.TempDir(); len(base) <= 40 {
		return base
	}
	return "/tmp"
}

// newFolder makes the folder of this host, after it has cleared away what dead
// ones have left.
func newFolder(m mark) (*folder, error) {
	base := folderBase()
	sweep(base)
	f := &folder{dir: filepath.Join(base, fmt.Sprintf("%s%x", folderPrefix, m.host))}
	if err := os.Mkdir(f.dir, 0o700); err != nil {
		return nil, err
	}
	f.lock = flock.New(f.dir, flock.SetFlag(os.O_RDONLY))
	if _, err := f.lock.TryLock(); err != nil {
		f.lock = nil // no locks here: it is never taken for a dead host's
	}
	me := thisProcess()
	me.Mark = m.String()
	text, err := json.Marshal(me)
	if err == nil && f.lock != nil {
		err = os.WriteFile(filepath.Join(f.dir, ownerFile), text, 0o600)
	}
	if err != nil {
		return nil, errors.Join(err, f.close())
	}
	return f, nil
}

func (f *folder) close() error {
	err := os.RemoveAll(f.dir)
	if f.lock != nil {
		err = errors.Join(err, f.lock.Close())
	}
	return err
}

// sweep ends what the plugins of dead hosts have left running, and removes their
// folders. What cannot be read, or was made on another machine, is left alone.
func sweep(base string) {
	found, err := filepath.Glob(filepath.Join(base, folderPrefix+"*", ownerFile))
	if err != nil {
		return
	}
	for _, path := range found {
		dir := filepath.Dir(path)
		info, err := os.Lstat(dir)
		if err != nil || !info.IsDir() || !ours(info) { // what another user says is no reason to end anything
			continue
		}
		text, err := regular.ReadFile(path, 4096)
		if err != nil {
			continue
		}
		var o owner
		if json.Unmarshal(text, &o) != nil || !o.dead() {
			continue
		}
		lock := flock.New(dir, flock.SetFlag(os.O_RDONLY))
		if ok, err := lock.TryLock(); !ok || err != nil {
			continue // alive, in a container of its own
		}
		if m, ok := parseMark(o.Mark); ok && o.Boot == thisProcess().Boot {
			killMarked(m)
		}
		removeNoted(dir)
		_ = os.RemoveAll(dir)
		_ = lock.Close()
	}
}

// dead reports whether the owner was a process of this machine that is gone.
func (o owner) dead() bool {
	me := thisProcess()
	return o.Node == me.Node && (o.Boot != me.Boot || !alive(process{o.PID, o.Start}))
}

// thisProcess is this process as an owner.
func thisProcess() owner {
	node, _ := os.Hostname() // without a name, all machines without one are this one
	return owner{Node: node, Boot: bootID(), PID: os.Getpid(), Start: startOf(os.Getpid())}
}
