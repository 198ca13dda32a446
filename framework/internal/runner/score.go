package runner

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/failure"
	"github.com/assaylab/assay/framework/internal/host"
)

// errNothingKept says that a fit cannot be scored without training it again.
var errNothingKept = errors.New("neither embeddings nor a model of the fit are kept")

// score fits the probes on what is kept of a fit: its embeddings, else those that its
// kept model makes, if they are the same ones bit for bit.
func (r *Runner) score(ctx context.Context, a *attempt, opt host.Options) error {
	if a.site.Kept == "" || a.req.Score == nil {
		return errNothingKept
	}
	a.show("score")
	if err := a.openDataset(); err != nil {
		return err
	}
	if err := a.takeKept(); err != nil {
		if err := r.embedAgain(ctx, a, opt); err != nil {
			return err
		}
	}
	a.scored = true
	return a.probe(ctx)
}

// takeKept uses the kept embeddings, if every split's is there and is the fit's.
func (a *attempt) takeKept() error {
	for _, split := range a.recording.Splits() {
		path := filepath.Join(a.site.Kept, a.req.Key, filepath.Base(a.embeddingFile(split)))
		sum, err := hashFile(path)
		if err != nil {
			return err
		}
		if sum != a.req.Score.Embeddings[string(split)].SHA256 {
			return fmt.Errorf("%s is not the embedding of the fit", path)
		}
		a.files[split] = path
	}
	a.embeddings = a.req.Score.Embeddings
	return nil
}

// embedAgain has the kept model embed the recording.
func (r *Runner) embedAgain(ctx context.Context, a *attempt, opt host.Options) error {
	model := filepath.Join(a.site.Kept, a.req.Key, "model")
	if info, err := os.Stat(model); err != nil || !info.IsDir() {
		return errNothingKept
	}
	opt.Access.Read = append(slices.Clone(opt.Access.Read), model)
	err := r.converse(ctx, a, opt, func(ctx context.Context) error {
		for _, split := range a.recording.Splits() {
			if err := a.embed(ctx, split, model); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		if f, ok := errors.AsType[*failure.Failure](err); ok && (f.Kind == failure.Cancelled || f.Kind == failure.Timeout) {
			return err
		}
		return errNothingKept // a model that no longer loads is as good as none
	}
	for split, e := range a.embeddings {
		if e.SHA256 != a.req.Score.Embeddings[split].SHA256 {
			return errNothingKept
		}
	}
	return nil
}

// hashFile is the SHA-256 of a regular file.
func hashFile(path string) (string, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("%s is no regular file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// openDataset opens the recordings; closeDataset unmaps them.
func (a *attempt) openDataset() error {
	if a.dataset != nil {
		return nil
	}
	err := a.sound()
	if err != nil {
		return err
	}
	if a.dataset, err = data.Open(a.site.Dataset(a.req.Spec.Dataset)); err != nil {
		return err
	}
	a.recording, err = a.dataset.Role(a.plugin.Description.EmbedRole())
	return err
}

// sound looks whether the dataset is what its digest says.
func (a *attempt) sound() error {
	if a.site.Sound == nil {
		return nil
	}
	err := a.site.Sound(a.req.Spec.Dataset)
	if _, changed := errors.AsType[*data.ChangedError](err); changed {
		return &failure.Failure{Kind: failure.Changed, Reason: "the dataset in the cache was changed: " + err.Error(), Hint: "run again: it is made anew from its source"}
	}
	return err
}
