package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	sqlite3 "modernc.org/sqlite/lib"

	"github.com/assaylab/assay/framework/internal/trial"
)

// damagedDir begins the names of folders that damaged stores are copied to.
// Once a repair has used one it gets another end.
const (
	damagedDir  = "assay.damaged-"
	damagedUsed = "-used"
)

// Repaired says what a repair found.
type Repaired struct {
	Sound   bool           `json:"sound"`   // the store was whole: nothing but what is Found was to do
	Kept    string         `json:"kept"`    // where what was there before is kept; "" if nothing was
	Trials  int            `json:"trials"`  // fits that the store has now
	Found   map[string]int `json:"found"`   // new records, by where they were found
	Lost    int            `json:"lost"`    // rows that nothing could be read of, some of which may have been found elsewhere
	Skipped []string       `json:"skipped"` // files, and records in them, that could not be used, and why
}

// Repair makes a folder's store whole again: from what can be read of the store
// itself and of copies that earlier repairs and the migration made, from the sweeps'
// records.jsonl with the cases beside them, and from the attempts that workers left
// in the folder. A store that is whole is kept; what is missing in it is added. A kill
// at any moment leaves what was there, and a repair that starts again.
func Repair(ctx context.Context, dir string) (out Repaired, err error) {
	if dir, err = filepath.Abs(dir); err != nil {
		return out, err
	}
	if _, err := os.Stat(dir); err != nil {
		return out, err
	}
	h, err := take(ctx, dir)
	if err != nil {
		return out, err
	}
	s := &Store{Dir: dir, hold: h}
	defer func() { err = errors.Join(err, s.hold.close()) }()

	r := &repair{dir: dir, out: &out}
	out.Found = map[string]int{}
	switch err := r.inspect(ctx); {
	case err == nil:
		out.Sound = true
		if err := r.addTo(ctx); err != nil {
			return out, err
		}
		return out, r.markUsed()
	case errors.As(err, new(*NewerError)) || ctx.Err() != nil:
		return out, err
	}
	if err := r.setAside(); err != nil {
		return out, err
	}
	if err := r.rebuild(ctx); err != nil {
		return out, err
	}
	return out, r.markUsed()
}

// inspect reports why a store is not whole, to the last page.
func (r *repair) inspect(ctx context.Context) error {
	if _, err := lookAt(r.dir); err != nil {
		return err
	}
	db, err := connect(r.dir, readOnly)
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := ask(ctx, db, r.dir, false); err != nil { // that a log is missing is what this is to settle
		return err
	}
	var verdict string
	if err := db.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&verdict); err != nil {
		return explain(r.dir, err)
	}
	if verdict != "ok" {
		return &DamagedError{Dir: r.dir, What: verdict}
	}
	return nil
}

type repair struct {
	dir string
	out *Repaired
}

// setAside copies the store as it is, so that nothing that is done can lose more of it.
func (r *repair) setAside() error {
	var there []string
	for _, end := range []string{"", "-wal", "-journal"} {
		if info, err := os.Lstat(filepath.Join(r.dir, database+end)); err == nil && info.Mode().IsRegular() {
			there = append(there, end)
		}
	}
	if len(there) == 0 {
		return nil
	}
	name := damagedDir + time.Now().UTC().Format("20060102T150405.000")
	to := filepath.Join(r.dir, name)
	making := to + ".new"
	if err := os.Mkdir(making, 0o755); err != nil {
		return err
	}
	for _, end := range there {
		if err := copyFile(filepath.Join(r.dir, database+end), filepath.Join(making, database+end)); err != nil {
			return err
		}
	}
	if err := os.Rename(making, to); err != nil {
		return err
	}
	r.out.Kept = name
	return syncDir(r.dir)
}

// rebuild makes a new store beside the old one, and puts it into its place.
func (r *repair) rebuild(ctx context.Context) error {
	path := filepath.Join(r.dir, database+".new")
	if err := removeDatabase(path); err != nil {
		return err
	}
	db, err := connectFile(path, writing)
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	if _, err = schema(ctx, db, r.dir); err == nil {
		err = r.fill(ctx, db)
	}
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	// The old log must not be taken for the new store's.
	for _, end := range []string{"-wal", "-shm", "-journal"} {
		if err := os.Remove(filepath.Join(r.dir, database+end)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return install(path, filepath.Join(r.dir, database))
}

// addTo adds what is missing to a store that is whole.
func (r *repair) addTo(ctx context.Context) error {
	db, err := connect(r.dir, writing)
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, "UPDATE owner SET open = 0") // a missing log is settled
	if code(err) == sqlite3.SQLITE_ERROR {
		err = nil // the first edition has no such table
	}
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	s := &Store{Dir: r.dir}
	if err = s.open(ctx); err == nil {
		err = r.fill(ctx, s.writer)
	}
	return errors.Join(err, s.Close())
}

func (r *repair) fill(ctx context.Context, db *sql.DB) error {
	inner, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer inner.Rollback()
	tx := newTx(ctx, inner, new(texts))
	copies, err := r.copies()
	if err != nil {
		return err
	}
	if err := r.fromStores(tx, copies); err != nil {
		return err
	}
	if err := r.fromRecords(tx); err != nil {
		return err
	}
	if err := r.fromAttempts(tx); err != nil {
		return err
	}
	if err := tx.query("SELECT count(*) FROM trials").Scan(&r.out.Trials); err != nil {
		return err
	}
	return inner.Commit()
}

// put takes a record in, if a host could have written it.
func (r *repair) put(tx *tx, from string, rec trial.Record) error {
	if rec.Status != trial.Succeeded {
		return nil
	}
	if err := rec.Check(); err != nil {
		r.skip(from, fmt.Errorf("trial %s: %w", trial.Short(rec.Key), err))
		return nil
	}
	p, err := tx.put(rec)
	if err == nil && p.isNew {
		r.out.Found[from]++
	}
	return err
}

func (r *repair) skip(file string, err error) {
	r.out.Skipped = append(r.out.Skipped, fmt.Sprintf("%s: %v", file, err))
}

// copies are the copies of stores, newest first: also those of repairs that did not
// come to their end. What the first edition left is asked for where a store is made
// anew; to a whole one it has nothing to add but what was removed since.
func (r *repair) copies() ([]string, error) {
	found, err := filepath.Glob(filepath.Join(escapeGlob(r.dir), damagedDir+"*", database))
	if err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, func(path string) bool { return strings.HasSuffix(filepath.Dir(path), damagedUsed) })
	slices.Sort(found)
	slices.Reverse(found)
	if first := filepath.Join(r.dir, Backup); !r.out.Sound && exists(first) {
		found = append(found, first)
	}
	return found, nil
}

