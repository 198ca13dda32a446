package control

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"slices"
	"syscall"

	"github.com/assaylab/assay/framework/internal/study"
)

// ErrNone says that no host of this machine runs in a results folder.
var ErrNone = errors.New("no run of this machine is at work there")

// Client is another process's end.
type Client struct{ http http.Client }

// Dial finds the host that runs in a results folder. The error is [ErrNone] where
// there is none, or none any more.
func Dial(ctx context.Context, results string) (*Client, error) {
	p, err := where(results)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNone
	}
	if err != nil {
		return nil, err
	}
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", p.Socket)
	}
	conn, err := dial(ctx, "", "")
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) { // it was killed
		return nil, ErrNone
	}
	if err != nil {
		return nil, err
	}
	conn.Close()
	return &Client{http.Client{Transport: &http.Transport{DialContext: dial}}}, nil
}

// Close gives the connections back.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Status asks what the run is at.
func (c *Client) Status(ctx context.Context) (s Status, err error) {
	r, err := c.call(ctx, http.MethodGet, "/status")
	if err != nil {
		return s, err
	}
	defer r.Body.Close()
	return s, json.NewDecoder(r.Body).Decode(&s)
}

// Drain starts no further trials.
func (c *Client) Drain(ctx context.Context) error { return c.post(ctx, "/drain") }

// Stop ends the running trials too.
func (c *Client) Stop(ctx context.Context) error { return c.post(ctx, "/stop") }

// Events calls see with what happens from now on, until the run or ctx ends.
func (c *Client) Events(ctx context.Context, see func(study.Event)) error {
	r, err := c.call(ctx, http.MethodGet, "/events")
	if err != nil {
		return err
	}
	defer r.Body.Close()
	lines := bufio.NewReader(r.Body)
	for {
		text, err := lines.ReadBytes('\n')
		if err != nil { // the end, or a kill in the middle of a line
			return ctx.Err()
		}
		var e study.Event
		if err := json.Unmarshal(text, &e); err != nil {
			return fmt.Errorf("an event of the run: %w", err)
		}
		see(e)
	}
}

func (c *Client) post(ctx context.Context, path string) error {
	r, err := c.call(ctx, http.MethodPost, path)
	if err != nil {
		return err
	}
	return r.Body.Close()
}

func (c *Client) call(ctx context.Context, method, path string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://assay"+path, nil)
	if err != nil {
		return nil, err
	}
	r, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	if r.StatusCode != http.StatusOK {
		r.Body.Close()
		return nil, fmt.Errorf("the run answers %s to %s", r.Status, path)
	}
	return r, nil
}

func sortBySlot(list []Running) {
	slices.SortFunc(list, func(a, b Running) int { return cmp.Compare(a.Slot, b.Slot) })
}
