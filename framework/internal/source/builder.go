package source

import (
	"context"
	"errors"
	"fmt"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/source/file"
)

// Builder turns recipes into datasets in the cache.
type Builder struct {
	Cache    *data.Cache
	Mirror   string                               // as in Fetcher
	Progress func(name string, done, total int64) // of downloads; may be nil
	MaxBytes int64                                // of values in a user's file; 0 means 4 GiB
	Importer file.Importer                        // reads what this program cannot; may be nil
}

const defaultMaxBytes = 4 << 30

// options are what a file of the user's may cost.
func (b *Builder) options() file.Options {
	o := file.Options{Limit: b.MaxBytes, Importer: b.Importer}
	if o.Limit == 0 {
		o.Limit = defaultMaxBytes
	}
	return o
}

// Made is a dataset in the cache and what is known of it beside its numbers.
type Made struct {
	Digest string     `json:"digest"`
	About  data.About `json:"about"`
}

// Build makes the dataset of a recipe and returns its digest; see [Builder.Make].
func (b *Builder) Build(ctx context.Context, recipe Dataset, trialSeed uint64) (digest string, err error) {
	made, err := b.Make(ctx, recipe, trialSeed)
	return made.Digest, err
}

// Make makes the dataset of a recipe. trialSeed matters only where the recipe
// draws anew with every trial. What has been made before from the same bytes is
// not read again, if it lies in the cache as it was written.
func (b *Builder) Make(ctx context.Context, recipe Dataset, trialSeed uint64) (Made, error) {
	if problems := recipe.Check(); len(problems) > 0 {
		errs := make([]error, len(problems))
		for i, p := range problems {
			errs[i] = p
		}
		return Made{}, errors.Join(errs...)
	}
	ids, key, err := recipe.fingerprint(trialSeed)
	if err != nil {
		return Made{}, err
	}
	if made, ok := b.recall(key); ok {
		return made, b.Cache.PutAbout(made.Digest, made.About)
	}
	if recipe.Shuffled > 0 {
		made, err := b.shuffle(ctx, recipe, trialSeed)
		if err == nil {
			err = b.remember(key, made)
		}
		return made, err
	}
	if made, ok, err := b.divide(ctx, recipe, trialSeed); ok || err != nil {
		if err == nil {
			err = b.remember(key, made)
		}
		return made, err
	}
	got, err := b.readings(ctx, recipe, trialSeed)
	if err != nil {
		return Made{}, err
	}
	recs, made := map[string]*data.Recording{}, Made{About: data.About{Recordings: map[string]data.AboutRecording{}}}
	for role, one := range got {
		recs[role], made.About.Recordings[role] = one.rec, recipe.about(role, one.about, ids)
	}
	if made.Digest, err = b.Cache.Put(recs); err != nil {
		return Made{}, err
	}
	// A file that changed while it was read must not be remembered under its old hash.
	if _, again, err := recipe.fingerprint(trialSeed); err != nil || again != key {
		return Made{}, &Error{Fact: "a file of the dataset changed while it was being read", Hint: "run again", Err: err}
	}
	if err := b.Cache.PutAbout(made.Digest, made.About); err != nil {
		return Made{}, err
	}
	return made, b.remember(key, made)
}

// about adds to what was read what the recipe says, and what was read.
func (d Dataset) about(role string, a data.AboutRecording, ids map[string]identity) data.AboutRecording {
	r, ok := d.Roles[role]
	id := ids[role]
	if !ok {
		r, id = d.Recording, ids[""]
	}
	if r.Subject != "" {
		a.Subject = r.Subject
	}
	if r.Session != "" {
		a.Session = r.Session
	}
	a.Sources = id.sources
	return a
}

func (b *Builder) readings(ctx context.Context, recipe Dataset, trialSeed uint64) (map[string]reading, error) {
	if len(recipe.Roles) == 0 {
		return b.read(ctx, recipe.Recording, trialSeed)
	}
	out := map[string]reading{}
	for _, role := range sortedKeys(recipe.Roles) {
		got, err := b.read(ctx, recipe.Roles[role], trialSeed)
		if err != nil {
			return nil, fmt.Errorf("role %s: %w", role, err)
		}
		out[role] = got[data.MainRole] // Check has seen that it is the only one
	}
	return out, nil
}

// read reads or draws what one source brings, chooses samples and divides them.
func (b *Builder) read(ctx context.Context, r Recording, trialSeed uint64) (map[string]reading, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	got, err := r.provider().read(ctx, b, r, trialSeed)
	if err != nil {
		return nil, err
	}
	for role, one := range got {
		if one.rec, err = r.choose(one, trialSeed); err != nil {
			return nil, fmt.Errorf("%s: %w", r.Source, err)
		}
		got[role] = one
	}
	return got, nil
}

// divide makes a fold, or another of several divisions of the same arrays, of the
// undivided dataset, which is read once for all of them. ok is false of other recipes.
func (b *Builder) divide(ctx context.Context, recipe Dataset, trialSeed uint64) (made Made, ok bool, err error) {
	divisions := map[string]*data.Division{}
	base := recipe
	if len(recipe.Roles) == 0 {
		if !recipe.Recording.many() {
			return Made{}, false, nil
		}
		base.Recording.Split = nil
	} else {
		base.Roles = map[string]Recording{}
		for role, r := range recipe.Roles {
			if r.many() {
				divisions[role] = r.division(trialSeed)
				r.Split = nil
			}
			base.Roles[role] = r
		}
		if len(divisions) == 0 {
			return Made{}, false, nil
		}
	}
	if made, err = b.Make(ctx, base, trialSeed); err != nil {
		return Made{}, true, err
	}
	d, err := data.Open(b.Cache.Dir(made.Digest))
	if err != nil {
		return Made{}, true, err
	}
	defer d.Close()
	split := map[string][]data.Split{}
	for role, r := range d.Recordings {
		division, ok := divisions[role]
		if len(recipe.Roles) == 0 {
			division, ok = recipe.Recording.division(trialSeed), true
		}
		if !ok {
			continue
		}
		if err := division.Divide(r); err != nil {
			if len(recipe.Roles) > 0 {
				err = fmt.Errorf("role %s: %w", role, err)
			}
			return Made{}, true, fmt.Errorf("split: %w", err)
		}
		split[role] = r.Split
	}
	if made.Digest, err = b.Cache.Divide(made.Digest, split); err != nil {
		return Made{}, true, err
	}
	return made, true, b.Cache.PutAbout(made.Digest, made.About)
}
