package table

// sayLevels says what rows beside methods are, and of rows that were asked for and
// are not there.
func sayLevels(t *Table, g *gathered, s *sentences) {
	chance, shuffled, labels := false, false, false
	for _, h := range g.heaps {
		switch {
		case !h.first.Chance:
			labels = labels || h.first.Sees != nil && h.first.Sees.Labels
		case h.first.Seedless:
			chance = true
		default:
			shuffled = true
		}
	}
	switch {
	case chance:
		s.say("chance: the best answer that looks at nothing and is known from train; it is in no family, and never best")
	case t.Spec.Chance:
		s.say("no chance level is known: probes of version 2 bring it for all of their kinds but state")
	}
	switch {
	case shuffled && labels:
		s.say("shuffled: the read-out fitted to train's target permuted by whole trials, mean of its permutations; the methods were not trained again, so that of one that uses labels it says nothing about what these brought into the embedding")
	case shuffled:
		s.say("shuffled: the read-out fitted to train's target permuted by whole trials, mean of its permutations")
	case t.Spec.Shuffled:
		s.say("no shuffled level is known: a probe makes it with shuffled: 20")
	}
}