// markUsed renames the copies that are in the store now.
func (r *repair) markUsed() error {
	found, err := r.copies()
	if err != nil {
		return err
	}
	for _, path := range found {
		if dir := filepath.Dir(path); dir != r.dir {
			if err := os.Rename(dir, dir+damagedUsed); err != nil {
				return err
			}
			if filepath.Base(dir) == r.out.Kept {
				r.out.Kept += damagedUsed
			}
		}
	}
	return nil
}

func (r *repair) fromStores(tx *tx, found []string) error {
	for i, path := range found {
		from, err := filepath.Rel(r.dir, path)
		if err != nil {
			return err
		}
		var failed error // of the new store
		keep := func(err error) error {
			failed = err
			return err
		}
		lost, err := salvage(tx.ctx, path, salvaged{
			record:  func(rec trial.Record) error { return keep(r.put(tx, from, rec)) },
			attempt: func(a Attempt) error { return keep(tx.restore(a)) },
			tag:     func(fit, tag string) error { return keep(tx.restoreTag(fit, tag)) },
		})
		if failed != nil || tx.ctx.Err() != nil {
			return errors.Join(failed, tx.ctx.Err())
		}
		if err != nil {
			r.skip(from, err)
		}
		if i == 0 {
			r.out.Lost = lost
		}
	}
	return nil
}

// restore takes over an attempt that has ended. Its log stands where it stood.
func (tx *tx) restore(a Attempt) error {
	if a.Status == trial.Running {
		a.Status = trial.Lost
	}
	key, err := packKey(a.Key)
	if err != nil {
		return nil // nothing could ask for it
	}
	var failed []byte
	if a.Failure != nil {
		text, err := json.Marshal(a.Failure)
		if err != nil {
			return err
		}
		failed = compress(text)
	}
	var id [3]int64
	for i, text := range []string{a.Executor, a.Node, a.at.name} {
		if id[i], err = tx.text(text); err != nil {
			return err
		}
	}
	_, err = tx.exec(`INSERT INTO attempts (id, key, alias, state, started, ended, executor, node, heartbeat, record, log, log_at, log_size)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		a.ID, key, a.alias, string(a.Status), nanos(a.Started), nanos(a.Ended), id[0], id[1], failed, id[2], a.at.at, a.at.size)
	return err
}

func (tx *tx) restoreTag(fit, tag string) error {
	key, err := packKey(fit)
	if err != nil {
		return nil // nothing could ask for it
	}
	_, err = tx.exec("INSERT INTO tags (key, tag) VALUES (?, ?) ON CONFLICT DO NOTHING", key, tag)
	return err
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// fromRecords reads what was written of the sweeps.
func (r *repair) fromRecords(tx *tx) error {
	files, err := filepath.Glob(filepath.Join(escapeGlob(r.dir), "*", RecordsFile))
	if err != nil {
		return err
	}
	for _, path := range files {
		from, err := filepath.Rel(r.dir, path)
		if err != nil {
			return err
		}
		cases, err := ReadCases(filepath.Join(filepath.Dir(path), CasesFile))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			r.skip(filepath.Join(filepath.Dir(from), CasesFile), err)
		}
		for line, err := range ReadLines(path) {
			if err != nil {
				r.skip(from, err)
				break
			}
			rec := line.Record
			rec.Cases = cases[rec.Key]
			if err := r.put(tx, from, rec); err != nil {
				return err
			}
		}
		if err := tx.ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// AttemptsDir holds what workers elsewhere bring: a folder per trial and attempt,
// with AttemptFile in it.
const (
	AttemptsDir = "attempts"
	AttemptFile = "result.json" // a trial.Result
)

// fromAttempts reads what workers left.
func (r *repair) fromAttempts(tx *tx) error {
	files, err := filepath.Glob(filepath.Join(escapeGlob(r.dir), AttemptsDir, "*", "*", AttemptFile))
	if err != nil {
		return err
	}
	for _, path := range files {
		from, err := filepath.Rel(r.dir, path)
		if err != nil {
			return err
		}
		var res trial.Result
		text, err := os.ReadFile(path)
		if err == nil {
			err = json.Unmarshal(text, &res)
		}
		if err != nil {
			r.skip(from, err)
			continue
		}
		if err := r.put(tx, AttemptsDir, res.Record); err != nil {
			return err
		}
		if err := tx.ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}
