package data

import "github.com/assaylab/assay/framework/internal/problem"

// Problem is one thing wrong with a recipe. The fields to fill are Path, where
// it is inside the recipe ("split.train", or "" for the whole), Fact ("shares
// sum to 0.9, not 1") and Hint, what to do next, which may be empty. They stay
// apart so that whoever knows file and line can put them in front.
type Problem = problem.Problem
