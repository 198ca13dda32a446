package source

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/assaylab/assay/framework/data"
)

// Builder turns recipes into datasets in the cache.
type Builder struct {
	Cache    *data.Cache
	Mirror   string                               // as in Fetcher
	Progress func(name string, done, total int64) // of downloads; may be nil
	MaxBytes int64                                // of values in a user's file; 0 means 4 GiB
}

const defaultMaxBytes = 4 << 30

// Build makes the dataset of a recipe and returns its digest. trialSeed matters
// only where the recipe draws anew with every trial. What has been built before
// from the same bytes is not read again.
func (b *Builder) Build(ctx context.Context, recipe Dataset, trialSeed uint64) (digest string, err error) {
	if problems := recipe.Check(); len(problems) > 0 {
		errs := make([]error, len(problems))
		for i, p := range problems {
			errs[i] = p
		}
		return "", errors.Join(errs...)
	}
	key, err := recipe.fingerprint(trialSeed)
	if err != nil {
		return "", err
	}
	if digest, ok := b.recall(key); ok {
		return digest, nil
	}
	recs, err := b.recordings(ctx, recipe, trialSeed)
	if err != nil {
		return "", err
	}
	digest, err = b.Cache.Put(recs)
	if err != nil {
		return "", err
	}
	// A file that changed while it was read must not be remembered under its old hash.
	if again, err := recipe.fingerprint(trialSeed); err != nil || again != key {
		return "", &Error{Fact: "a file of the dataset changed while it was being read", Hint: "run again", Err: err}
	}
	return digest, b.remember(key, digest)
}

func (b *Builder) recordings(ctx context.Context, recipe Dataset, trialSeed uint64) (map[string]*data.Recording, error) {
	if len(recipe.Roles) == 0 {
		return b.read(ctx, recipe.Recording, trialSeed)
	}
	out := map[string]*data.Recording{}
	for _, role := range sortedKeys(recipe.Roles) {
		recs, err := b.read(ctx, recipe.Roles[role], trialSeed)
		if err != nil {
			return nil, fmt.Errorf("role %s: %w", role, err)
		}
		out[role] = recs[data.MainRole] // Check has seen that it is the only one
	}
	return out, nil
}

// read reads or draws what one source brings, chooses samples and divides them.
func (b *Builder) read(ctx context.Context, r Recording, trialSeed uint64) (map[string]*data.Recording, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	recs, err := b.source(ctx, r, trialSeed)
	if err != nil {
		return nil, err
	}
	for role, rec := range recs {
		if recs[role], err = r.choose(rec); err != nil {
			return nil, fmt.Errorf("%s: %w", r.Source, err)
		}
	}
	return recs, nil
}

func (b *Builder) source(ctx context.Context, r Recording, trialSeed uint64) (map[string]*data.Recording, error) {
	if name, ok := strings.CutPrefix(r.Source, cataloguePrefix); ok {
		e, err := Find(name)
		if err != nil {
			return nil, err
		}
		return b.entry(ctx, e)
	}
	if name, ok := strings.CutPrefix(r.Source, generatePrefix); ok {
		g, err := FindGenerator(name)
		if err != nil {
			return nil, err
		}
		return g.Generate(r.Params, r.seed(trialSeed))
	}
	limit := b.MaxBytes
	if limit == 0 {
		limit = defaultMaxBytes
	}
	var c Columns
	if r.Read != nil {
		c = *r.Read
	}
	return asMain(readUserFile(r.Source, c, limit))
}

func (b *Builder) entry(ctx context.Context, e Entry) (map[string]*data.Recording, error) {
	fetcher := &Fetcher{Cache: b.Cache, Mirror: b.Mirror, Progress: b.Progress}
	var files [][]byte
	for _, f := range e.Files {
		path, err := fetcher.Fetch(ctx, f)
		if err != nil {
			return nil, fmt.Errorf("dataset %s: %w", e.Name, err)
		}
		bytes, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("dataset %s: %w", e.Name, err)
		}
		files = append(files, bytes)
	}
	recs, err := e.read(files)
	if err != nil {
		return nil, fmt.Errorf("dataset %s: %w", e.Name, err)
	}
	return recs, nil
}

// seed is what a generated recording is drawn with.
func (r Recording) seed(trialSeed uint64) uint64 {
	switch {
	case r.PerTrial:
		return trialSeed
	case r.Seed == 0:
		return 1
	}
	return r.Seed
}
