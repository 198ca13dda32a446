package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/assaylab/assay/framework/internal/export"
	"github.com/assaylab/assay/framework/internal/scaffold"
	"github.com/assaylab/assay/framework/internal/source"
	"github.com/assaylab/assay/framework/internal/store"
	"github.com/assaylab/assay/framework/internal/sweep"
	"github.com/assaylab/assay/framework/internal/table"
	"github.com/assaylab/assay/framework/internal/terminal"
	"github.com/assaylab/assay/framework/internal/trial"
)

// A completer lists what may stand where the cursor is. It starts no plugin and
// builds no data: a shell waits for it.
type completer = func(cmd *cobra.Command, args []string, word string) ([]cobra.Completion, cobra.ShellCompDirective)

const (
	justThese = cobra.ShellCompDirectiveNoFileComp
	filesToo  = cobra.ShellCompDirectiveDefault
)

// complete says which arguments and flags of commands are completed by what. Flags of
// one name mean one thing everywhere.
func (a *app) complete(root *cobra.Command) {
	first := map[string]completer{ // arguments
		"plan": sweepFiles, "run": sweepFiles, "status": sweepFiles, "table": sweepFiles, "search": sweepFiles, "report": sweepFiles, "view": sweepFiles, "compare": sweepFiles, "export": sweepFiles, "schema": sweepFiles, "bundle": sweepFiles, "cite": sweepFiles,
		"sweep upgrade": sweepFiles, "sweep import": yamls,
		"plugin describe": a.plugins, "plugin check": a.plugins, "plugin lock": sweepFiles,
		"data get": datasets, "data describe": datasets,
		"trial show": a.trials, "trial log": a.trials, "trial verify": a.trials, "trial adopt": a.trials, "trial rm": a.trials,
	}
	flags := map[string]completer{
		"sweep": sweepFiles, "results": folders, "name": tables, "data": datasets,
	}
	words := map[[2]string][]string{ // of a flag of one command
		{"table", "format"}: table.Formats(), {"export", "format"}: export.Formats(), {"plugin new", "lang"}: scaffold.Languages,
	}
	eachCommand(root, func(c *cobra.Command) {
		path := strings.TrimPrefix(c.CommandPath(), root.Name()+" ")
		if f, ok := first[path]; ok {
			c.ValidArgsFunction = cleaned(once(path, f))
		}
		for name, f := range flags {
			if c.Flags().Lookup(name) != nil {
				c.RegisterFlagCompletionFunc(name, cleaned(f))
			}
		}
		for of, list := range words {
			if of[0] == path {
				c.RegisterFlagCompletionFunc(of[1], cobra.FixedCompletions(list, justThese))
			}
		}
	})
}

func eachCommand(c *cobra.Command, f func(*cobra.Command)) {
	f(c)
	for _, sub := range c.Commands() {
		eachCommand(sub, f)
	}
}

// cleaned takes out what files and plugins may say that a terminal would obey.
func cleaned(f completer) completer {
	return func(cmd *cobra.Command, args []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
		out, directive := f(cmd, args, word)
		for i := range out {
			out[i] = terminal.Clean(out[i])
		}
		return out, directive
	}
}

// once completes the first argument alone, but for commands that take several.
func once(path string, f completer) completer {
	return func(cmd *cobra.Command, args []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) > 0 && !slices.Contains([]string{"compare", "trial rm"}, path) {
			return nil, justThese
		}
		return f(cmd, args, word)
	}
}

// sweepFiles are the YAML files in the folder of the word, and in sweeps where the word
// names none, as far as they are sweeps.
func sweepFiles(_ *cobra.Command, _ []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
	dir, _ := filepath.Split(word)
	var out []cobra.Completion
	dirs := []string{dir}
	if dir == "" {
		dirs = append(dirs, "sweeps/")
	}
	for _, dir := range dirs {
		entries, err := os.ReadDir(filepath.Join(".", dir))
		if filepath.IsAbs(dir) {
			entries, err = os.ReadDir(dir)
		}
		if err != nil {
			continue
		}
		for _, e := range entries {
			name := dir + e.Name()
			if e.IsDir() || filepath.Ext(name) != ".yaml" && filepath.Ext(name) != ".yml" || !strings.HasPrefix(name, word) && !strings.HasPrefix(e.Name(), word) {
				continue
			}
			if s, err := sweep.Load(name, nil); err == nil {
				out = append(out, cobra.CompletionWithDesc(name, firstWords(s.Description)))
			}
		}
	}
	if len(out) == 0 {
		return nil, filesToo
	}
	return out, justThese
}

func yamls(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return []cobra.Completion{"yaml", "yml"}, cobra.ShellCompDirectiveFilterFileExt
}

// firstWords are what a shell has room for.
func firstWords(s string) string {
	return brief(strings.Join(strings.Fields(s), " "))
}

// plugins are those that are found, by name.
func (a *app) plugins(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	a.configure()
	all, err := a.finder().List()
	if err != nil {
		return nil, filesToo
	}
	var out []cobra.Completion
	for _, p := range all {
		out = append(out, cobra.CompletionWithDesc(p.Name, p.Origin))
	}
	return out, filesToo // or the path of one
}

func datasets(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var out []cobra.Completion
	for _, item := range source.List() {
		out = append(out, cobra.CompletionWithDesc(item.Source, firstWords(item.Summary)))
	}
	return out, filesToo
}

func folders(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveFilterDirs
}

// tables are those of the sweep that stands on the line already.
func tables(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var out []cobra.Completion
	if len(args) > 0 {
		if s, err := sweep.Load(args[0], nil); err == nil {
			for _, t := range s.Tables {
				out = append(out, cobra.CompletionWithDesc(t.Name, firstWords(t.Caption)))
			}
		}
	}
	return out, justThese
}

// most is how many trials are listed: nobody reads more.
const most = 200

// trials are those of the results folder whose ids begin with the word.
func (a *app) trials(cmd *cobra.Command, _ []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
	a.configure()
	dir, _ := cmd.Flags().GetString("results")
	st, err := store.View(a.results(dir))
	if err != nil {
		return nil, justThese
	}
	defer st.Close()
	keys, err := st.Keys(cmd.Context(), word, most)
	if err != nil {
		return nil, justThese
	}
	var out []cobra.Completion
	for _, k := range keys {
		out = append(out, cobra.CompletionWithDesc(trial.Short(k.Key), k.What))
	}
	return out, justThese
}

// configure reads the configuration where no command has run: a shell asks.
func (a *app) configure() {
	if cfg, err := loadConfig(); err == nil {
		a.cfg = cfg
	}
}
