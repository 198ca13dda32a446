package file

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Names that the columns of a table of intervals have.
var (
	startNames = []string{"start_time", "start_times", "start", "starts", "t_start", "tstart", "onset", "begin"}
	stopNames  = []string{"stop_time", "stop_times", "stop", "stops", "end_time", "end", "ends", "t_stop", "tstop", "t_end", "offset"}
)

// intervals are stretches of time, as a table in the file lists them.
type intervals struct {
	table       string // "" where they are arrays without one
	start, stop *numbers
}

// column finds an array by its name, by its name in a table, or by the end of its
// name where only one has it.
func (r *reader) column(name, table string) (Array, bool) {
	if a, ok := r.array(name); ok && (table == "" || a.Table == table || !strings.HasPrefix(a.Name, table)) {
		return a, true
	}
	for _, a := range r.arrays {
		if table != "" && a.Table == table && base(a.Name) == name {
			return a, true
		}
	}
	if a, ok := r.array(name); ok {
		return a, true
	}
	var found []Array
	for _, a := range r.arrays {
		if strings.HasSuffix(a.Name, "/"+name) || strings.HasSuffix(a.Name, "."+name) {
			found = append(found, a)
		}
	}
	if len(found) == 1 {
		return found[0], true
	}
	return Array{}, false
}

// base is the last part of a name.
func base(name string) string { return name[strings.LastIndexAny(name, "/.#")+1:] }

// columnOf is column, and an error that says which there are.
func (r *reader) columnOf(name, table string) (Array, error) {
	a, ok := r.column(name, table)
	if !ok {
		where := r.names()
		if columns := r.columnsOf(table); table != "" && len(columns) > 0 {
			where = "in " + table + " " + list(columns)
		}
		return a, fmt.Errorf("no %s is named %q; there are %s", r.thing(), name, where)
	}
	if a.Kind == Opaque {
		return a, fmt.Errorf("%s %s: %s", r.thing(), name, a.Why)
	}
	return a, nil
}

func (r *reader) columnsOf(table string) []string {
	var out []string
	for _, a := range r.arrays {
		if a.Table == table {
			out = append(out, base(a.Name))
		}
	}
	return out
}

// tableNamed finds a table by its name, or by the end of it.
func (r *reader) tableNamed(name string) (string, error) {
	var all, has, found []string
	for _, a := range r.arrays {
		if a.Table != "" && !slices.Contains(all, a.Table) {
			all = append(all, a.Table)
		}
	}
	if slices.Contains(all, name) {
		return name, nil
	}
	for _, t := range all {
		if !r.isIntervals(t) {
			continue
		}
		has = append(has, t)
		if strings.HasSuffix(t, "/"+name) || strings.HasSuffix(t, "."+name) {
			found = append(found, t)
		}
	}
	if len(found) == 1 {
		return found[0], nil
	}
	if len(has) == 0 {
		return "", fmt.Errorf("read: trials: the file has no table with start and stop: name the arrays, trials: {start: ..., stop: ...}")
	}
	return "", fmt.Errorf("read: trials: there is no table %q; there are %s", name, list(has))
}

// askIntervals finds the columns of a table, or two arrays, and asks for their values.
func (r *reader) askIntervals(named Intervals) (*intervals, error) {
	out := &intervals{}
	if named.Table != "" {
		var err error
		if out.table, err = r.tableNamed(named.Table); err != nil {
			return nil, err
		}
	}
	ask := func(name string, usual []string, what string) (*numbers, error) {
		if name == "" {
			for _, u := range usual {
				if a, ok := r.column(u, out.table); ok && (a.Table == out.table) {
					name = a.Name
					break
				}
			}
		}
		if name == "" {
			return nil, fmt.Errorf("read: trials: which column of %s is the %s of a trial? it has %s: say trials: {table: %s, %s: ...}", out.table, what, list(r.columnsOf(out.table)), out.table, what)
		}
		a, err := r.columnOf(name, out.table)
		if err != nil {
			return nil, err
		}
		return r.askTimes(a)
	}
	var err error
	if out.start, err = ask(named.Start, startNames, "start"); err != nil {
		return nil, err
	}
	if err != nil {
		return nil, err
	}
	if named.Stop == "" && r.columns.Align != "" { // a window says how long
		if out.stop, err = ask("", stopNames, "stop"); err != nil {
			out.stop = nil
		}
		return out, nil
	}
	out.stop, err = ask(named.Stop, stopNames, "stop")
	return out, err
}

// isIntervals reports whether the columns of a table are intervals.
func (r *reader) isIntervals(table string) bool {
	has := func(usual []string) bool {
		return slices.ContainsFunc(usual, func(u string) bool { a, ok := r.column(u, table); return ok && a.Table == table })
	}
	return table != "" && has(startNames) && has(stopNames)
}

// askTimes asks for one column of numbers as they are in the file, in float64.
func (r *reader) askTimes(a Array) (*numbers, error) {
	if !a.numeric() || a.Ragged || len(flat(a.Shape)) > 1 || a.Parts != nil && a.size() != len(a.Parts) {
		return nil, fmt.Errorf("%s must be one column of times in seconds, got %s of shape %s", a.Name, a.Kind, a.Size())
	}
	c := &numbers{name: a.Name}
	r.take(a.Name, &want{times: true, put: func(v values) error {
		c.floats = append(c.floats, v.floats...)
		return nil
	}})
	r.wants[a.Name].gaps = true // a trial without an event
	return c, nil
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
