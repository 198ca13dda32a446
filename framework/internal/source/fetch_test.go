package source

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/assaylab/assay/framework/data"
)

var payload = bytes.Repeat([]byte("0123456789abcdef"), 20_000) // 320 kB

func hexSum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

// server serves payload and remembers the Range headers that it was asked with.
type server struct {
	*httptest.Server
	mu     sync.Mutex
	ranges []string
}

func serve(t *testing.T, handle func(s *server, request int, w http.ResponseWriter, r *http.Request)) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.ranges = append(s.ranges, r.Header.Get("Range"))
		n := len(s.ranges)
		s.mu.Unlock()
		handle(s, n, w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// ranged answers as a good server does.
func ranged(w http.ResponseWriter, r *http.Request) {
	http.ServeContent(w, r, "file", time.Time{}, bytes.NewReader(payload))
}

// cut announces the rest of the payload, sends n bytes of it and drops the connection.
func cut(w http.ResponseWriter, from, n int) {
	w.Header().Set("Content-Length", strconv.Itoa(len(payload)-from))
	if from > 0 {
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(payload)-1, len(payload)))
		w.WriteHeader(http.StatusPartialContent)
	}
	w.Write(payload[from : from+n])
	w.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

func newFetcher(t *testing.T) *Fetcher {
	t.Helper()
	t.Setenv(MirrorVariable, "")
	old := retryPause
	retryPause = time.Millisecond
	t.Cleanup(func() { retryPause = old })
	c, err := data.OpenCache(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return &Fetcher{Cache: c}
}

func published(urls ...string) File {
	return File{Path: "folder/file.bin", URLs: urls, Size: int64(len(payload)), SHA256: hexSum(payload)}
}

func mustFetch(t *testing.T, f *Fetcher, file File) string {
	t.Helper()
	path, err := f.Fetch(context.Background(), file)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(got, payload) {
		t.Fatalf("%d bytes that are not the file (%v)", len(got), err)
	}
	return path
}

func TestFetchOnceAndReport(t *testing.T) {
	s := serve(t, func(_ *server, _ int, w http.ResponseWriter, r *http.Request) { ranged(w, r) })
	f := newFetcher(t)
	var last, total int64
	f.Progress = func(name string, done, all int64) {
		if name != "folder/file.bin" || done < last {
			t.Errorf("progress %s %d after %d", name, done, last)
		}
		last, total = done, all
	}
	mustFetch(t, f, published(s.URL))
	mustFetch(t, f, published(s.URL))
	if len(s.ranges) != 1 {
		t.Errorf("%d requests, want 1", len(s.ranges))
	}
	if last != int64(len(payload)) || total != last {
		t.Errorf("progress ended at %d of %d", last, total)
	}
}

func TestFetchResumesAfterACutConnection(t *testing.T) {
	s := serve(t, func(_ *server, request int, w http.ResponseWriter, r *http.Request) {
		switch request {
		case 1:
			cut(w, 0, 100_000)
		case 2:
			cut(w, 100_000, 50_000)
		default:
			ranged(w, r)
		}
	})
	mustFetch(t, newFetcher(t), published(s.URL))
	if got, want := strings.Join(s.ranges, " "), " bytes=100000- bytes=150000-"; got != want {
		t.Errorf("ranges %q, want %q", got, want)
	}
}

// What an earlier process left is used, and distrusted: here it is wrong.
func TestFetchThrowsAwayAWrongBeginning(t *testing.T) {
	s := serve(t, func(_ *server, _ int, w http.ResponseWriter, r *http.Request) { ranged(w, r) })
	f := newFetcher(t)
	file := published(s.URL)
	dir := filepath.Join(f.Cache.Root, "downloads")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "sha256-"+file.SHA256+".part"), make([]byte, 5000), 0o644); err != nil {
		t.Fatal(err)
	}
	mustFetch(t, f, file)
	if got, want := strings.Join(s.ranges, ","), "bytes=5000-,"; got != want {
		t.Errorf("ranges %q, want %q", got, want)
	}
}

func TestFetchFromAServerWithoutRanges(t *testing.T) {
	s := serve(t, func(_ *server, request int, w http.ResponseWriter, r *http.Request) {
		if request == 1 {
			cut(w, 0, 100_000)
		}
		w.Write(payload) // 200, from the start
	})
	mustFetch(t, newFetcher(t), published(s.URL))
	if len(s.ranges) != 2 {
		t.Errorf("%d requests, want 2", len(s.ranges))
	}
}

func TestFetchRepairsADamagedCopy(t *testing.T) {
	s := serve(t, func(_ *server, _ int, w http.ResponseWriter, r *http.Request) { ranged(w, r) })
	f := newFetcher(t)
	path := mustFetch(t, f, published(s.URL))
	damaged := bytes.Clone(payload)
	damaged[7] ^= 1
	if err := os.WriteFile(path, damaged, 0o644); err != nil {
		t.Fatal(err)
	}
	mustFetch(t, f, published(s.URL))
	if len(s.ranges) != 2 {
		t.Errorf("%d requests, want 2", len(s.ranges))
	}
}

func TestFetchTriesTheNextAddress(t *testing.T) {
	s := serve(t, func(_ *server, _ int, w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/gone" {
			http.NotFound(w, r)
			return
		}
		ranged(w, r)
	})
	mustFetch(t, newFetcher(t), published(s.URL+"/gone", s.URL+"/here"))
}

