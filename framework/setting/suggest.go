package setting

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/agext/levenshtein"
)

// Suggest returns `did you mean "epsilon"?` for a name close to a known one, or
// a list of the known ones where none is close and the list is short. Close is
// what differs in few letters, and what one abbreviates as the other: lr and
// learning_rate, dim and latent_dim, nEpochs and epochs.
func Suggest(name string, known []string) string {
	best, score := "", 0.0
	for _, k := range known {
		s := max(levenshtein.Match(strings.ToLower(name), strings.ToLower(k), nil), abbreviates(words(name), words(k)), abbreviates(words(k), words(name)))
		if s > score {
			best, score = k, s
		}
	}
	switch {
	case score >= 0.5:
		return fmt.Sprintf("did you mean %q?", best)
	case len(known) == 0:
		return "there are none"
	case len(known) <= 12:
		return "known: " + strings.Join(known, ", ")
	}
	return ""
}

// words are the parts of a name, in small letters: latent_dim, latentDim and
// latent-dim have the same.
func words(name string) []string {
	var out []string
	var word strings.Builder
	cut := func() {
		if word.Len() > 0 {
			out = append(out, word.String())
		}
		word.Reset()
	}
	var before rune
	for _, r := range name {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			cut()
		case unicode.IsUpper(r) && unicode.IsLower(before):
			cut()
			fallthrough
		default:
			word.WriteRune(unicode.ToLower(r))
		}
		before = r
	}
	cut()
	return out
}

// abbreviates is how likely the one name is short for the other, from 0 to 1.
func abbreviates(short, long []string) float64 {
	s, l := strings.Join(short, ""), strings.Join(long, "")
	if s == "" || len(s) > len(l) {
		return 0
	}
	if s == l {
		return 1
	}
	initials := ""
	for _, w := range long {
		initials += w[:1]
	}
	if len(s) > 1 && s == initials {
		return 0.95
	}
	// All words of the one begin words of the other: dim of latent_dim, batch of
	// batch_size, rate_learning of learning_rate.
	if score := begin(short, long); score > 0 {
		return score
	}
	if len(s) >= 3 && threads(s, long) {
		return 0.6
	}
	return 0
}

// begin scores words that are all beginnings of different words of long, the
// higher the more of long they cover.
func begin(short, long []string) float64 {
	taken := make([]bool, len(long))
	letters, all := 0, 0
	for _, w := range long {
		all += len(w)
	}
	for _, s := range short {
		found := false
		for i, w := range long {
			if !taken[i] && strings.HasPrefix(w, s) && (len(s) > 1 || len(short) > 1) {
				taken[i], found = true, true
				break
			}
		}
		if !found {
			return 0
		}
		letters += len(s)
	}
	return 0.6 + 0.3*float64(letters)/float64(all)
}

// threads reports whether the letters of s stand in long in their order, the first
// of them first, and each either next to the one before or at the start of a word:
// lrate and wdecay, but not ning of learning_rate.
func threads(s string, long []string) bool {
	if s == "" {
		return true
	}
	for i, w := range long {
		n := 0
		for n < len(s) && n < len(w) && s[n] == w[n] {
			n++
		}
		for ; n > 0; n-- { // take as much as leads somewhere
			if threads(s[n:], long[i+1:]) {
				return true
			}
		}
		if i == 0 && w[0] != s[0] {
			return false
		}
	}
	return false
}
