package store

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// The owner's token is what makes "one host writes" true, whatever happens to the
// lock files: Open puts a new one into the database, and every write looks for its
// own inside its transaction.

// seize makes this host the owner.
func (s *Store) seize(ctx context.Context) error {
	s.token = make([]byte, 16)
	rand.Read(s.token) // never fails
	_, err := s.writer.ExecContext(ctx, `INSERT INTO owner (id, token, holder, open) VALUES (1, ?, ?, 1)
		ON CONFLICT DO UPDATE SET token = excluded.token, holder = excluded.holder, open = 1`, s.token, holder(s.Dir))
	if err != nil {
		return err
	}
	// From here on the file itself says that a host has it open: if it still says so
	// and there is no log, somebody has removed the log.
	if err := s.settleLog(ctx); err != nil {
		return err
	}
	if err := s.writer.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&s.journal); err != nil {
		return err
	}
	s.file, err = os.Stat(filepath.Join(s.Dir, database))
	return err
}

// settleLog moves what the write-ahead log holds into the database. Readers may
// keep it from doing so, which does no harm.
func (s *Store) settleLog(ctx context.Context) error {
	var busy, log, moved int
	return s.writer.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &log, &moved)
}

// release says that the store was closed in good order.
func (s *Store) release() error {
	_, err := s.writer.Exec("UPDATE owner SET open = 0 WHERE token = ?", s.token)
	return err
}

// write runs f in a transaction of the owner.
func (s *Store) write(ctx context.Context, f func(*tx) error) error {
	if s.writer == nil {
		return fmt.Errorf("the store in %s was opened for reading", s.Dir)
	}
	if err := s.inPlace(); err != nil {
		return err
	}
	inner, err := s.writer.BeginTx(ctx, nil) // takes the database's write lock
	if err != nil {
		return s.explain(err)
	}
	defer inner.Rollback()
	tx := newTx(ctx, inner, &s.texts)
	tx.known = &s.known
	if err := s.stillMine(tx.query(ownerQuery)); err != nil {
		return err
	}
	if err := f(tx); err != nil {
		return s.explain(err)
	}
	if err := inner.Commit(); err != nil {
		return s.explain(err)
	}
	tx.settle()
	s.known.keep(ctx, s.writer, tx.asked)
	s.writes.Add(1)
	s.mu.Lock()
	s.hasAliases, s.recall = nil, nil
	s.mu.Unlock()
	return nil
}

const ownerQuery = "SELECT token, holder FROM owner"

func (s *Store) stillMine(owner interface{ Scan(...any) error }) error {
	var token []byte
	var who string
	err := owner.Scan(&token, &who)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return &LostError{Dir: s.Dir, What: "its store says that nobody has it open"}
	case err != nil:
		return s.explain(err)
	case !bytes.Equal(token, s.token):
		return &LostError{Dir: s.Dir, What: who + " has taken it over"}
	}
	return nil
}

// inPlace makes sure that what is written goes into the file that others see: a
// file that was removed or replaced takes writes in silence.
func (s *Store) inPlace() error {
	info, err := os.Stat(filepath.Join(s.Dir, database))
	if err != nil {
		return &LostError{Dir: s.Dir, What: fmt.Sprintf("%s was removed (%v)", database, err)}
	}
	if !os.SameFile(info, s.file) {
		return &LostError{Dir: s.Dir, What: database + " is another file now"}
	}
	if s.journal == "wal" && !walIsThere(s.Dir) {
		return &LostError{Dir: s.Dir, What: database + "-wal was removed"}
	}
	return nil
}
