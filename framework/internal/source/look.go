package source

import (
	"context"

	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/internal/regular"
	"github.com/assaylab/assay/framework/internal/source/file"
)

// Array is what a file says of one of its arrays.
type Array = file.Array

// Look lists what is in a file of the user's.
func (b *Builder) Look(ctx context.Context, path string) ([]Array, error) {
	if err := readable(path); err != nil {
		return nil, err
	}
	return file.Look(ctx, path, b.options())
}

// Suggest is what a sweep could say of a file, as text.
func (b *Builder) Suggest(ctx context.Context, path string) (string, error) {
	if err := readable(path); err != nil {
		return "", err
	}
	s, err := file.Suggest(ctx, path, b.options())
	if err != nil {
		return "", err
	}
	return s.YAML(path), nil
}

// readable refuses a file of an ending that is not read, or that is not there, in
// the words that a sweep would get.
func readable(path string) error {
	r := Recording{Source: path}
	if !r.IsFile() || !file.Readable(path) {
		fact, _ := file.Unreadable(path)
		return problem.Usage(Error{Fact: fact, Hint: suggestSource(path)}, "")
	}
	f, _, err := regular.Open(file.Parts(path)[0])
	if err != nil {
		return noFile(path, err)
	}
	return f.Close()
}