func TestFetchFailures(t *testing.T) {
	wrong := bytes.Clone(payload)
	wrong[0] ^= 1
	for _, c := range []struct {
		name, want string
		requests   int
		handle     func(w http.ResponseWriter, r *http.Request)
	}{
		{"wrong hash", "expected SHA-256 " + hexSum(payload) + ", got " + hexSum(wrong), 1,
			func(w http.ResponseWriter, _ *http.Request) { w.Write(wrong) }},
		{"truncated", "expected 320000 bytes, got 1000", 1,
			func(w http.ResponseWriter, _ *http.Request) { w.Write(payload[:1000]) }},
		{"announced too long", "offers 330000 bytes, expected 320000", 1,
			func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Length", "330000") }},
		{"endless", "more than the expected 320000 bytes", 1, func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := w.Write(payload); err != nil {
					return
				}
			}
		}},
		{"not there", "answered 404", 1, func(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) }},
		{"always failing", "answered 500", attempts, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }},
		{"another range", "asked for bytes from", 0, nil},
	} {
		s := serve(t, func(_ *server, request int, w http.ResponseWriter, r *http.Request) {
			if c.handle != nil {
				c.handle(w, r)
				return
			}
			if request == 1 {
				cut(w, 0, 1000)
			}
			cut(w, 2000, 1000)
		})
		f := newFetcher(t)
		_, err := f.Fetch(context.Background(), published(s.URL))
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "folder/file.bin") {
			t.Errorf("%s: error %v does not mention %q", c.name, err, c.want)
			continue
		}
		if e, ok := errors.AsType[*Error](err); !ok || !strings.Contains(e.Hint, MirrorVariable) {
			t.Errorf("%s: no hint in %#v", c.name, err)
		}
		if c.requests > 0 && len(s.ranges) != c.requests {
			t.Errorf("%s: %d requests, want %d", c.name, len(s.ranges), c.requests)
		}
	}
}

func TestFetchWithoutNetwork(t *testing.T) {
	s := serve(t, func(*server, int, http.ResponseWriter, *http.Request) {})
	s.Close()
	_, err := newFetcher(t).Fetch(context.Background(), published(s.URL))
	if err == nil || !strings.Contains(err.Error(), "cannot get folder/file.bin") {
		t.Errorf("error %v", err)
	}
}

func TestFetchEndsWhenNoByteComes(t *testing.T) {
	old := stallTime
	stallTime = 50 * time.Millisecond
	t.Cleanup(func() { stallTime = old })
	s := serve(t, func(_ *server, request int, w http.ResponseWriter, r *http.Request) {
		if request > 1 {
			ranged(w, r)
			return
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(payload)))
		w.Write(payload[:10])
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	mustFetch(t, newFetcher(t), published(s.URL))
}

func TestFetchIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	s := serve(t, func(_ *server, _ int, _ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	if _, err := newFetcher(t).Fetch(ctx, published(s.URL)); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestMirrorComesFirst(t *testing.T) {
	s := serve(t, func(_ *server, _ int, w http.ResponseWriter, r *http.Request) { ranged(w, r) })
	f := newFetcher(t)
	f.Mirror = t.TempDir()
	mustFetch(t, f, published(s.URL)) // the mirror lacks it: the network has it
	path := filepath.Join(f.Mirror, "folder", "file.bin")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, payload, 0o644); err != nil {
		t.Fatal(err)
	}
	if got := mustFetch(t, f, published(s.URL)); got != path {
		t.Errorf("got %s, want %s", got, path)
	}
	if err := os.WriteFile(path, payload[1:], 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Fetch(context.Background(), published(s.URL)); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("a wrong file in the mirror gave error %v", err)
	}
}

// Two packings of the same bytes are the same file.
func TestPackedFilesAreHashedUnpacked(t *testing.T) {
	pack := func(level int, b []byte) []byte {
		var buf bytes.Buffer
		w, err := gzip.NewWriterLevel(&buf, level)
		if err != nil {
			t.Fatal(err)
		}
		w.Write(b)
		w.Close()
		return buf.Bytes()
	}
	file := File{Path: "x.gz", Unpacked: int64(len(payload)), SHA256: hexSum(payload)}
	path := filepath.Join(t.TempDir(), "x.gz")
	for _, c := range []struct {
		name, want string
		bytes      []byte
	}{
		{"packed well", "", pack(9, payload)},
		{"packed badly", "", pack(0, payload)},
		{"other bytes", "expected SHA-256", pack(9, bytes.ToUpper(payload))},
		{"too few", "expected 320000 unpacked bytes, got 319999", pack(9, payload[1:])},
		{"too many", "got more", pack(9, append(bytes.Clone(payload), payload...))},
		{"not packed", "not a .gz file", payload},
		{"truncated", "damaged", pack(9, payload)[:200]},
	} {
		if err := os.WriteFile(path, c.bytes, 0o644); err != nil {
			t.Fatal(err)
		}
		err := file.verify(path)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
		if c.want == "" && int64(len(c.bytes)) > file.limit() {
			t.Errorf("%s: %d bytes exceed the limit %d", c.name, len(c.bytes), file.limit())
		}
	}
}
