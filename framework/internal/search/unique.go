package search

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"math"

	"github.com/assaylab/assay/framework/setting"
)

// A constraint is a condition that every configuration must meet.
type constraint struct {
	text string
	*setting.Condition
}

// A digest stands for a complete configuration: equal ones have equal digests.
type digest [sha256.Size]byte

// unique collects configurations that differ once they are complete and that
// meet the constraints.
type unique struct {
	space  *Space
	seen   map[digest]int // where in the list
	list   []Config
	broken string // constraint that the configuration refused last does not meet
}

func (s *Space) unique() *unique { return &unique{space: s, seen: map[digest]int{}} }

// An outcome is what came of a configuration that was offered.
type outcome int

const (
	added   outcome = iota // a new one
	known                  // comes to the same as an earlier one
	refused                // breaks a constraint
)

// add completes chosen values and keeps them if they are new and allowed.
func (u *unique) add(given map[string]any) (outcome, error) {
	c, d, result, err := u.offer(given)
	if err == nil && result == added {
		u.keep(c, d)
	}
	return result, err
}

// offer is add without keeping.
func (u *unique) offer(given map[string]any) (Config, digest, outcome, error) {
	full, err := u.space.completer.Complete(given)
	if err != nil {
		return Config{}, digest{}, refused, err
	}
	for _, c := range u.space.constraints {
		ok, err := c.Holds(full)
		if err != nil {
			return Config{}, digest{}, refused, fmt.Errorf("constraint %q: %w", c.text, err)
		}
		if !ok {
			u.broken = c.text
			return Config{}, digest{}, refused, nil
		}
	}
	d := u.space.digest(full)
	if _, ok := u.seen[d]; ok {
		return Config{}, d, known, nil
	}
	return Config{Given: maps.Clone(given), Full: full}, d, added, nil
}

func (u *unique) keep(c Config, d digest) {
	u.seen[d] = len(u.list)
	u.list = append(u.list, c)
}

// nothing is the error of a space in which no configuration is allowed.
func (u *unique) nothing(tried int) error {
	return fmt.Errorf("the constraints allow none of %d configurations tried; the last one breaks %s", tried, u.broken)
}

// digest is that of complete settings: of the index of each in the schema, and
// its value in the one form that its kind has.
func (s *Space) digest(full map[string]any) digest {
	b := make([]byte, 0, 512)
	number := func(x uint64) { b = binary.LittleEndian.AppendUint64(b, x) }
	for i := range s.schema {
		v, ok := full[s.schema[i].Name]
		if !ok {
			continue
		}
		b = binary.AppendUvarint(b, uint64(i))
		switch v := v.(type) {
		case float64:
			number(math.Float64bits(v))
		case int64:
			number(uint64(v))
		case bool:
			b = append(b, map[bool]byte{true: 1}[v])
		case string:
			b = append(binary.AppendUvarint(b, uint64(len(v))), v...)
		case []float64:
			b = binary.AppendUvarint(b, uint64(len(v)))
			for _, x := range v {
				number(math.Float64bits(x))
			}
		case []int64:
			b = binary.AppendUvarint(b, uint64(len(v)))
			for _, x := range v {
				number(uint64(x))
			}
		default:
			panic(fmt.Sprintf("search: setting %s holds a %T", s.schema[i].Name, v))
		}
	}
	return sha256.Sum256(b)
}
