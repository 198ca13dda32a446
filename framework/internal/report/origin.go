package report

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/assaylab/assay/framework/internal/store"
)

// Origin is what trials have in common beside what they were asked for.
type Origin struct {
	Method, Version, Plugin string
	Dataset, Digest         string
	Host, Commit, Platform  string
	Trials                  int
}

func originOf(row store.Line) Origin {
	commit := row.Provenance.Commit
	if len(commit) > 12 {
		commit = commit[:12]
	}
	if row.Provenance.Dirty {
		commit += " (changed)"
	}
	return Origin{Method: fmt.Sprint(row.MethodID, " (", row.Spec.Method, ")"), Version: row.Spec.Version, Plugin: brief(row.Provenance.Binary),
		Dataset: row.Dataset, Digest: brief(row.Spec.Dataset), Host: row.Provenance.Host, Commit: commit, Platform: row.Provenance.Platform}
}

// brief is a digest as people compare it.
func brief(digest string) string {
	const algorithm = len("sha256:")
	if len(digest) > algorithm+12 {
		return digest[:algorithm+12]
	}
	return digest
}

func collect(seen map[Origin]int) (out []Origin) {
	for o, n := range seen {
		o.Trials = n
		out = append(out, o)
	}
	slices.SortFunc(out, func(a, b Origin) int {
		return cmp.Or(cmp.Compare(a.Method, b.Method), cmp.Compare(a.Dataset, b.Dataset), cmp.Compare(a.Version, b.Version),
			cmp.Compare(a.Plugin, b.Plugin), cmp.Compare(a.Digest, b.Digest), cmp.Compare(a.Host, b.Host), cmp.Compare(a.Commit, b.Commit), cmp.Compare(a.Platform, b.Platform))
	})
	return out
}
