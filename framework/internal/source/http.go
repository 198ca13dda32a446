package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

const (
	attempts   = 5                // to go on after a cut connection
	lockPoll   = time.Second / 20 // between looks at another process's lock
	answerTime = 30 * time.Second // for the head of an answer
)

// Variables, so that tests need not wait.
var (
	stallTime  = time.Minute // without a byte
	retryPause = time.Second // before going on; doubles each time
)

var client = &http.Client{Transport: transport()}

func transport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.ResponseHeaderTimeout = answerTime
	t.DisableCompression = true // a .gz file is hashed as it is
	return t
}

// permanent is a failure that trying again does not cure.
type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

// download brings url into part, which may hold the beginning already. resumed
// reports whether any of part is from before this call.
func download(ctx context.Context, url, part string, limit int64, progress func(done, total int64)) (resumed bool, err error) {
	if info, err := os.Stat(part); err == nil && info.Size() > 0 {
		resumed = true
	}
	pause := retryPause
	for try := 1; ; try++ {
		var restarted bool
		restarted, err = get(ctx, url, part, limit, progress)
		if restarted {
			resumed = false
		}
		if err == nil || errors.As(err, new(permanent)) || try == attempts || ctx.Err() != nil {
			return resumed, err
		}
		select {
		case <-ctx.Done():
			return resumed, ctx.Err()
		case <-time.After(pause):
			pause *= 2
		}
	}
}

// get makes one request for what part lacks and appends the answer.
func get(ctx context.Context, url, part string, limit int64, progress func(done, total int64)) (restarted bool, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	f, err := os.OpenFile(part, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return false, permanent{err}
	}
	defer f.Close()
	have, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return false, permanent{err}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false, permanent{err}
	}
	if have > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", have))
	}
	resp, err := client.Do(req)
	if err != nil {
		return false, err
	}
	defer resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusPartialContent:
		var from int64
		if _, err := fmt.Sscanf(resp.Header.Get("Content-Range"), "bytes %d-", &from); err != nil || from != have {
			return false, permanent{fmt.Errorf("%s: asked for bytes from %d, got %q", url, have, resp.Header.Get("Content-Range"))}
		}
	case http.StatusOK: // from the start, perhaps because the server knows no ranges
		restarted = have > 0
		have = 0
		if err := rewind(f); err != nil {
			return restarted, permanent{err}
		}
	case http.StatusRequestedRangeNotSatisfiable: // nothing after what we have: let the hash decide
		return false, nil
	default:
		err := fmt.Errorf("%s: the server answered %s", url, resp.Status)
		if resp.StatusCode >= 500 || resp.StatusCode == http.StatusTooManyRequests {
			return false, err
		}
		return false, permanent{err}
	}
	total := limit
	if resp.ContentLength >= 0 {
		total = have + resp.ContentLength
	}
	if total > limit {
		return restarted, permanent{fmt.Errorf("%s: the server offers %d bytes, expected %d", url, total, limit)}
	}
	stall := time.AfterFunc(stallTime, func() { cancel(fmt.Errorf("%s: no byte for %v", url, stallTime)) })
	defer stall.Stop()
	buf := make([]byte, 1<<16)
	for {
		n, err := resp.Body.Read(buf)
		stall.Reset(stallTime)
		if have += int64(n); have > limit {
			f.Truncate(0) // of no use to a later attempt
			return restarted, permanent{fmt.Errorf("%s: more than the expected %d bytes", url, limit)}
		}
		if _, err := f.Write(buf[:n]); err != nil {
			return restarted, permanent{err}
		}
		progress(have, total)
		if err == io.EOF {
			return restarted, f.Sync()
		}
		if err != nil {
			if cause := context.Cause(ctx); cause != nil {
				err = cause
			}
			return restarted, fmt.Errorf("%s: after %d of %d bytes: %w", url, have, total, err)
		}
	}
}

func rewind(f *os.File) error {
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err := f.Seek(0, io.SeekStart)
	return err
}
