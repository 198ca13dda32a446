package study

// Labels are the names of a target's classes in a dataset of that digest; nil where
// classes are known by their numbers, or nobody asked for the dataset yet.
func (s *Study) Labels(digest, role, target string) []string {
	for label, is := range s.digests {
		if is == digest {
			return s.abouts[label].Recordings[role].Targets[target].Labels
		}
	}
	return nil
}
