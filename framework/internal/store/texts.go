package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"sync"
)

type hash [16]byte

func hashOf(body string) hash {
	sum := sha256.Sum256([]byte(body))
	return hash(sum[:16])
}

// texts remembers what stands under which id, in both directions. Ids are never
// given anew while a store is open.
type texts struct {
	mu     sync.Mutex
	ids    map[hash]int64
	bodies map[int64]string
}

// maxTexts bounds what is remembered; more is read again.
const maxTexts = 20000

func (t *texts) id(h hash) (int64, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	id, ok := t.ids[h]
	return id, ok
}

func (t *texts) body(id int64) (string, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	body, ok := t.bodies[id]
	return body, ok
}

func (t *texts) learnID(h hash, id int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ids == nil || len(t.ids) >= maxTexts {
		t.ids = map[hash]int64{}
	}
	t.ids[h] = id
}

func (t *texts) learnBody(id int64, body string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.bodies == nil || len(t.bodies) >= maxTexts {
		t.bodies = map[int64]string{}
	}
	t.bodies[id] = body
}

// forget empties the memory: after ids were given up.
func (t *texts) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ids, t.bodies = nil, nil
}

// text returns the id of a text, adding it if it is new. The empty text is 0.
func (tx *tx) text(body string) (int64, error) {
	if body == "" {
		return 0, nil
	}
	h := hashOf(body)
	if id, ok := tx.texts.id(h); ok {
		return id, nil
	}
	if id, ok := tx.fresh[h]; ok {
		return id, nil
	}
	var id int64
	err := tx.query("SELECT id FROM texts WHERE hash = ?", h[:]).Scan(&id)
	if err == nil {
		tx.texts.learnID(h, id)
		return id, nil
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return 0, err
	}
	id, err = tx.insert("INSERT INTO texts (hash, body) VALUES (?, ?)", h[:], body)
	if err == nil {
		tx.fresh[h] = id
	}
	return id, err
}

// textOf returns the text with an id.
func (t *texts) textOf(ctx context.Context, q querier, id int64) (string, error) {
	if id == 0 {
		return "", nil
	}
	if body, ok := t.body(id); ok {
		return body, nil
	}
	var body string
	if err := q.QueryRowContext(ctx, "SELECT body FROM texts WHERE id = ?", id).Scan(&body); err != nil {
		return "", err
	}
	t.learnBody(id, body)
	return body, nil
}
