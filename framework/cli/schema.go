package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"sync"

	"github.com/spf13/cobra"

	"github.com/assaylab/assay/framework/internal/editor"
	"github.com/assaylab/assay/framework/internal/host"
	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/internal/store"
)

func (a *app) schemaCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "schema [FILE]",
		Short: "Write the JSON Schema of sweep files, for editors",
		Long: `Schema asks all plugins that are found what they are, and writes the JSON Schema of
sweep files: editors complete plugins, settings, datasets, probes and metrics by it,
and underline mistakes. With a sweep FILE it also knows the plugins that the sweep
names by their paths, its methods and its datasets.

An editor with a YAML language server finds it by the first line of a sweep:

  # yaml-language-server: $schema=sweep.schema.json`,
		Example: `  assay schema --out sweep.schema.json
  assay schema sweep.yaml --out sweep.schema.json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			file := ""
			if len(args) == 1 {
				file = args[0]
			}
			text, err := a.schema(cmd.Context(), file, false)
			if err != nil {
				return err
			}
			if out == "" {
				_, err = a.out.Write(text)
				return err
			}
			if _, err := store.Replace(out, func(w io.Writer) error { _, err := w.Write(text); return err }); err != nil {
				return err
			}
			fmt.Fprintln(a.out, out)
			return nil
		},
	}
	cmd.Flags().StringVarP(&out, "out", "o", "", "`FILE` to write (default: standard output)")
	return cmd
}

// A sweep that assay writes names the schema beside it in its first line.
const (
	schemaFile = "sweep.schema.json"
	schemaLine = "# yaml-language-server: $schema=" + schemaFile + "\n"
)

// writeSchema puts the schema of the built-in methods into a folder that has none, and
// reports whether it did.
func (a *app) writeSchema(ctx context.Context, dir string) (bool, error) {
	path := filepath.Join(dir, schemaFile)
	if exists(path) {
		return false, nil
	}
	text, err := a.schema(ctx, "", true)
	if err != nil {
		return false, err
	}
	_, err = store.Replace(path, func(w io.Writer) error { _, err := w.Write(text); return err })
	return err == nil, err
}

// schema is the text of the schema. Of a plugin that cannot be asked, or is not, since
// it is not built in, only the name is in it.
func (a *app) schema(ctx context.Context, file string, builtin bool) ([]byte, error) {
	all, err := a.finder().List()
	if err != nil {
		return nil, err
	}
	var o editor.Options
	known := map[string]bool{}
	var found []host.Plugin
	for _, p := range all {
		if !known[p.Name] { // else it is hidden by the first
			known[p.Name] = true
			o.Plugins, found = append(o.Plugins, editor.Plugin{Name: p.Name}), append(found, p)
		}
	}
	if file != "" {
		if o.Sweep, err = editor.NamesOf(file); err != nil {
			return nil, usage(fmt.Errorf("%s: %w", file, err), "name a sweep file, or none")
		}
		for _, path := range o.Sweep.Paths() {
			p, err := a.finder().Find(path, filepath.Dir(file))
			if err != nil {
				a.unknown(path, err)
				continue
			}
			o.Plugins, found = append(o.Plugins, editor.Plugin{Name: path}), append(found, p)
		}
	}
	launcher, err := a.newLauncher()
	if err != nil {
		return nil, err
	}
	defer launcher.Close()
	errs := make([]error, len(found))
	free := make(chan struct{}, 2*runtime.NumCPU())
	var asked sync.WaitGroup
	for i, p := range found {
		if builtin && p.Origin != "built-in" {
			continue
		}
		asked.Go(func() {
			free <- struct{}{}
			defer func() { <-free }()
			d, err := launcher.Describe(ctx, p)
			if errs[i] = err; err == nil {
				o.Plugins[i].Description = &d
			}
		})
	}
	asked.Wait()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	for i, err := range errs {
		if err != nil {
			a.unknown(o.Plugins[i].Name, err)
		}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	err = enc.Encode(editor.Schema(o))
	return b.Bytes(), err
}

// unknown tells of a plugin whose settings the schema does not know.
func (a *app) unknown(name string, err error) {
	for _, p := range problem.All(err) {
		fmt.Fprintf(a.talk, "assay: the schema does not know the settings of %s: %v\n", name, p)
	}
}
