package store

import (
	"context"
	"database/sql"
)

// querier is what reads: a database or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// tx is a transaction that writes. It prepares each statement at most once.
type tx struct {
	*sql.Tx
	ctx   context.Context
	texts *texts
	fresh map[hash]int64 // texts that are known once this is committed
	stmts map[string]*sql.Stmt
	known *statements // prepared by others; nil: none
	asked []string    // what it has prepared itself

	// What it reads of itself may never be: ids of texts are given again if it fails.
	seen     texts
	meanings *meanings
}

func newTx(ctx context.Context, inner *sql.Tx, known *texts) *tx {
	return &tx{Tx: inner, ctx: ctx, texts: known, fresh: map[hash]int64{}, stmts: map[string]*sql.Stmt{}, meanings: newMeanings()}
}

// reading looks at what the transaction sees.
func (tx *tx) reading() *reading {
	r := newReading(tx.ctx, tx, &tx.seen, tx.meanings)
	r.prepare = tx.stmt
	return r
}

func (tx *tx) stmt(query string) (*sql.Stmt, error) {
	s, ok := tx.stmts[query]
	if ok {
		return s, nil
	}
	var err error
	if kept := tx.known.of(query); kept != nil {
		s = tx.StmtContext(tx.ctx, kept)
	} else if s, err = tx.PrepareContext(tx.ctx, query); err != nil {
		return nil, err
	} else {
		tx.asked = append(tx.asked, query)
	}
	tx.stmts[query] = s
	return s, nil
}

func (tx *tx) exec(query string, args ...any) (sql.Result, error) {
	s, err := tx.stmt(query)
	if err != nil {
		return nil, err
	}
	return s.ExecContext(tx.ctx, args...)
}

// change executes a statement and returns how many rows it changed.
func (tx *tx) change(query string, args ...any) (int64, error) {
	r, err := tx.exec(query, args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

func (tx *tx) insert(query string, args ...any) (id int64, err error) {
	r, err := tx.exec(query, args...)
	if err != nil {
		return 0, err
	}
	return r.LastInsertId()
}

// row is one row that was asked for, or why there is none.
type row struct {
	*sql.Row
	err error
}

func (r row) Scan(into ...any) error {
	if r.err != nil {
		return r.err
	}
	return r.Row.Scan(into...)
}

func (tx *tx) query(query string, args ...any) row {
	s, err := tx.stmt(query)
	if err != nil {
		return row{err: err}
	}
	return row{Row: s.QueryRowContext(tx.ctx, args...)}
}

// settle is called once the transaction is committed.
func (tx *tx) settle() {
	for h, id := range tx.fresh {
		tx.texts.learnID(h, id)
	}
}
