package store

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"github.com/assaylab/assay/framework/internal/problem"
)

const (
	// LockFile is what a host locks while it owns a results folder. Nobody else
	// touches it, and nothing ever replaces it. (assay.lock, which hosts of the
	// first edition locked, is the name of the plugins' lock file.)
	LockFile = "assay.db.lock"

	// signFile is locked by the host, too, for lookers: they may test it without
	// getting into the way of a host that is about to take LockFile.
	signFile = "assay.db.held"

	// holderFile says in words who owns the folder. (It is not locked: where
	// locks are mandatory nobody could read it.)
	holderFile = "assay.holder"
)

// signPatience is how long a host waits for lookers to let go of the sign: they
// hold it for microseconds.
var signPatience = 3 * time.Second // tests shorten it

// HeldError says that another host owns the results folder.
type HeldError struct {
	Dir    string
	Holder string // what the holder wrote of itself
}

func (e *HeldError) Error() string {
	return fmt.Sprintf("the results folder %s is in use by %s", e.Dir, e.Holder)
}

// Problem says it in the shape that the host prints.
func (e *HeldError) Problem() problem.Problem {
	return problem.New(e.Error(), "wait for it, stop it, or choose another folder with --results")
}

// Holder says who runs in a results folder, or "". It never makes a file, and a
// host that starts in the same instant is not held up.
func Holder(dir string) string {
	sign := flock.New(filepath.Join(dir, signFile), flock.SetFlag(os.O_RDONLY))
	free, err := sign.TryRLock()
	defer sign.Close()
	if err != nil || free {
		return ""
	}
	return holder(dir)
}

func holder(dir string) string {
	text, err := os.ReadFile(filepath.Join(dir, holderFile))
	if name := strings.TrimSpace(string(text)); err == nil && name != "" {
		return name
	}
	return "another host"
}

// hold is a results folder taken: the gate that hosts lock, and the sign that
// lookers test.
type hold struct{ gate, sign *flock.Flock }

// take makes this process the folder's host, or says who is.
func take(ctx context.Context, dir string) (*hold, error) {
	h := &hold{
		gate: flock.New(filepath.Join(dir, LockFile), flock.SetPermissions(0o644)),
		sign: flock.New(filepath.Join(dir, signFile), flock.SetPermissions(0o644)),
	}
	mine, err := h.gate.TryLock()
	if err != nil {
		return nil, fmt.Errorf("locking %s: %w", h.gate.Path(), err)
	}
	if !mine {
		return nil, &HeldError{Dir: dir, Holder: holder(dir)}
	}
	patience, cancel := context.WithTimeout(ctx, signPatience)
	defer cancel()
	if mine, err = h.sign.TryLockContext(patience, 5*time.Millisecond); !mine {
		h.close()
		if err != nil && patience.Err() == nil {
			return nil, fmt.Errorf("locking %s: %w", h.sign.Path(), err)
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		// A host lives whose gate was removed by hand.
		return nil, &HeldError{Dir: dir, Holder: holder(dir)}
	}
	if err := os.WriteFile(filepath.Join(dir, holderFile), []byte(describeSelf()), 0o644); err != nil {
		h.close()
		return nil, err
	}
	return h, nil
}

func describeSelf() string {
	name, _ := os.Hostname() // an empty name only makes the message shorter
	return fmt.Sprintf("process %d on %s since %s\n", os.Getpid(), name, time.Now().Format(time.DateTime))
}

func (h *hold) close() error {
	err := h.sign.Close()
	if e := h.gate.Close(); err == nil {
		err = e
	}
	return err
}
