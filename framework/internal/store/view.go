package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"

	sqlite3 "modernc.org/sqlite/lib"
)

// View opens the folder for reading, whoever holds it, and changes nothing in it:
// it may be on a read-only disk. The error is fs.ErrNotExist where there is no store.
func View(dir string) (*Store, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	s := &Store{Dir: dir}
	if err := s.view(context.Background()); err != nil {
		return nil, errors.Join(err, s.abandon())
	}
	return s, nil
}

func (s *Store) view(ctx context.Context) error {
	_, err := lookAt(s.Dir)
	if err == nil && !walIsThere(s.Dir) {
		_, err = look(ctx, s.Dir)
	}
	if err != nil {
		return err
	}
	if s.reader, err = s.connectReader(ctx); err != nil {
		return err
	}
	st, err := ask(ctx, s.reader, s.Dir, false)
	if err == nil && st.version < schemaVersion {
		err = s.viewFirst(ctx)
	}
	return err
}

// connectReader opens the database where it lies, if a reader may take part in its
// log there; else as one that nobody changes, if it has no log; else a copy.
func (s *Store) connectReader(ctx context.Context) (*sql.DB, error) {
	db, err := opened(ctx, filepath.Join(s.Dir, database), readOnly)
	if c := code(err); c != sqlite3.SQLITE_CANTOPEN && c != sqlite3.SQLITE_READONLY && c != sqlite3.SQLITE_IOERR {
		return db, s.explain(err)
	}
	if info, err := os.Stat(filepath.Join(s.Dir, database+"-wal")); err != nil || info.Size() == 0 {
		db, err := opened(ctx, filepath.Join(s.Dir, database), readOnly+"&immutable=1")
		return db, s.explain(err)
	}
	if s.temp, err = os.MkdirTemp("", "assay-view-"); err != nil {
		return nil, err
	}
	for _, end := range []string{"", "-wal"} {
		if err := copyFile(filepath.Join(s.Dir, database+end), filepath.Join(s.temp, database+end)); err != nil {
			return nil, fmt.Errorf("copying the store, as its log cannot be read where it is: %w", err)
		}
	}
	db, err = opened(ctx, filepath.Join(s.temp, database), readOnly)
	return db, s.explain(err)
}

// opened connects, and reads something to see whether that works.
func opened(ctx context.Context, path, query string) (*sql.DB, error) {
	db, err := connectFile(path, query)
	if err != nil {
		return nil, err
	}
	var n int
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&n); err != nil {
		db.Close()
		return nil, err
	}
	return db, nil
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

var inMemory atomic.Int64

// viewFirst shows a store of the first edition in this edition's form: in memory,
// as nothing in the folder may change.
func (s *Store) viewFirst(ctx context.Context) error {
	s.first, s.reader = s.reader, nil
	db, err := sql.Open("sqlite", fmt.Sprintf("file:/assay-view-%d-%d?vfs=memdb", os.Getpid(), inMemory.Add(1)))
	if err != nil {
		return err
	}
	s.reader = db
	if s.anchor, err = db.Conn(ctx); err != nil { // the database is gone with its last connection
		return err
	}
	if _, err := schema(ctx, db, ""); err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	note, err := takeOver(ctx, s.first, "trials", "attempts", tx, "")
	if err != nil {
		return s.explain(err)
	}
	s.notes = append(s.notes, fmt.Sprintf("the store in %s is of the first edition, which takes longer to look at; the next run brings it up to date", s.Dir))
	if note != "" {
		s.notes = append(s.notes, note)
	}
	return tx.Commit()
}
