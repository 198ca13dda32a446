package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// LogsDir is where the last words of plugins are: a file for each time that a host
// had the store open, and in the store where an attempt's words stand in it.
const LogsDir = "logs"

// maxLog is how much of an attempt's words is kept: the end of them.
const maxLog = 4 << 20

// logFile is a file that logs are appended to.
type logFile struct {
	dir, name string
	f         *os.File
	end       int64
}

// logPlace is where a log stands. Nowhere: its file is 0.
type logPlace struct{ file, at, size int64 }

func newLogFile(dir, name string) *logFile { return &logFile{dir: dir, name: name + ".log"} }

// sessionLog is the file of this host.
func sessionLog(dir string) *logFile {
	return newLogFile(dir, fmt.Sprintf("%s-%d", time.Now().UTC().Format("20060102T150405.000"), os.Getpid()))
}

// restart removes the file: of a migration that did not come to its end.
func (l *logFile) restart() error {
	err := os.Remove(filepath.Join(l.dir, LogsDir, l.name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func (l *logFile) open() error {
	if l.f != nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Join(l.dir, LogsDir), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(l.dir, LogsDir, l.name), os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	l.f = f
	l.end, err = f.Seek(0, io.SeekEnd)
	return err
}

func logHead(attempt int64, key, status string) string {
	return fmt.Sprintf("=== attempt %d of trial %s: %s\n", attempt, key[:min(12, len(key))], status)
}

// write appends a log. If the transaction that names its place fails, nobody finds
// it, which does no harm.
func (l *logFile) write(tx *tx, head, text string) (at logPlace, err error) {
	if err := l.open(); err != nil {
		return at, err
	}
	if len(text) > maxLog {
		cut := len(text) - maxLog
		text = fmt.Sprintf("... (%d bytes before this are not kept)\n", cut) + text[cut:]
	}
	if at.file, err = tx.text(l.name); err != nil {
		return at, err
	}
	at.at, at.size = l.end+int64(len(head)), int64(len(text))
	if !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	n, err := l.f.WriteAt([]byte(head+text), l.end)
	l.end += int64(n)
	return at, err
}

func (l *logFile) sync() error {
	if l.f == nil {
		return nil
	}
	return errors.Join(l.f.Sync(), syncDir(filepath.Join(l.dir, LogsDir)))
}

func (l *logFile) close() error {
	if l.f == nil {
		return nil
	}
	err := l.f.Close()
	l.f = nil
	return err
}

// readLog reads a log. Where its file is gone, the text says so.
func (s *Store) readLog(ctx context.Context, q querier, at logPlace) (string, error) {
	if at.file == 0 {
		return "", nil
	}
	name, err := s.texts.textOf(ctx, q, at.file)
	if err != nil {
		return "", err
	}
	path := filepath.Join(LogsDir, name)
	f, err := os.Open(filepath.Join(s.Dir, path))
	if err != nil {
		return fmt.Sprintf("(the log is gone with %s)\n", path), nil
	}
	defer f.Close()
	text := make([]byte, min(at.size, 2*maxLog))
	if n, err := f.ReadAt(text, at.at); err != nil {
		return string(text[:n]) + fmt.Sprintf("\n(the rest of the log is gone from %s)\n", path), nil
	}
	return string(text), nil
}
