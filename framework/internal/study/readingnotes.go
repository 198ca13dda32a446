package study

import (
	"maps"
	"slices"
	"strings"

	"github.com/assaylab/assay/framework/data"
)

// readingNotes say of each dataset that is a file what was guessed about it, as
// questions, and what became of the scale of its samples.
func (s *Study) readingNotes() (out []string) {
	for _, d := range s.Sweep.Datasets {
		digest, there := s.digests[datasetLabel(d.ID, d.Recipe, s.seed())]
		if !there {
			continue
		}
		about, err := data.ReadAbout(s.Builder.Cache.Dir(digest))
		if err != nil {
			continue // the notes are no part of the dataset
		}
		for _, role := range slices.Sorted(maps.Keys(about.Recordings)) {
			for _, n := range about.Recordings[role].Notes {
				line := d.ID + ": " + n.Text
				if role != data.MainRole {
					line = d.ID + ", " + role + ": " + n.Text
				}
				if n.Question {
					line += "?"
				}
				if (n.Question || strings.HasPrefix(n.Text, "samples: ")) && !slices.Contains(out, line) {
					out = append(out, line)
				}
			}
		}
	}
	return out
}
