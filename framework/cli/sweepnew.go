package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/internal/source"
	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/sweep"
	"github.com/assaylab/assay/framework/setting"
)

func (a *app) sweepNew() *cobra.Command {
	i := &interview{app: a, given: map[string]*string{}}
	cmd := &cobra.Command{
		Use:   "new FILE",
		Short: "Ask five questions and write a sweep that runs",
		Long: `New asks which recording, which target of it, which methods, how it is divided and
how often everything is repeated, and writes FILE: a sweep that runs as it is, and
is there to be changed. An empty answer takes what stands in brackets. Flags answer
in advance, and what nobody answers (no more input) has its default.`,
		Example: `  assay sweep new mine.yaml
  assay sweep new mine.yaml --data day3.npz --target direction --methods raw,pca,swapvae --split "{folds: 5}" --seeds 5`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			i.flags, i.in = cmd, bufio.NewReader(cmd.InOrStdin())
			return i.write(cmd.Context(), args[0])
		},
	}
	for _, f := range [][2]string{
		{"data", "the recording: a file, catalogue/NAME or generate/NAME"},
		{"target", "what of it is read out"},
		{"methods", "names of plugins, or raw, raw-3, pca, fa; by commas"},
		{"split", "how it is divided, as a sweep says it"},
		{"seeds", "how often everything is repeated"},
	} {
		i.given[f[0]] = cmd.Flags().String(f[0], "", f[1])
	}
	return cmd
}

// interview asks for what a draft of a sweep needs.
type interview struct {
	app   *app
	flags *cobra.Command
	given map[string]*string // answers by flags
	in    *bufio.Reader
}

// write asks, holds the draft against plugins and data as a run would, and writes it.
// A file that is there is never written over.
func (i *interview) write(ctx context.Context, file string) error {
	if exists(file) {
		return usage(fmt.Errorf("there is a %s already", file), "give another name, or remove it")
	}
	builder, err := i.app.newBuilder()
	if err != nil {
		return err
	}
	// What is not yet asked, in a form that suits everything.
	draft := sweep.Draft{Methods: []string{"raw"}, Split: "{train: 0.8, test: 0.2, order: random, seed: 1}", Seeds: 3}
	var targets []data.TargetSummary
	if err := i.ask("data", "Which recording? A file, or a name that \"assay data list\" prints", "generate/swapvae-population", func(answer string) (err error) {
		if draft.Dataset, err = section(ctx, builder, filepath.Dir(file), answer); err == nil {
			targets, draft.Channels, err = look(ctx, builder, file, draft)
		}
		return err
	}); err != nil {
		return err
	}
	names := make([]string, len(targets))
	for n, t := range targets {
		names[n] = t.Name
	}
	first := max(0, slices.IndexFunc(targets, func(t data.TargetSummary) bool { return t.Class }))
	if err := i.ask("target", "Which target shall be read out? "+strings.Join(names, ", "), names[first], func(answer string) error {
		n := slices.Index(names, answer)
		if n < 0 {
			return usage(fmt.Errorf("the recording has no target %q", answer), setting.Suggest(answer, names))
		}
		draft.Target, draft.Class = answer, targets[n].Class
		return nil
	}); err != nil {
		return err
	}
	if err := i.ask("methods", "Which methods? raw, raw-3 (three samples), pca, fa, or names that \"assay plugin list\" prints", "raw, pca, fa", func(answer string) error {
		draft.Methods = strings.FieldsFunc(answer, func(r rune) bool { return r == ',' || r == ' ' })
		return i.app.tried(ctx, file, draft)
	}); err != nil {
		return err
	}
	if err := i.ask("split", "How is it divided? Shares of its trials, or folds such as {folds: 5}", draft.Split, func(answer string) error {
		draft.Split = answer
		return i.app.tried(ctx, file, draft)
	}); err != nil {
		return err
	}
	if err := i.ask("seeds", "How many seeds?", strconv.Itoa(draft.Seeds), func(answer string) (err error) {
		if draft.Seeds, err = strconv.Atoi(answer); err != nil || draft.Seeds < 1 {
			return usage(fmt.Errorf("%q is no number of seeds", answer), "one or more")
		}
		return nil
	}); err != nil {
		return err
	}
	if _, err := store.Replace(file, func(w io.Writer) error { _, err := io.WriteString(w, schemaLine+draft.Text()); return err }); err != nil {
		return err
	}
	if made, err := i.app.writeSchema(ctx, filepath.Dir(file)); err != nil {
		return err
	} else if made {
		fmt.Fprintf(i.app.talk, "assay: wrote %s, by which editors complete it\n", filepath.Join(filepath.Dir(file), schemaFile))
	}
	fmt.Fprintf(i.app.talk, "assay: wrote %s; next: assay run %s --smoke, then assay run %s\n", file, file, file)
	return nil
}

