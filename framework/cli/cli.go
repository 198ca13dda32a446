// Package cli is the command line: one file per command. Standard output is
// data, standard error is talk.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/internal/build"
	"github.com/assaylab/assay/framework/internal/host"
	"github.com/assaylab/assay/framework/internal/problem"
	"github.com/assaylab/assay/framework/internal/terminal"
	"github.com/spf13/cobra"
)

// Version is what a build is called that carries no version of its own; "assay
// --version" and records say more. It is provenance: no trial's identity depends
// on it.
const Version = build.Version

// Exit codes. Scripts rely on them.
const (
	exitOK          = 0
	exitError       = 1
	exitUsage       = 2   // a mistake in the sweep or the arguments
	exitFailures    = 3   // finished, but some trials failed
	exitInterrupted = 130 // finished trials are kept
)

// Main runs the command line with the methods that this binary brings, and
// exits. As "assay serve METHOD" the process becomes the plugin itself.
func Main(methods ...func() framework.Method) {
	if len(os.Args) == 2 && os.Args[1] == host.GuardCommand {
		host.Guard()
		return
	}
	if len(os.Args) == 3 && os.Args[1] == "serve" { // quick: every trial starts here
		for _, f := range methods {
			if m := f(); m.Describe().Name == os.Args[2] {
				framework.Serve(m)
				return
			}
		}
		fmt.Fprintf(os.Stderr, "assay: error: this binary has no method %q\n", os.Args[2])
		os.Exit(exitUsage)
	}
	var names []string
	for _, f := range methods {
		names = append(names, f().Describe().Name)
	}
	slices.Sort(names)
	a := &app{builtin: names}
	if self, err := os.Executable(); err == nil {
		a.guard = []string{self, host.GuardCommand}
	}
	os.Exit(a.main(os.Args[1:], os.Stdout, os.Stderr))
}

// app is what all commands share.
type app struct {
	out, talk io.Writer // for text: both clean what comes from outside
	builtin   []string  // names of the methods in this binary
	guard     []string  // command of the guard process; nil where this binary is not assay itself
	cfg       config
	terminal  bool // talk goes to a person who watches
}

// Run executes one command and returns its exit code.
func Run(builtin, args []string, out, talk io.Writer) int {
	a := &app{builtin: builtin}
	return a.main(args, out, talk)
}

func (a *app) main(args []string, out, talk io.Writer) int {
	cleanOut, cleanTalk := terminal.NewWriter(out), terminal.NewWriter(talk)
	defer cleanTalk.Close()
	defer cleanOut.Close()
	a.out, a.talk, a.terminal = cleanOut, cleanTalk, isWatched(talk)
	root := &cobra.Command{
		Use:   "assay",
		Short: "Compare methods on the same recordings, fairly and reproducibly",
		Long: `Assay reads a sweep (methods x datasets x settings x seeds) from a YAML file,
trains every method in a process of its own, and prints comparison tables.
Finished trials are never run twice: change the file and run it again.`,
		Version:       build.This().Name(),
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(*cobra.Command, []string) error {
			var err error
			a.cfg, err = loadConfig()
			return err
		},
	}
	root.SetVersionTemplate("assay version {{.Version}}\n" + build.This().Details() + "\n")
	root.SetOut(out)
	root.SetErr(talk)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usage(err, fmt.Sprintf("%q shows what there is", c.CommandPath()+" --help"))
	})
	root.AddCommand(a.planCommand(), a.runCommand(), a.statusCommand(), a.tableCommand(), a.searchCommand(), a.sweepCommand(),
		a.pluginCommand(), a.dataCommand(), a.trialCommand(), a.resultsCommand(), a.workerCommand())
	root.AddCommand(a.reportCommand(), a.viewCommand(), a.compareCommand(), a.exportCommand(), a.schemaCommand())
	root.AddCommand(a.bundleCommand(), a.reproduceCommand(), a.citeCommand())
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd(args...)
	strict(root)
	a.complete(root)
	root.SetArgs(args)
	return a.report(root.ExecuteContext(context.Background()))
}

// report prints what an error tells, with advice, and returns the exit code that
// it says of itself.
func (a *app) report(err error) int {
	if err == nil {
		return exitOK
	}
	if code, ok := errors.AsType[exitCode](err); ok {
		return int(code)
	}
	if errors.Is(err, context.Canceled) {
		fmt.Fprintln(a.talk, "assay: interrupted")
		return exitInterrupted
	}
	status := exitError
	const most = 100 // mistakes that anybody reads
	all := problem.All(err)
	for i, p := range all {
		if status = max(status, p.ExitCode()); i == most {
			fmt.Fprintf(a.talk, "assay: error: and %d more\n", len(all)-most)
		}
		if i >= most {
			continue
		}
		fmt.Fprintf(a.talk, "assay: error: %v\n", p)
		if p.Hint != "" {
			fmt.Fprintf(a.talk, "assay: hint: %s\n", p.Hint)
		}
	}
	return status
}
