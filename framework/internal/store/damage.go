package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/assaylab/assay/framework/internal/problem"
)

// DamagedError says that a store cannot be trusted as it is. Nothing is started
// anew over it.
type DamagedError struct {
	Dir  string
	What string
	Err  error // SQLite's words; may be nil
}

func (e *DamagedError) Error() string {
	text := fmt.Sprintf("the store %s is damaged: %s", filepath.Join(e.Dir, database), e.What)
	if e.Err != nil {
		text += " (" + e.Err.Error() + ")"
	}
	return text
}

func (e *DamagedError) Unwrap() error { return e.Err }

// Problem says it in the shape that the host prints.
func (e *DamagedError) Problem() problem.Problem {
	return problem.New(e.Error(), fmt.Sprintf("\"assay results repair --results %s\" rebuilds it from what can still be read, and from the records that were written; what is there now is kept", e.Dir))
}

// NewerError says that a later assay wrote the store.
type NewerError struct {
	Dir     string
	Version int64 // of its schema
}

func (e *NewerError) Error() string {
	return fmt.Sprintf("the store %s has schema %d, of a later assay; this one reads schemas up to %d", filepath.Join(e.Dir, database), e.Version, schemaVersion)
}

// Problem says it in the shape that the host prints.
func (e *NewerError) Problem() problem.Problem {
	return problem.New(e.Error(), "use that assay, or another folder with --results; \"assay trial import\" takes the trials over from its records.jsonl")
}

// LostError says that this host may no longer write: another one has the folder.
type LostError struct {
	Dir  string
	What string // "process 7 on n2 since ... has taken it over"
}

func (e *LostError) Error() string {
	return fmt.Sprintf("this host has lost the results folder %s: %s; nothing more is written", e.Dir, e.What)
}

// Problem says it in the shape that the host prints.
func (e *LostError) Problem() problem.Problem {
	return problem.New(e.Error(), "a lock file was removed while a host ran, or the store was replaced under it; what was recorded before is kept: run again once the other host has ended")
}

// explain gives words to what SQLite says of a file that is not as it should be.
func (s *Store) explain(err error) error { return explain(s.Dir, err) }

func explain(dir string, err error) error {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		switch e.Code() & 0xff {
		case sqlite3.SQLITE_CORRUPT:
			return &DamagedError{Dir: dir, What: "its pages contradict each other", Err: err}
		case sqlite3.SQLITE_NOTADB:
			return &DamagedError{Dir: dir, What: "the file is not a database", Err: err}
		case sqlite3.SQLITE_FULL:
			return fmt.Errorf("the disk of %s is full: %w", dir, err)
		}
	}
	return err
}

func code(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code() & 0xff
	}
	return 0
}

// The header of a database, as SQLite documents it.
const (
	magic        = "SQLite format 3\x00"
	writeVersion = 18 // place of a byte that is 2 for a write-ahead log
)

// lookAt looks at the files of a store before SQLite does, which would start anew
// over an empty database, and recover a log that belongs to another. The error is
// fs.ErrNotExist where there is no store. wal says whether the database is one that
// has a write-ahead log while it is open.
func lookAt(dir string) (wal bool, err error) {
	path := filepath.Join(dir, database)
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		if wal, err := os.Stat(path + "-wal"); err == nil && wal.Size() > 0 {
			return false, &DamagedError{Dir: dir, What: fmt.Sprintf("there is %s-wal and no %s", database, database)}
		}
		return false, err
	}
	if err != nil {
		return false, err
	}
	if !info.Mode().IsRegular() {
		return false, fmt.Errorf("%s is no regular file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	head := make([]byte, 100)
	n, err := io.ReadFull(f, head)
	switch {
	case n == 0:
		return false, &DamagedError{Dir: dir, What: "it is empty (0 bytes), which no host leaves behind"}
	case err != nil || !strings.HasPrefix(string(head), magic):
		return false, &DamagedError{Dir: dir, What: "the file is not a database"}
	}
	return head[writeVersion] == 2, nil
}

// walIsThere reports whether there is a write-ahead log, be it empty.
func walIsThere(dir string) bool {
	_, err := os.Lstat(filepath.Join(dir, database+"-wal"))
	return err == nil
}