// ask takes an answer from a flag, or asks until take is content. A wrong answer of a
// flag, or one behind which nothing more comes, is the error.
func (i *interview) ask(name, question, preset string, take func(answer string) error) error {
	if i.flags.Flags().Changed(name) {
		return take(*i.given[name])
	}
	for {
		fmt.Fprintf(i.app.talk, "%s [%s]: ", question, preset)
		line, ended := i.in.ReadString('\n')
		if ended != nil {
			fmt.Fprintln(i.app.talk)
		}
		answer := strings.TrimSpace(line)
		if answer == "" {
			answer = preset
		}
		wrong := take(answer)
		if wrong == nil || ended != nil {
			return wrong
		}
		i.app.report(wrong)
	}
}

// tried opens a draft as a run would, beside FILE, from where its paths start.
func (a *app) tried(ctx context.Context, file string, draft sweep.Draft) error {
	f, err := os.CreateTemp(filepath.Dir(file), ".assay-new-*.yaml")
	if err != nil {
		return usage(err, "name a file in a folder that is there")
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(draft.Text())
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	s, giveBack, err := a.openStudy(ctx, f.Name(), []string{"name=new"}, nil)
	if err != nil {
		var mistakes problem.List // that stand in FILE, for all that anybody needs to know
		for _, p := range problem.All(err) {
			p.Place.File = strings.Replace(p.Place.File, f.Name(), file, 1)
			mistakes = append(mistakes, p)
		}
		return mistakes
	}
	defer giveBack()
	l, err := s.View(ctx, f.Name()+".results") // which is not there: everything is new
	if err != nil {
		return err
	}
	return l.Close()
}

// section is the datasets section for a recording, up to how it is divided.
func section(ctx context.Context, b *source.Builder, dir, answer string) (string, error) {
	if f := (source.Recording{Source: answer}); f.IsFile() && (exists(answer) || strings.ContainsRune(filepath.Base(answer), '.')) {
		text, err := b.Suggest(ctx, answer)
		if err != nil {
			return "", err
		}
		text, _, _ = strings.Cut(text, "    split:")
		if rel, err := filepath.Rel(dir, answer); err == nil && !filepath.IsAbs(answer) {
			text = strings.Replace(text, "source: "+answer+"\n", "source: "+filepath.ToSlash(rel)+"\n", 1)
		}
		return text, nil
	}
	d, err := source.Describe(answer)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("datasets:\n  %s:\n    source: %s\n", filepath.Base(d.Source), d.Source), nil
}

// look builds the draft's recording, lists what it can be read out for, and counts its
// channels.
func look(ctx context.Context, b *source.Builder, file string, draft sweep.Draft) ([]data.TargetSummary, int, error) {
	sw, err := sweep.Parse(file, []byte(draft.Text()), []string{"probes=null", "tables=null"})
	if err != nil {
		return nil, 0, err
	}
	built, err := b.Get(ctx, sw.Datasets[0].Recipe)
	if err != nil {
		return nil, 0, err
	}
	main, ok := built.Recordings[data.MainRole]
	if !ok {
		return nil, 0, usage(errors.New("it has several recordings in roles of their own, for methods that align them"), "start from sweeps/hiwa-gaussians.yaml, or take another one")
	}
	if len(main.Targets) == 0 {
		return nil, 0, usage(errors.New("the recording has no target to read out"), "name one under read; \"assay data init FILE\" writes a start")
	}
	return main.Targets, main.Channels, nil
}
