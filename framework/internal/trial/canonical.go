package trial

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
)

// Canonical is the one JSON form of a value that keys are made of:
//
//   - object keys are sorted by their bytes, and there are no spaces;
//   - text is UTF-8, escaped only where JSON demands it (so "<" stays "<");
//   - integers are written in full, other numbers in the shortest form that
//     reads back as the same float64 (that of ECMAScript). Up to 2^53 it makes no
//     difference which of the two a whole number was; -0 is 0.
//
// NaN and infinities have no form.
func Canonical(v any) ([]byte, error) { return appendCanonical(nil, v) }

func appendCanonical(b []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...), nil
	case bool:
		return strconv.AppendBool(b, v), nil
	case string:
		return appendText(b, v)
	case int:
		return strconv.AppendInt(b, int64(v), 10), nil
	case int64:
		return strconv.AppendInt(b, v, 10), nil
	case uint64:
		return strconv.AppendUint(b, v, 10), nil
	case float64:
		return appendFloat(b, v)
	case json.Number:
		return appendNumber(b, v)
	case []any:
		return appendList(b, len(v), func(i int) any { return v[i] })
	case map[string]any:
		return appendObject(b, v)
	case Settings:
		return appendObject(b, v)
	}
	// Whatever else there is has a JSON form, which is read back in the types above.
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var plain any
	if err := d.Decode(&plain); err != nil {
		return nil, err
	}
	return appendCanonical(b, plain)
}

func appendObject(b []byte, object map[string]any) ([]byte, error) {
	b = append(b, '{')
	for i, name := range slices.Sorted(maps.Keys(object)) {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = appendText(b, name); err != nil {
			return nil, err
		}
		b = append(b, ':')
		if b, err = appendCanonical(b, object[name]); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

func appendList(b []byte, n int, at func(int) any) ([]byte, error) {
	b = append(b, '[')
	for i := range n {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = appendCanonical(b, at(i)); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}

func appendText(b []byte, s string) ([]byte, error) {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c == '"' || c == '\\' || c >= 0x7f {
			var out bytes.Buffer
			enc := json.NewEncoder(&out)
			enc.SetEscapeHTML(false)
			err := enc.Encode(s)
			return append(b, bytes.TrimSuffix(out.Bytes(), []byte("\n"))...), err
		}
	}
	return append(append(append(b, '"'), s...), '"'), nil
}

// appendFloat writes numbers as ECMAScript and encoding/json do.
func appendFloat(b []byte, x float64) ([]byte, error) {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil, fmt.Errorf("%v has no JSON form", x)
	}
	abs := math.Abs(x)
	switch {
	case abs == 0:
		return append(b, '0'), nil
	case abs >= 1e-6 && abs < 1e21:
		return strconv.AppendFloat(b, x, 'f', -1, 64), nil
	}
	b = strconv.AppendFloat(b, x, 'e', -1, 64)
	if n := len(b); b[n-4] == 'e' && b[n-2] == '0' { // 1e-07 is 1e-7
		b = append(b[:n-2], b[n-1])
	}
	return b, nil
}

func appendNumber(b []byte, n json.Number) ([]byte, error) {
	v, err := exact(n)
	if err != nil {
		return nil, err
	}
	return appendCanonical(b, v)
}

// exact is a JSON number as float64, or as int64 or uint64 where a float64 does
// not hold it exactly.
func exact(n json.Number) (any, error) {
	const whole = 1 << 53
	if i, err := strconv.ParseInt(string(n), 10, 64); err == nil && (i > whole || i < -whole) {
		return i, nil
	}
	if u, err := strconv.ParseUint(string(n), 10, 64); err == nil && u > whole {
		return u, nil
	}
	return n.Float64()
}

// digest is the SHA-256 of the canonical form, in hexadecimal.
func digest(v any) string {
	text, err := Canonical(v)
	if err != nil {
		panic("trial: a key holds what JSON cannot: " + err.Error())
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Settings are those of a method: complete, defaults filled, inactive ones
// removed. Reading JSON keeps whole numbers that a float64 cannot hold.
type Settings map[string]any

// UnmarshalJSON reads an object.
func (s *Settings) UnmarshalJSON(text []byte) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var object map[string]any
	if err := d.Decode(&object); err != nil {
		return err
	}
	_, err := numbers(object)
	*s = object
	return err
}

// numbers replaces every json.Number inside v.
func numbers(v any) (any, error) {
	var err error
	switch v := v.(type) {
	case json.Number:
		return exact(v)
	case []any:
		for i := range v {
			if v[i], err = numbers(v[i]); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		for name := range v {
			if v[name], err = numbers(v[name]); err != nil {
				return nil, err
			}
		}
	}
	return v, nil
}
