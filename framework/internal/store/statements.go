package store

import (
	"context"
	"database/sql"
	"sync"
)

// statements are those of the writer's that stay prepared from one transaction to the
// next: to record a trial takes about ten, and to prepare them as long as to execute
// them. The writer has one connection, so each is prepared on it once.
type statements struct {
	mu   sync.Mutex
	kept map[string]*sql.Stmt
}

// maxStatements bounds them: a query with a list in it is another for each length.
const maxStatements = 64

func (s *statements) of(query string) *sql.Stmt {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept[query]
}

// keep prepares what a transaction had to prepare for itself. It is called after the
// transaction: during it the connection is taken. What cannot be kept is prepared again.
func (s *statements) keep(ctx context.Context, db *sql.DB, queries []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, q := range queries {
		if s.kept[q] != nil || len(s.kept) >= maxStatements {
			continue
		}
		stmt, err := db.PrepareContext(ctx, q)
		if err != nil {
			return
		}
		if s.kept == nil {
			s.kept = map[string]*sql.Stmt{}
		}
		s.kept[q] = stmt
	}
}
