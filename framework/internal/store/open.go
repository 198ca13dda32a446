package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite" // registers the driver "sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/assaylab/assay/framework/internal/trial"
)

// Open takes the folder for this host, creating it if need be. A store of the first
// edition is brought to this edition's form; attempts that an earlier host itself
// was running when it ended are marked lost.
func Open(ctx context.Context, dir string) (*Store, error) {
	dir, err := filepath.Abs(dir) // plugins run in folders of their own
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	h, err := take(ctx, dir)
	if err != nil {
		return nil, err
	}
	s := &Store{Dir: dir, hold: h}
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(s.opening(err), s.Close())
	}
	return s, nil
}

// opening puts words in front of an error that has none of its own.
func (s *Store) opening(err error) error {
	switch err.(type) {
	case *DamagedError, *NewerError, *LostError:
		return err
	}
	return fmt.Errorf("opening %s: %w", filepath.Join(s.Dir, database), err)
}

func (s *Store) open(ctx context.Context) error {
	state, err := look(ctx, s.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		state.version, err = schemaVersion, create(ctx, s.Dir)
	}
	if err != nil {
		return err
	}
	if s.writer, err = connect(s.Dir, writing); err != nil {
		return err
	}
	s.writer.SetMaxOpenConns(1) // one writer
	if state.version < schemaVersion {
		if err := s.migrate(ctx); err != nil {
			return err
		}
	} else if state.open {
		// Connecting has recovered what a host that was killed left in the log. Said at
		// once, as closing the database, for whatever reason, removes the log.
		if _, err := s.writer.ExecContext(context.WithoutCancel(ctx), "UPDATE owner SET open = 0"); err != nil {
			return s.explain(err)
		}
	}
	if err := s.repack(ctx); err != nil { // while the store counts as closed
		s.notes = append(s.notes, fmt.Sprintf("the store in %s could not be packed, and takes more room than it needs: %v", s.Dir, err))
	}
	if err := s.seize(ctx); err != nil {
		return s.explain(err)
	}
	if s.reader, err = connect(s.Dir, readOnly); err != nil {
		return err
	}
	if err := s.finishPending(ctx); err != nil {
		return err
	}
	return s.write(ctx, func(tx *tx) error {
		_, err := tx.exec("UPDATE attempts SET state = ? WHERE state = ? AND executor = 0", string(trial.Lost), string(trial.Running))
		return err
	})
}

// state is what a store says of itself.
type state struct {
	version int64
	open    bool // a host has it open, or was killed
}

// look reads the state of a store without changing anything. The error is
// fs.ErrNotExist where there is none, and says so where it cannot be used.
func look(ctx context.Context, dir string) (state, error) {
	wal, err := lookAt(dir)
	if err != nil {
		return state{}, err
	}
	if !walIsThere(dir) {
		// Nobody has it open. Read as a file that nobody changes: another connection
		// would make an empty log, and nobody could see any more that there was none.
		db, err := connect(dir, readOnly+"&immutable=1")
		if err != nil {
			return state{}, err
		}
		defer db.Close()
		return ask(ctx, db, dir, wal)
	}
	db, err := connect(dir, readOnly)
	if err != nil {
		return state{}, err
	}
	defer db.Close()
	return ask(ctx, db, dir, false)
}

// ask reads the state through a connection. missing: there was no log.
func ask(ctx context.Context, db querier, dir string, missing bool) (st state, err error) {
	var version sql.NullInt64
	err = db.QueryRowContext(ctx, "SELECT max(version_id) FROM goose_db_version WHERE is_applied").Scan(&version)
	if st.version = version.Int64; err != nil || st.version < schemaVersion {
		if err != nil && code(err) == sqlite3.SQLITE_ERROR { // no such table
			err = &DamagedError{Dir: dir, What: "it is no store of trials", Err: err}
		}
		return st, explain(dir, err)
	}
	if st.version > schemaVersion {
		return st, &NewerError{Dir: dir, Version: st.version}
	}
	if err := db.QueryRowContext(ctx, "SELECT coalesce(max(open), 0) FROM owner").Scan(&st.open); err != nil {
		return st, explain(dir, err)
	}
	if st.open && missing {
		return st, &DamagedError{Dir: dir, What: fmt.Sprintf("a host that had it open was killed, and %s-wal, which held what was recorded last, was removed", database)}
	}
	return st, nil
}

// How a database is opened. A page holds few rows, because a finished trial
// changes a row in each of several places, and a whole page is written for each.
// (The driver sets the journal mode last, when a new file already has its pages.)
const (
	pageSize = 1024
	writing  = "_pragma=busy_timeout(10000)&_pragma=page_size(1024)&_pragma=synchronous(FULL)&_pragma=cache_size(-16000)&_journal_mode=WAL&_txlock=immediate"
	readOnly = "mode=ro&_pragma=busy_timeout(10000)&_pragma=cache_size(-8000)"
)

func connect(dir, query string) (*sql.DB, error) {
	return connectFile(filepath.Join(dir, database), query)
}

func connectFile(path, query string) (*sql.DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	return sql.Open("sqlite", (&url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: query}).String())
}

// Close gives the folder back.
func (s *Store) Close() error {
	var err error
	if s.writer != nil && s.token != nil {
		err = s.release()
	}
	return errors.Join(err, s.abandon())
}

// abandon closes everything as it is.
func (s *Store) abandon() error {
	var errs []error
	if s.logs != nil {
		errs = append(errs, s.logs.close())
	}
	if s.anchor != nil {
		errs = append(errs, s.anchor.Close())
	}
	for _, db := range []*sql.DB{s.reader, s.first, s.writer} { // the writer last: closing it settles the log
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	if s.hold != nil {
		errs = append(errs, s.hold.close())
	}
	if s.temp != "" {
		errs = append(errs, os.RemoveAll(s.temp))
	}
	return errors.Join(errs...)
}
