package export

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
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
	files := make([]*renameio.PendingFile, len(frames))
	writers := make([]rowWriter, len(frames))
	defer func() {
		for _, file := range files {
			if file != nil {
				err = errors.Join(err, file.Cleanup()) // nothing, once it is in its place
			}
		}
	}()
	for i, frame := range frames {
		path := filepath.Join(out, frame.Name+f.ext)
		if files[i], err = renameio.NewPendingFile(path, renameio.WithPermissions(0o644), renameio.WithTempDir(out)); err != nil {
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
		if err := file.CloseAtomicallyReplace(); err != nil {
			return nil, err
		}
	}
	return parts, nil
}
