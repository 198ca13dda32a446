package source

import (
	"strings"

	"github.com/assaylab/assay/framework/data"
)

// poem is "The Owl and the Pussy-Cat" (Edward Lear, 1870; in the public domain) as
// a sequence of words: lower case, hyphens are spaces, each of . ? ! ; is the
// word ".", other punctuation is dropped. The authors of the assembly coin use an
// edition of their own of which they leave out lines, so that counts differ a little.
type poem struct {
	Ends int `name:"ends" default:"3" min:"0" max:"10" doc:"marks \".\" appended at the end of the text"`
}

var poemGenerator = define(Generator{
	Name:     "owl-and-pussycat",
	Version:  1,
	Summary:  "a poem of Edward Lear as a sequence of words",
	Doc:      "One trial. Samples are one-hot over the words in alphabetical order; their names are the channels.",
	Citation: "Edward Lear, Nonsense Songs, Stories, Botany and Alphabets (1870), public domain",
	Shapes: map[string]Shape{data.MainRole: {Targets: []TargetInfo{
		{Name: "symbol", Class: true, Doc: "word"},
	}}},
}, func() *poem { return new(poem) })

func (g *poem) check() []data.Problem { return nil }

func (g *poem) generate(uint64) (map[string]*data.Recording, error) {
	words := wordsOf(owl)
	for range g.Ends {
		words = append(words, ".")
	}
	place := map[string]int32{}
	for _, w := range words {
		place[w] = 0
	}
	names := sortedKeys(place)
	for i, w := range names {
		place[w] = int32(i)
	}
	symbols := make([]int32, len(words))
	for i, w := range words {
		symbols[i] = place[w]
	}
	r := oneHot(symbols, len(names), "symbol")
	r.Channels = names
	return map[string]*data.Recording{data.MainRole: r}, r.Check()
}

func wordsOf(text string) []string {
	text = strings.ToLower(text)
	text = strings.NewReplacer("-", " ", ".", " . ", "?", " . ", "!", " . ", ";", " . ", ",", " ", ":", " ", "\"", " ").Replace(text)
	return strings.Fields(text)
}

const owl = `
The Owl and the Pussy-cat went to sea
In a beautiful pea-green boat,
They took some honey, and plenty of money,
Wrapped up in a five-pound note.
The Owl looked up to the stars above,
And sang to a small guitar,
"O lovely Pussy! O Pussy, my love,
What a beautiful Pussy you are,
You are,
You are!
What a beautiful Pussy you are!"

Pussy said to the Owl, "You elegant fowl!
How charmingly sweet you sing!
O let us be married! too long we have tarried:
But what shall we do for a ring?"
They sailed away, for a year and a day,
To the land where the Bong-Tree grows
And there in a wood a Piggy-wig stood
With a ring at the end of his nose,
His nose,
His nose,
With a ring at the end of his nose.

"Dear Pig, are you willing to sell for one shilling
Your ring?" Said the Piggy, "I will."
So they took it away, and were married next day
By the Turkey who lives on the hill.
They dined on mince, and slices of quince,
Which they ate with a runcible spoon;
And hand in hand, on the edge of the sand,
They danced by the light of the moon,
The moon,
The moon,
They danced by the light of the moon.
`
