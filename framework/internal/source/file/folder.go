package file

import (
	"os"
	"path/filepath"
	"strings"
)

// folders are the formats of folders, by a file that every such folder has.
var folders = []struct {
	ending string // what stands for the format in a digest
	holds  string
	format format
}{
	{"phy", "spike_clusters.npy", format{folder: true, open: openPhy}},
	{"suite2p", "iscell.npy", format{folder: true, open: openSuite2p}},
}

// folderFormat is the format of a folder; ok is false where it is none that is read.
func folderFormat(path string) (f format, ending string, ok bool) {
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() {
		return format{}, "", false
	}
	for _, one := range folders {
		if _, err := os.Stat(filepath.Join(path, one.holds)); err == nil {
			return one.format, one.ending, true
		}
	}
	return format{}, "", false
}

// Parts are the files that a path stands for: itself, or those of a folder that are
// read, in a fixed order.
func Parts(path string) []string {
	if _, _, ok := folderFormat(path); !ok {
		return []string{path}
	}
	var out []string
	entries, err := os.ReadDir(path) // sorted
	if err != nil {
		return []string{path}
	}
	for _, e := range entries {
		if name := e.Name(); partOfFolder(name) {
			out = append(out, filepath.Join(path, name))
		}
	}
	return out
}

// partOfFolder are the files of Phy's and suite2p's folders that are read; raw signals
// and templates, which are large, are not.
func partOfFolder(name string) bool {
	switch name {
	case "spike_times.npy", "spike_clusters.npy", "params.py", "F.npy", "Fneu.npy", "spks.npy", "iscell.npy":
		return true
	}
	return strings.HasPrefix(name, "cluster_") && (strings.HasSuffix(name, ".tsv") || strings.HasSuffix(name, ".csv"))
}
