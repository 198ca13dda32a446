package nn

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
)

// The file layout is safetensors: the length of a JSON header (uint64, little
// endian), the header {name: {dtype, shape, data_offsets}}, then the numbers.
// Python reads it with the package of that name. Only F32 is written and read.

type tensorInfo struct {
	DType   string `json:"dtype"`
	Shape   []int  `json:"shape"`
	Offsets [2]int `json:"data_offsets"`
}

const longestHeader = 1 << 24

func (p *Param) shape() []int {
	if p.Vector {
		return []int{p.Cols}
	}
	return []int{p.Rows, p.Cols}
}

// Save writes parameters and kept statistics to a file.
func (ps *Params) Save(path string) error {
	header := map[string]tensorInfo{}
	at := 0
	for _, p := range ps.list {
		header[p.Name] = tensorInfo{"F32", p.shape(), [2]int{at, at + 4*len(p.Data)}}
		at += 4 * len(p.Data)
	}
	text, err := json.Marshal(header) // keys in alphabetical order: equal parameters give equal bytes
	if err != nil {
		return fmt.Errorf("weights %s: %w", path, err)
	}
	for len(text)%8 != 0 { // the layout aligns the numbers
		text = append(text, ' ')
	}
	var out bytes.Buffer
	out.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(text))))
	out.Write(text)
	for _, p := range ps.list {
		raw := make([]byte, 0, 4*len(p.Data))
		for _, x := range p.Data {
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(x))
		}
		out.Write(raw)
	}
	if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
		return fmt.Errorf("weights %s: %w", path, err)
	}
	return nil
}

// Load fills the parameters from a file. Every parameter must be there in its
// shape; others in the file are an error too.
func (ps *Params) Load(path string) error {
	header, body, err := readTensors(path)
	if err != nil {
		return fmt.Errorf("weights %s: %w", path, err)
	}
	for _, p := range ps.list {
		t, ok := header[p.Name]
		if !ok {
			return fmt.Errorf("weights %s: %s is missing", path, p.Name)
		}
		if t.DType != "F32" || !slices.Equal(t.Shape, p.shape()) || t.Offsets[0] < 0 || t.Offsets[0] > t.Offsets[1] || t.Offsets[1]-t.Offsets[0] != 4*len(p.Data) || t.Offsets[1] > len(body) {
			return fmt.Errorf("weights %s: %s is %s %v, wanted F32 %v", path, p.Name, t.DType, t.Shape, p.shape())
		}
		raw := body[t.Offsets[0]:t.Offsets[1]]
		for i := range p.Data {
			p.Data[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
		}
		delete(header, p.Name)
	}
	for name := range header {
		return fmt.Errorf("weights %s: the network has no %s", path, name)
	}
	return nil
}

func readTensors(path string) (map[string]tensorInfo, []byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	var size [8]byte
	if _, err := io.ReadFull(f, size[:]); err != nil {
		return nil, nil, fmt.Errorf("the file ends within its first 8 bytes: %w", err)
	}
	n := binary.LittleEndian.Uint64(size[:])
	if n > longestHeader {
		return nil, nil, fmt.Errorf("a header of %d bytes is more than the %d allowed: no safetensors file", n, longestHeader)
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(f, text); err != nil {
		return nil, nil, fmt.Errorf("the file ends within its header: %w", err)
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(text, &raw); err != nil {
		return nil, nil, fmt.Errorf("the header: %w", err)
	}
	delete(raw, "__metadata__")
	header := map[string]tensorInfo{}
	for name, r := range raw {
		var t tensorInfo
		if err := json.Unmarshal(r, &t); err != nil {
			return nil, nil, fmt.Errorf("the header, %s: %w", name, err)
		}
		header[name] = t
	}
	body, err := io.ReadAll(f)
	return header, body, err
}
