// Package store is where finished trials live: SQLite in one results folder.
//
// A row is a fit with everything that was measured of it. What is searched by has
// columns; what is only read with the rest (metrics, cases, curves) is packed; text
// that many rows share (settings, provenance, what the metrics are of) is kept once.
// So a command that asks what there is of a hundred thousand trials ([Store.Known],
// [Store.Read]) reads little, and recording one trial writes little.
//
// Tables: trials, cases, curves, texts; aliases (ids of the first edition);
// attempts, with logs in files beside; sweeps and members; tags; outputs; owner.
package store

import (
	"database/sql"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"
)

// Store keeps trials in DIR/assay.db: SQLite in WAL mode with synchronous=FULL,
// so that a finished trial is on disk before it is reported, and a kill at any
// moment leaves each trial recorded once, whole, or not at all. One host at a
// time writes (Open); anyone may read (View).
type Store struct {
	Dir string

	reader *sql.DB
	texts  texts
	notes  []string

	mu         sync.Mutex
	meanings   *meanings            // what was read of texts
	stmts      map[string]*sql.Stmt // of the reader
	hasAliases *bool                // nil: not known
	recall     *recall              // of all rows, where that pays
	lookedUp   int                  // keys, since
	lookedUpAt moment
	seen       moment // by who only looks
	sawFiles   time.Time

	writes atomic.Int64 // transactions that this host has committed

	// Of a store that is open for writing.
	writer  *sql.DB
	known   statements
	hold    *hold
	token   []byte      // in table owner, as long as the folder is ours
	file    os.FileInfo // of the database
	journal string      // wal, where the file system can
	logs    *logFile    // nil until there is something to write

	// Of a store that is only looked at, in a form that cannot be read in place.
	temp   string    // folder of a copy
	anchor *sql.Conn // keeps a database in memory alive
	first  *sql.DB   // of the first edition, whose logs are in it

	salvaging bool // what is broken in places is read as far as that goes
}

const database = "assay.db"

// Exists reports whether a folder of results has a store.
func Exists(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, database))
	return err == nil
}

// Notes are what a person should know of how the store was opened.
func (s *Store) Notes() []string { return s.notes }
