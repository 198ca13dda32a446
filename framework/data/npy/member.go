package npy

import (
	"archive/zip"
	"bufio"
	"compress/flate"
	"fmt"
	"hash/crc32"
	"io"
)

// member unpacks one member of an archive and compares what came with what the
// directory says: at the end its length and checksum. archive/zip does the same
// with two exceptions that let damage through: a checksum of 0 in the directory,
// and packed bytes that are left over.
type member struct {
	file   *zip.File
	packed *bufio.Reader
	body   io.Reader
	closer io.Closer // of body, or nil
	sum    uint32    // CRC-32 of the bytes so far
	n      uint64    // their number
}

func openMember(f *zip.File) (*member, error) {
	raw, err := f.OpenRaw()
	if err != nil {
		return nil, err
	}
	m := &member{file: f, packed: bufio.NewReaderSize(raw, 1<<16)}
	switch f.Method {
	case zip.Store:
		if f.CompressedSize64 != f.UncompressedSize64 {
			return nil, fmt.Errorf("it is stored as it is, in %d bytes, and said to have %d", f.CompressedSize64, f.UncompressedSize64)
		}
		m.body = m.packed
	case zip.Deflate:
		inflate := flate.NewReader(m.packed)
		m.body, m.closer = inflate, inflate
	default:
		return nil, fmt.Errorf("it is packed by method %d; numpy.savez and numpy.savez_compressed use 0 and 8", f.Method)
	}
	return m, nil
}

func (m *member) Read(p []byte) (int, error) {
	n, err := m.body.Read(p)
	m.sum = crc32.Update(m.sum, crc32.IEEETable, p[:n])
	if m.n += uint64(n); m.n > m.file.UncompressedSize64 {
		return n, fmt.Errorf("damaged: it has more than the %d bytes that the archive says", m.file.UncompressedSize64)
	}
	if err == io.EOF {
		err = m.end()
	}
	return n, err
}

// end is io.EOF if all is as it was written.
func (m *member) end() error {
	if m.n != m.file.UncompressedSize64 {
		return fmt.Errorf("damaged: it has %d bytes, the archive says %d", m.n, m.file.UncompressedSize64)
	}
	if m.sum != m.file.CRC32 {
		return fmt.Errorf("damaged: its checksum (CRC-32) is %08x, the archive says %08x", m.sum, m.file.CRC32)
	}
	if _, err := m.packed.ReadByte(); err != io.EOF {
		return fmt.Errorf("damaged: packed bytes are left over behind its end")
	}
	return io.EOF
}

func (m *member) Close() error {
	if m.closer == nil {
		return nil
	}
	return m.closer.Close()
}
