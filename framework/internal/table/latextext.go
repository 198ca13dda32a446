package table

import (
	"regexp"
	"strings"
	"sync"
	"unicode"
)

var latexEscape = strings.NewReplacer(append([]string{
	`\`, `\textbackslash{}`, "{", `\{`, "}", `\}`, "&", `\&`, "%", `\%`, "$", `\$`, "#", `\#`, "_", `\_`,
	"~", `\textasciitilde{}`, "^", `\textasciicircum{}`, "|", `\textbar{}`, "<", `\textless{}`, ">", `\textgreater{}`,
	"±", `$\pm$`, "−", `$-$`, "↑", `$\uparrow$`, "↓", `$\downarrow$`, "→", `$\rightarrow$`, "×", `$\times$`, "≤", `$\leq$`, "≥", `$\geq$`,
	"°", `$^{\circ}$`, "†", `$^{\dagger}$`, "²", `$^{2}$`, "…", `\ldots{}`, "\n", " ", "\r", " ",
}, greek()...)...)

var negative = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(^|[ (\[])-([0-9])`) })

// latexText is prose: minus signs before numbers are no hyphens.
func latexText(s string) string {
	return latexEscape.Replace(negative().ReplaceAllString(s, "$1−$2"))
}

// greek letters need no package as mathematics, in pdfTeX and in LuaTeX.
func greek() []string {
	names := map[rune]string{
		'α': "alpha", 'β': "beta", 'γ': "gamma", 'δ': "delta", 'ε': "varepsilon", 'ζ': "zeta", 'η': "eta", 'θ': "theta", 'ι': "iota",
		'κ': "kappa", 'λ': "lambda", 'μ': "mu", 'µ': "mu", 'ν': "nu", 'ξ': "xi", 'π': "pi", 'ρ': "rho", 'σ': "sigma", 'ς': "varsigma", 'τ': "tau",
		'υ': "upsilon", 'φ': "varphi", 'χ': "chi", 'ψ': "psi", 'ω': "omega",
		'Γ': "Gamma", 'Δ': "Delta", 'Θ': "Theta", 'Λ': "Lambda", 'Ξ': "Xi", 'Π': "Pi", 'Σ': "Sigma", 'Φ': "Phi", 'Ψ': "Psi", 'Ω': "Omega",
	}
	var out []string
	for r, name := range names {
		out = append(out, string(r), `\ensuremath{\`+name+`}`)
	}
	return append(out, "ο", "o", "Α", "A", "Β", "B", "Ε", "E", "Ζ", "Z", "Η", "H", "Ι", "I", "Κ", "K", "Μ", "M", "Ν", "N", "Ο", "O", "Ρ", "P", "Τ", "T", "Χ", "X")
}

// Widths of Computer Modern Roman at 10 points, in points, from its metrics.
var widths = map[rune]float64{
	'a': 5, 'b': 5.56, 'c': 4.44, 'd': 5.56, 'e': 4.44, 'f': 3.06, 'g': 5, 'h': 5.56, 'i': 2.78, 'j': 3.06, 'k': 5.28, 'l': 2.78, 'm': 8.33,
	'n': 5.56, 'o': 5, 'p': 5.56, 'q': 5.28, 'r': 3.92, 's': 3.94, 't': 3.89, 'u': 5.56, 'v': 5.28, 'w': 7.22, 'x': 5.28, 'y': 5.28, 'z': 4.44,
	'A': 7.5, 'B': 7.08, 'C': 7.22, 'D': 7.64, 'E': 6.81, 'F': 6.53, 'G': 7.85, 'H': 7.5, 'I': 3.61, 'J': 5.14, 'K': 7.78, 'L': 6.25, 'M': 9.17,
	'N': 7.5, 'O': 7.78, 'P': 6.81, 'Q': 7.78, 'R': 7.36, 'S': 5.56, 'T': 7.22, 'U': 7.5, 'V': 7.5, 'W': 10.28, 'X': 7.5, 'Y': 7.5, 'Z': 6.11,
	'.': 2.78, ',': 2.78, ':': 2.78, ';': 2.78, '/': 5, '-': 3.33, '(': 3.89, ')': 3.89, '[': 2.78, ']': 2.78, '_': 3, ' ': 3.33,
	'+': 7.78, '=': 7.78, '±': 7.78, '−': 7.78, '↑': 5, '↓': 5, '%': 8.33, '&': 7.78, '°': 4.5, '†': 4.5, '\'': 2.78,
}

// latexWidth estimates how wide s is set, in points.
func latexWidth(s string) float64 {
	var w float64
	for _, r := range s {
		switch known, ok := widths[r]; {
		case ok:
			w += known
		case r >= '0' && r <= '9':
			w += 5
		case r > 0x2e00 || unicode.Is(unicode.Han, r):
			w += 10
		default:
			w += 6.5
		}
	}
	return w
}

// breakLines sets a head in lines of at most about width points, at spaces and
// behind slashes, underscores and hyphens.
func breakLines(s string, width float64) []string {
	var pieces []string
	from := 0
	for i, r := range s {
		if strings.ContainsRune(" /_-", r) && !strings.HasPrefix(s[i:], " ↑") && !strings.HasPrefix(s[i:], " ↓") { // an arrow stays with its word
			pieces = append(pieces, s[from:i+1])
			from = i + 1
		}
	}
	pieces = append(pieces, s[from:])
	for _, p := range pieces { // no line is narrower than its longest piece
		width = max(width, latexWidth(strings.TrimSpace(p)))
	}
	var lines []string
	line := ""
	for _, p := range pieces {
		if line != "" && latexWidth(strings.TrimSpace(line+p)) > width {
			lines = append(lines, strings.TrimSpace(line))
			line = ""
		}
		line += p
	}
	return append(lines, strings.TrimSpace(line))
}

// latexLabel keeps of a name what is safe in \label.
func latexLabel(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == ':' {
			return r
		}
		return '-'
	}, name)
}

var digitWords = []string{"Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine"}

// commandName makes a command of a label: letters alone, words begin large, digits
// are spelled.
func commandName(parts ...string) string {
	var b strings.Builder
	for _, p := range parts {
		large := true
		for _, r := range p {
			switch {
			case r >= '0' && r <= '9':
				b.WriteString(digitWords[r-'0'])
				large = true
			case r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z':
				if large {
					r = unicode.ToUpper(r)
				}
				b.WriteRune(r)
				large = false
			default:
				large = true
			}
		}
	}
	return b.String()
}
