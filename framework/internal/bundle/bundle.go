// Package bundle puts a sweep with its results into one file, and runs trials of such
// a file again. [Make] writes one, [Open] reads one that may be anybody's, and
// [Bundle.Reproduce] gives a verdict on each trial that it has run.
//
// A bundle is a tar archive, compressed by zstd. Its first member is manifest.json, a
// [Manifest], which names every other with size and SHA-256:
//
//	manifest.json
//	README.txt                       the commands that read it
//	sweep/PATH                       the sweep, and small files that it names
//	assay.lock                       where there is one
//	environments/N/...               of third-party plugins: what is installed, and the files that say so
//	results/SWEEP/records.jsonl      trials, with cases.jsonl.zst beside them
//	results/SWEEP/tables/NAME.*
//
// It carries no recording and no program. Equal results give equal bytes.
package bundle

import (
	"github.com/assaylab/assay/framework/internal/build"
)

// Format and Version are what a manifest begins with.
const (
	Format  = "assay bundle"
	Version = 1
)

// Extension is how names of bundles end.
const Extension = ".assay.tar.zst"

// Names of members.
const (
	manifestName = "manifest.json"
	readmeName   = "README.txt"
	lockName     = "assay.lock"
	sweepFolder  = "sweep"
	resultFolder = "results"
	environments = "environments"
)

// Manifest says what a bundle holds.
type Manifest struct {
	Format   string      `json:"format"`
	Version  int         `json:"version"`
	Sweep    string      `json:"sweep"`         // its name
	File     string      `json:"file"`          // its path from the folder that its own paths stay within
	Set      []string    `json:"set,omitempty"` // what was set on the command line
	Commands []string    `json:"commands"`      // what runs a sample again, and all of it
	Assay    build.Build `json:"assay"`         // that made the bundle
	Trials   int         `json:"trials"`
	Failed   int         `json:"failed"`
	Datasets []Dataset   `json:"datasets"`
	Plugins  []Plugin    `json:"plugins"`
	Members  []Member    `json:"members"` // sorted by path
}

// Dataset is what trials of one dataset of the sweep have read.
type Dataset struct {
	ID      string   `json:"id"`
	Sources []string `json:"sources"` // catalogue/NAME, generate/NAME, or a file's path
	Digests []string `json:"digests"` // several, where it is divided or drawn several times
	// Files are the user's own files, which are not in the bundle: where a recipe of
	// records.jsonl names one, and where that is from the folder of Manifest.File.
	Files map[string]string `json:"files,omitempty"`
}

// Plugin is one program that trained.
type Plugin struct {
	Name        string `json:"name"`                  // in the sweep
	Method      string `json:"method"`                // name and version that it gave itself
	Code        string `json:"code,omitempty"`        // digest of a third party's code
	Digest      string `json:"digest"`                // of the executable, or of the files
	Environment string `json:"environment,omitempty"` // digest of a Python plugin's interpreter and packages
	Folder      string `json:"folder,omitempty"`      // in the bundle: what is known of the environment
}

// Member is one file of the archive.
type Member struct {
	Path   string `json:"path"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}
