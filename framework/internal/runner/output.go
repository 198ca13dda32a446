package runner

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/assaylab/assay/framework/internal/bytesize"
	"github.com/assaylab/assay/framework/internal/failure"
)

// What a trial writes is looked at as often as it might cross its limit until the next
// look, at the speed of a fast disk, and so seldom that looking takes under a twentieth
// of the time.
const (
	outputOften, outputSeldom = 20 * time.Millisecond, 250 * time.Millisecond
	outputSpeed               = 4 << 30 // bytes per second
	outputShare               = 20
)

// leastFile is what a file or folder counts at least: names without contents fill a
// disk, too.
const leastFile = 4 << 10

// watchOutput ends an attempt, by its context, when its plugin has written more than
// it may: into the folders of the attempt and the process's own, into files that have
// no name any more, and into its log. What lay in folders that outlive the attempt
// before does not count. look looks once more.
func (a *attempt) watchOutput(ctx context.Context, end context.CancelCauseFunc) (look func() error) {
	limit := a.req.Resources.Output
	if limit == 0 {
		return func() error { return nil }
	}
	own := a.work
	if a.plugin.Description.Reuse {
		own = filepath.Dir(own) // the process works there
	}
	folders := append([]string{own}, a.proc.Folders()...)
	if a.checkpoints != "" {
		folders = append(folders, a.checkpoints)
	}
	proc, handed := a.proc, filepath.Join(a.work, "handed") // by the host
	all := func() (total int64) {
		for _, dir := range folders {
			total += size(dir, handed)
		}
		return total
	}
	before := all()
	look = func() error {
		files := max(0, all()-before) + proc.Unnamed()
		log := proc.Log().Written()
		if files+log <= limit {
			return nil
		}
		what := "in files"
		if log > files {
			what = "into its log"
		}
		return proc.Complete(&failure.Failure{Kind: failure.Output, Reason: fmt.Sprintf("wrote %s %s; the limit is %s", bytesize.Format(files+log), what, bytesize.Format(limit)),
			Hint: "raise limits.output in the sweep, or have the method write less: fewer checkpoints, less talk"})
	}
	go func() {
		for wait := outputOften; ; {
			select {
			case <-ctx.Done():
				return
			case <-time.After(wait):
			}
			began := time.Now()
			if err := look(); err != nil {
				end(err)
				return
			}
			wait = max(min(time.Duration(limit)*time.Second/outputSpeed, outputSeldom), outputOften, outputShare*time.Since(began))
		}
	}()
	return look
}

// size is what a folder takes of a disk, without what lies in one of its folders. A
// file with several names counts once, one with holes without them.
func size(dir, without string) (total int64) {
	twice := map[[2]uint64]bool{}
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil // it went, or nobody may look
		}
		if path == without {
			return filepath.SkipDir
		}
		info, err := d.Info()
		if err != nil {
			return nil
		}
		bytes, id, several := taken(info)
		if several && !d.IsDir() {
			if twice[id] {
				return nil
			}
			twice[id] = true
		}
		total += max(bytes, leastFile)
		return nil
	})
	return total
}
