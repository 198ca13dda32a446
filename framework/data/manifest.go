package data

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"sync"
)

// A dataset on disk is a folder of dataset.json and the .npy files that it
// names. In Python:
//
//	m = json.load(open(folder / "dataset.json"))["recordings"]["main"]
//	samples = np.load(folder / m["samples"]["file"], mmap_mode="r")    # [samples x channels] float32
//	trial = np.load(folder / m["trial"]["file"])                       # [samples] int32
//	train = np.load(folder / m["split"]["file"]) == 1                  # uint8: 0 none, 1 train, 2 val, 3 test
//	for t in m["targets"]:                                             # kind "class": int32 [samples]
//	    values = np.load(folder / t["data"]["file"], mmap_mode="r")    # "continuous": float32 [samples x dims]
//
// All arrays are little-endian and in C order. The digest of a dataset is the
// SHA-256 of dataset.json, which holds the SHA-256 of every other file: it
// depends on the contents alone.
type manifest struct {
	Format     string                       `json:"format"`  // manifestFormat
	Version    int                          `json:"version"` // manifestVersion
	Recordings map[string]manifestRecording `json:"recordings"`
}

type manifestRecording struct {
	Samples    manifestFile     `json:"samples"`
	Unit       string           `json:"unit,omitempty"`
	BinSeconds float64          `json:"bin_seconds,omitempty"`
	Channels   []string         `json:"channels,omitempty"`
	Trial      manifestFile     `json:"trial"`
	Split      *manifestFile    `json:"split,omitempty"`
	Targets    []manifestTarget `json:"targets"`
}

type manifestTarget struct {
	Name    string       `json:"name"`
	Kind    string       `json:"kind"` // "class" or "continuous"
	Classes int          `json:"classes,omitempty"`
	Unit    string       `json:"unit,omitempty"`
	Data    manifestFile `json:"data"`
}

type manifestFile struct {
	File   string `json:"file"` // a plain name in the same folder
	Type   string `json:"type"` // as NumPy writes it: "<f4", "<i4", "|u1"
	Shape  []int  `json:"shape"`
	SHA256 string `json:"sha256"`
}

const (
	manifestName    = "dataset.json"
	manifestFormat  = "assay-dataset"
	manifestVersion = 1
)

// Compiled when first used: a plugin's start waits for what comes before main.
var (
	plainName  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]*$`) })
	plainRole  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$`) })
	digestForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^sha256:[0-9a-f]{64}$`) })
)

// splitCodes are the numbers that stand for splits in a file.
var splitCodes = []Split{"", Train, Val, Test}

// describe fills the manifest; put is called for every array, in a fixed order.
func describe(recs map[string]*Recording, put func(content) (sum string, err error)) (*manifest, error) {
	m := &manifest{Format: manifestFormat, Version: manifestVersion, Recordings: map[string]manifestRecording{}}
	for _, role := range (&Dataset{Recordings: recs}).Roles() {
		if !plainRole().MatchString(role) {
			return nil, fmt.Errorf("role %q: a role is letters, digits, - and _", role)
		}
		r := recs[role]
		if err := r.Check(); err != nil {
			return nil, fmt.Errorf("role %s: %w", role, err)
		}
		entry, err := describeOne(role, r, put)
		if err != nil {
			return nil, fmt.Errorf("role %s: %w", role, err)
		}
		m.Recordings[role] = entry
	}
	return m, nil
}

func describeOne(role string, r *Recording, put func(content) (string, error)) (manifestRecording, error) {
	e := manifestRecording{Unit: r.Unit, BinSeconds: r.BinSeconds, Channels: r.Channels, Targets: []manifestTarget{}}
	file := func(what string, c content) (manifestFile, error) {
		c.name = role + "." + what + ".npy"
		sum, err := put(c)
		return manifestFile{File: c.name, Type: c.typ, Shape: c.shape, SHA256: sum}, err
	}
	var err error
	if e.Samples, err = file("samples", floats(r.Samples)); err != nil {
		return e, err
	}
	if e.Trial, err = file("trial", ints(r.Trial)); err != nil {
		return e, err
	}
	if r.Split != nil {
		f, err := file("split", codes(r.Split))
		if err != nil {
			return e, err
		}
		e.Split = &f
	}
	for i := range r.Targets {
		t := &r.Targets[i]
		mt := manifestTarget{Name: t.Name, Kind: "continuous", Unit: t.Unit}
		c := floats(t.Values)
		if t.IsClass() {
			mt.Kind, mt.Classes, c = "class", t.Classes, ints(t.Labels)
		}
		what := "target-" + t.Name
		if !plainName().MatchString(t.Name) {
			what = fmt.Sprintf("target-%d", i)
		}
		if mt.Data, err = file(what, c); err != nil {
			return e, err
		}
		e.Targets = append(e.Targets, mt)
	}
	return e, nil
}

// encode returns the bytes of dataset.json and their digest.
func (m *manifest) encode() (text []byte, digest string, err error) {
	if text, err = json.MarshalIndent(m, "", " "); err != nil {
		return nil, "", fmt.Errorf("dataset.json: %w", err)
	}
	return text, digestOf(text), nil
}

func digestOf(text []byte) string {
	sum := sha256.Sum256(text)
	return "sha256:" + hex.EncodeToString(sum[:])
}
