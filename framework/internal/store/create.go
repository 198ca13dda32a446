package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

//go:embed schema/00002_columns.sql
var columns string

// schemaVersion is that of the newest migration.
const schemaVersion = 2

// schema brings a database to schemaVersion. The second step moves what the first
// edition recorded; the note says of what could not be read.
func schema(ctx context.Context, db *sql.DB, dir string) (note string, err error) {
	scripts, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return "", err
	}
	second := goose.NewGoMigration(2, &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
		note, err = toColumns(ctx, tx, dir)
		return err
	}}, nil)
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, scripts, goose.WithGoMigrations(second), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return "", err
	}
	if _, err := provider.Up(ctx); err != nil {
		return "", err
	}
	return note, nil
}

// create makes an empty store. It gets its name when it is whole, so that a file
// of this name is never an unfinished one.
func create(ctx context.Context, dir string) error {
	path := filepath.Join(dir, database+".new")
	if err := removeDatabase(path); err != nil {
		return err
	}
	db, err := connectFile(path, writing)
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	_, err = schema(ctx, db, dir)
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	return install(path, filepath.Join(dir, database))
}

// removeDatabase removes a database with its log.
func removeDatabase(path string) error {
	for _, end := range []string{"", "-wal", "-shm", "-journal"} {
		if err := os.Remove(path + end); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// install gives a finished file its name, durably.
func install(from, to string) error {
	f, err := os.Open(from)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return syncDir(filepath.Dir(to))
}

// syncDir makes new names in a folder durable, where folders can be synced.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	_ = d.Sync() // not every file system can; the names are there all the same
	return nil
}
