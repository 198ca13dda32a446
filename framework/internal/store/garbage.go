package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/assaylab/assay/framework/internal/trial"
)

// Garbage is what a results folder holds and nobody needs.
type Garbage struct {
	Files []GarbageFile `json:"files"`
	Texts int64         `json:"texts"` // that no row has any more
	Pages int64         `json:"pages"` // bytes of the database that are free
}

// GarbageFile is a file or folder that can go.
type GarbageFile struct {
	Path  string `json:"path"` // relative to the results folder
	Bytes int64  `json:"bytes"`
	Why   string `json:"why"`
}

// Bytes is the room that the files take.
func (g Garbage) Bytes() (n int64) {
	for _, f := range g.Files {
		n += f.Bytes
	}
	return n + g.Pages
}

// Garbage lists what can go. It is for the owner of the folder: what others are just
// making looks the same.
func (s *Store) Garbage(ctx context.Context) (g Garbage, err error) {
	known, err := s.knownNames(ctx)
	if err != nil {
		return g, err
	}
	for _, find := range []func(context.Context, names, *Garbage) error{s.looseKept, s.looseCheckpoints, s.looseLogs, s.leftovers} {
		if err := find(ctx, known, &g); err != nil {
			return g, err
		}
	}
	err = s.reader.QueryRowContext(ctx, "SELECT count(*) FROM texts WHERE id NOT IN ("+usedTexts+")").Scan(&g.Texts)
	if err == nil {
		err = s.reader.QueryRowContext(ctx, "SELECT f.freelist_count * p.page_size FROM pragma_freelist_count f, pragma_page_size p").Scan(&g.Pages)
	}
	return g, s.explain(err)
}

// usedTexts are the ids of texts that some row has.
const usedTexts = `SELECT method FROM trials UNION SELECT version FROM trials UNION SELECT code FROM trials UNION SELECT settings FROM trials
	UNION SELECT dataset FROM trials UNION SELECT fold FROM trials UNION SELECT parent FROM trials UNION SELECT layout FROM trials
	UNION SELECT shapes FROM trials UNION SELECT provenance FROM trials UNION SELECT node FROM trials UNION SELECT path FROM trials
	UNION SELECT frame FROM cases UNION SELECT probes FROM aliases UNION SELECT executor FROM attempts UNION SELECT node FROM attempts
	UNION SELECT log FROM attempts UNION SELECT label FROM members`

// names are how trials may be called on disk: fits, and their ids of the first edition.
type names struct {
	trained map[string]bool // by the whole key
	short   map[string]bool // by its first digits: those that succeeded
}

func (s *Store) knownNames(ctx context.Context) (names, error) {
	n := names{map[string]bool{}, map[string]bool{}}
	err := s.read(ctx, func(r *reading) error {
		rows, err := r.q.QueryContext(ctx, "SELECT lower(hex(key)) FROM trials UNION SELECT lower(hex(key)) FROM aliases")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var key string
			if err := rows.Scan(&key); err != nil {
				return err
			}
			n.trained[key], n.short[trial.Short(key)] = true, true
		}
		return rows.Err()
	})
	return n, err
}

func (g *Garbage) add(dir, rel, why string) error {
	size, err := sizeOf(filepath.Join(dir, rel))
	if err == nil {
		g.Files = append(g.Files, GarbageFile{filepath.ToSlash(rel), size, why})
	}
	return err
}

func sizeOf(path string) (size int64, err error) {
	err = filepath.WalkDir(path, func(_ string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode().IsRegular() {
			size += info.Size()
		}
		return err
	})
	return size, err
}

func entries(dir string) ([]fs.DirEntry, error) {
	list, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return list, err
}

