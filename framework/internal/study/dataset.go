package study

import (
	"context"
	"fmt"
	"slices"

	"github.com/assaylab/assay/framework/internal/source"
	"github.com/assaylab/assay/framework/internal/sweep"
)

// dataset returns the digest of a dataset, building it if need be. One that is
// drawn anew for every trial has a digest per seed, one with folds a digest per fold.
func (s *Study) dataset(ctx context.Context, id string, fold, deal int, seed uint64) (string, source.Dataset, error) {
	i := slices.IndexFunc(s.Sweep.Datasets, func(d sweep.Dataset) bool { return d.ID == id })
	recipe := s.Sweep.Datasets[i].Recipe
	if fold > 0 {
		recipe = recipe.Fold(fold - 1)
	}
	recipe.Shuffled = deal
	label := datasetLabel(id, recipe, seed)
	if d, ok := s.digests[label]; ok {
		return d, recipe, nil
	}
	made, err := s.Builder.Make(ctx, recipe, seed)
	if err != nil {
		return "", recipe, s.Sweep.At(fmt.Errorf("dataset %s: %w", id, err), "datasets", s.Sweep.Key(id))
	}
	if deal == 0 { // else it follows from one that is looked at
		if err := s.pins.dataset(s.Note, label, made.Digest); err != nil {
			return "", recipe, err
		}
	}
	s.digests[label], s.abouts[label] = made.Digest, made.About
	return made.Digest, recipe, nil
}

// datasetLabel names a dataset in assay.lock.
func datasetLabel(id string, recipe source.Dataset, seed uint64) string {
	if f, ok := recipe.Folded(); ok {
		id += fmt.Sprintf(", fold %s", foldName(f))
	}
	if recipe.Shuffled > 0 {
		id += fmt.Sprintf(", shuffled %d", recipe.Shuffled)
	}
	if recipe.Redrawn() {
		return fmt.Sprintf("%s, seed %d", id, seed)
	}
	return id
}

// recipeKey tells the recipes of a sweep apart.
type recipeKey struct {
	dataset    string
	fold, deal int
}

// sharedRecipe is the recipe of a dataset, or of a fold of it, once for all its points.
func (s *Study) sharedRecipe(id string, fold int, recipe source.Dataset) *source.Dataset {
	k := recipeKey{id, fold, recipe.Shuffled}
	if s.recipes[k] == nil {
		if s.recipes == nil {
			s.recipes = map[recipeKey]*source.Dataset{}
		}
		s.recipes[k] = &recipe
	}
	return s.recipes[k]
}
