package cli

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/assaylab/assay/framework/setting"
)

// strict makes mistakes in the arguments of a command and of all below it the
// user's: cobra's own errors have no type, and a group of commands that is given
// a word it does not know would only print its help.
func strict(c *cobra.Command) {
	for _, sub := range c.Commands() {
		strict(sub)
	}
	check := c.Args
	switch {
	case c.Name() == "help":
		check = helpTopic
	case !c.Runnable() && c.HasSubCommands():
		check = oneOf
		c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
		c.DisableFlagsInUseLine = true
	}
	if check == nil {
		check = cobra.NoArgs
	}
	c.Args = func(c *cobra.Command, args []string) error {
		if err := check(c, args); err != nil {
			return usage(err, "usage: "+c.UseLine()) // a nearer hint wins
		}
		return nil
	}
}

// oneOf refuses what names no command of a group.
func oneOf(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, sub.Name())
		}
	}
	slices.Sort(names)
	return usage(fmt.Errorf("unknown command %q for %q", args[0], c.CommandPath()), setting.Suggest(args[0], names))
}

// helpTopic refuses help on a command that is not there.
func helpTopic(c *cobra.Command, args []string) error {
	found, rest, err := c.Root().Find(args)
	if err == nil && found.HasSubCommands() {
		err = oneOf(found, rest)
	}
	return err
}

// positive is the value of a flag: a whole number of at least 1.
type positive int

func (p *positive) String() string {
	if *p == 0 { // not given: there is no default to show
		return ""
	}
	return strconv.Itoa(int(*p))
}

func (p *positive) Type() string { return "int" }

func (p *positive) Set(text string) error {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return fmt.Errorf("must be a whole number of at least 1, got %s", text)
	}
	*p = positive(n)
	return nil
}