func (s *Store) looseKept(_ context.Context, known names, g *Garbage) error {
	list, err := entries(filepath.Join(s.Dir, KeptDir))
	if err != nil {
		return err
	}
	for _, e := range list {
		why := "kept of a trial that is not in the store"
		if strings.HasPrefix(e.Name(), discarded) {
			why = "was being removed"
		}
		if !known.trained[e.Name()] {
			if err := g.add(s.Dir, filepath.Join(KeptDir, e.Name()), why); err != nil {
				return err
			}
		}
	}
	return nil
}

// looseCheckpoints finds those of trials that succeeded: of others, another attempt
// may go on from them.
func (s *Store) looseCheckpoints(_ context.Context, known names, g *Garbage) error {
	list, err := entries(filepath.Join(s.Dir, CheckpointsDir))
	if err != nil {
		return err
	}
	for _, e := range list {
		key, _, _ := strings.Cut(e.Name(), "-")
		if known.short[key] || strings.HasPrefix(e.Name(), discarded) {
			if err := g.add(s.Dir, filepath.Join(CheckpointsDir, e.Name()), "checkpoints of a trial that has succeeded"); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Store) looseLogs(ctx context.Context, _ names, g *Garbage) error {
	list, err := entries(filepath.Join(s.Dir, LogsDir))
	if err != nil {
		return err
	}
	for _, e := range list {
		if s.logs != nil && s.logs.name == e.Name() {
			continue
		}
		h := hashOf(e.Name())
		var used bool
		err := s.reader.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM attempts WHERE log = (SELECT id FROM texts WHERE hash = ?))", h[:]).Scan(&used)
		if err != nil {
			return s.explain(err)
		}
		if !used {
			if err := g.add(s.Dir, filepath.Join(LogsDir, e.Name()), "logs of attempts that are not in the store"); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Store) leftovers(_ context.Context, _ names, g *Garbage) error {
	for _, l := range []struct{ pattern, why string }{
		{Backup, "the store as it was in the first edition"},
		{damagedDir + "*", "a damaged store that was repaired"},
		{database + ".new*", "a store that was not finished"},
		{Backup + ".new*", "a copy that was not finished"},
		{".*" + unfinished + "*", "a file that was not finished"},
		{filepath.Join("*", ".*"+unfinished+"*"), "a file that was not finished"},
		{filepath.Join("*", "tables", ".*"+unfinished+"*"), "a file that was not finished"},
	} {
		found, err := filepath.Glob(filepath.Join(escapeGlob(s.Dir), l.pattern))
		if err != nil {
			return err
		}
		for _, path := range found {
			rel, err := filepath.Rel(s.Dir, path)
			if err != nil {
				return err
			}
			if err := g.add(s.Dir, rel, l.why); err != nil {
				return err
			}
		}
	}
	return nil
}

// escapeGlob is a path as a pattern that matches only itself.
func escapeGlob(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// Collect removes garbage. What was listed and is gone already is no error.
func (s *Store) Collect(ctx context.Context, g Garbage) error {
	for _, f := range g.Files {
		if err := ctx.Err(); err != nil {
			return err
		}
		path := filepath.Join(s.Dir, filepath.FromSlash(f.Path))
		if err := discard(filepath.Dir(path), filepath.Base(path)); err != nil {
			return err
		}
	}
	if g.Texts > 0 {
		err := s.write(ctx, func(tx *tx) error {
			_, err := tx.exec("DELETE FROM texts WHERE id NOT IN (" + usedTexts + ")")
			return err
		})
		if err != nil {
			return err
		}
		s.texts.forget()
		s.mu.Lock()
		s.meanings = nil
		s.mu.Unlock()
	}
	if g.Texts == 0 && g.Pages == 0 {
		return nil
	}
	// Outside of a transaction, as VACUUM has one of its own: nothing is changed by it.
	if err := s.inPlace(); err != nil {
		return err
	}
	if err := s.stillMine(s.writer.QueryRowContext(ctx, ownerQuery)); err != nil {
		return err
	}
	_, err := s.writer.ExecContext(ctx, "VACUUM")
	return s.explain(err)
}
