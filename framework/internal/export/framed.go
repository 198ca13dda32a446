package export

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
)

// rowWriter writes the rows of one frame. It does not hold on to a row.
type rowWriter interface {
	Write(row []any) error
	Close() error // all is written; the file below is not closed
}

// framed writes a file for each frame into a folder. Files appear when all of them
// are whole: whoever looks before sees the last export.
type framed struct {
	ext  string
	open func(io.Writer, Frame) rowWriter
}

func (f framed) Export(ctx context.Context, s Source, out string) (parts []Part, err error) {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return nil, err
	}
	frames, rows, failed := s.Frames()
	if err := failed(); err != nil {
		return nil, err
	}
	files := make([]*pending, len(frames))
	writers := make([]rowWriter, len(frames))
	defer func() {
		for _, file := range files {
			if file != nil {
				file.drop()
			}
		}
	}()
	for i, frame := range frames {
		path := filepath.Join(out, frame.Name+f.ext)
		if files[i], err = newPending(path); err != nil {
			return nil, err
		}
		writers[i] = f.open(files[i], frame)
		parts = append(parts, Part{Name: path, What: "rows"})
	}
	for i, row := range rows {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := writers[i].Write(row); err != nil {
			return nil, err
		}
		parts[i].Rows++
	}
	if err := failed(); err != nil {
		return nil, err
	}
	for _, w := range writers {
		if err := w.Close(); err != nil {
			return nil, err
		}
	}
	for _, file := range files {
		if err := file.place(); err != nil {
			return nil, err
		}
	}
	return parts, nil
}

// pending is a file that is not in its place yet. (renameio, which does this elsewhere,
// does nothing on Windows.)
type pending struct {
	*os.File
	path string
}

func newPending(path string) (*pending, error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-")
	if err != nil {
		return nil, err
	}
	return &pending{f, path}, nil
}

// place puts the whole file where it belongs.
func (p *pending) place() error {
	if err := errors.Join(p.Chmod(0o644), p.Sync(), p.Close()); err != nil {
		return err
	}
	return os.Rename(p.Name(), p.path)
}

// drop takes away what was not placed; of what was there is nothing under this name.
func (p *pending) drop() {
	p.Close()
	os.Remove(p.Name())
}
