package source

import (
	"context"
	"maps"
	"slices"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/stats"
)

// shuffle makes the dataset of a recipe with its targets dealt out anew among whole
// trials, inside train: what a method learns from them then is nothing. An undivided
// recording beside a divided one is learned from as a whole, and is dealt as a whole.
func (b *Builder) shuffle(ctx context.Context, recipe Dataset, trialSeed uint64) (Made, error) {
	base := recipe
	base.Shuffled = 0
	made, err := b.Make(ctx, base, trialSeed)
	if err != nil {
		return Made{}, err
	}
	d, err := data.Open(b.Cache.Dir(made.Digest))
	if err != nil {
		return Made{}, err
	}
	defer d.Close()
	recs := maps.Clone(d.Recordings)
	for role, r := range recs {
		recs[role] = shuffled(r, data.Rand(uint64(recipe.Shuffled), "source/shuffled/"+role).Perm)
	}
	if made.Digest, err = b.Cache.Put(recs); err != nil {
		return Made{}, err
	}
	return made, b.Cache.PutAbout(made.Digest, made.About)
}

// shuffled is the recording with the targets of its train part dealt out anew, all of
// a trial's together.
func shuffled(r *data.Recording, perm func(int) []int) *data.Recording {
	var rows []int
	for i := range r.Len() {
		if r.Split == nil || r.Split[i] == data.Train {
			rows = append(rows, i)
		}
	}
	of, _ := r.Subset(rows).Cases()
	if of == nil {
		return r // too short for anything to be dealt
	}
	unit := make([]int32, len(of))
	for i, c := range of {
		unit[i] = int32(c)
	}
	from := make([]int, r.Len())
	for i := range from {
		from[i] = i
	}
	for i, j := range stats.Deal(unit, perm) {
		from[rows[i]] = rows[j]
	}
	out := *r
	out.Targets = slices.Clone(r.Subset(from).Targets)
	return &out
}
