//go:build unix

package drill

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A hostile sweep is refused, by file and mostly by line, or planned.
type hostileSweep struct {
	name, text string
	args       []string // beside plan and the file
	taken      bool     // nothing is wrong with it
	names      string   // the file that is wrong, if it is another
	make       func(dir string) error
}

// head is a sweep without what stands behind.
const head = "version: 2\nname: drill\ndatasets:\n  tiny: {source: tiny.csv, read: {samples: [x]}}\n"

const good = head + "methods:\n  one: {plugin: nothing}\nseeds: 1\n"

var sweepClasses = []struct {
	name string
	all  func() []hostileSweep
}{
	{"aliases that multiply", aliasBombs}, {"aliases in circles", aliasCircles}, {"keys that come twice", doubleKeys}, {"deep nesting", deepSweeps},
	{"long words and files", longSweeps}, {"huge grids", hugeGrids}, {"capital letters", capitals}, {"wrong types", wrongTypes},
	{"characters that deceive", unicodeTricks}, {"conditions and expressions", expressions}, {"names and paths", sweepPaths}, {"numbers at the edge", sweepNumbers},
	{"tags and types of YAML", tags}, {"documents", documents}, {"what is missing", missing}, {"plugins that are none", noPlugins},
	{"data that are none", noData}, {"tables and selections", strangeTables}, {"limits and budgets", strangeLimits}, {"--set", sets},
}

// TestHostileSweeps: each is refused with its file, or planned, in seconds and little memory.
func TestHostileSweeps(t *testing.T) {
	s := newSite(t)
	c := newTally("hostile sweeps")
	for _, class := range sweepClasses {
		all := class.all()
		if len(all) != 5 {
			t.Errorf("%s has %d sweeps", class.name, len(all))
		}
		if !*whole {
			all = all[:2]
		}
		for i, h := range all {
			s.write(t, "tiny.csv", "x,trial\n1,0\n2,1\n")
			s.write(t, "drill.yaml", h.text)
			if h.make != nil {
				if err := h.make(s.dir); err != nil {
					t.Fatal(err)
				}
			}
			o := s.call(append([]string{"plan", "drill.yaml"}, h.args...)...)
			why := o.cost(0)
			switch {
			case why != "":
			case h.taken != (o.code == 0):
				why = fmt.Sprintf("code %d: %s", o.code, first(o.stderr))
			case o.code != 0 && len(h.args) == 0 && !strings.Contains(o.stderr, "drill.yaml") && (h.names == "" || !strings.Contains(o.stderr, h.names)):
				why = "refused without its name: " + first(o.stderr)
			case strings.ContainsAny(o.stdout+o.stderr, "\x1b\u202e\u200b\a"):
				why = "it reaches the terminal"
			case len(o.stderr) > 64<<10:
				why = fmt.Sprintf("%d bytes of mistakes", len(o.stderr))
			}
			if _, err := os.Stat(filepath.Join(s.dir, canary)); err == nil {
				why = "executed"
				os.Remove(filepath.Join(s.dir, canary))
			}
			if testing.Verbose() && *whole {
				t.Logf("  %s: %d %s: code %d, %v, %d MB: %s", class.name, i, h.name, o.code, o.cpu, o.memory>>20, first(o.stderr))
			}
			c.add(t, class.name, h.name, why, o)
		}
	}
	c.print(t)
}

// settings is a sweep whose method has these settings.
func settings(name, yaml string) hostileSweep {
	return hostileSweep{name: name, text: head + "methods:\n  one: {plugin: nothing, settings: " + yaml + "}\n"}
}

// with is the good sweep with more behind.
func with(name, more string) hostileSweep { return hostileSweep{name: name, text: good + more} }

func aliasBombs() []hostileSweep {
	laughs := func(levels, each int, list bool) string {
		open, end := "[", "]"
		if !list {
			open, end = "{", "}"
		}
		var b strings.Builder
		fmt.Fprintf(&b, "a0: &a0 %s%s\n", open, end)
		for i := 1; i < levels; i++ {
			fmt.Fprintf(&b, "a%d: &a%d %s", i, i, open)
			for k := range each {
				if list {
					fmt.Fprintf(&b, "*a%d, ", i-1)
				} else {
					fmt.Fprintf(&b, "k%d: *a%d, ", k, i-1)
				}
			}
			fmt.Fprintf(&b, "%s\n", end)
		}
		return b.String()
	}
	return []hostileSweep{
		with("a billion", laughs(10, 10, true)), with("of mappings", laughs(10, 10, false)), with("twice, 60 deep", laughs(60, 2, true)),
		with("a long word many times", "w: &w "+strings.Repeat("x", 1<<20)+"\nall: ["+strings.Repeat("*w, ", 5000)+"]\n"),
		{name: "in settings", text: laughs(9, 10, true) + head + "methods:\n  one: {plugin: nothing, settings: {a: *a8}}\n"},
	}
}

func aliasCircles() []hostileSweep {
	return []hostileSweep{
		with("itself", "a: &a [*a]\n"), with("a mapping in itself", "a: &a {b: *a}\n"), with("by merging", "a: &a {<<: *a}\n"),
		with("to nothing", "a: *gone\n"), {name: "of all", text: "&all\nversion: 2\nname: drill\ndatasets: *all\nmethods: *all\n"},
	}
}

func doubleKeys() []hostileSweep {
	var many strings.Builder
	many.WriteString(good)
	for range 90000 {
		many.WriteString("seeds: 1\n")
	}
	return []hostileSweep{
		with("seeds", "seeds: 2\n"), with("quoted", "\"seeds\": 2\n"), {name: "methods", text: head + "methods:\n  one: {plugin: nothing}\n  one: {plugin: nothing}\n"},
		settings("settings", "{a: 1, a: 2}"), {name: "90000 times", text: many.String()},
	}
}

func deepSweeps() []hostileSweep {
	n := 100000
	var block strings.Builder
	for i := range 2000 {
		block.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return []hostileSweep{
		with("lists", "a: "+strings.Repeat("[", n)), with("lists that end", "a: "+strings.Repeat("[", n)+strings.Repeat("]", n)+"\n"), with("mappings", "a: "+strings.Repeat("{a: ", n)),
		with("blocks", "deep:\n"+strings.ReplaceAll(block.String(), "a:", " a:")), with("dashes", strings.Repeat("- ", n)),
	}
}

func longSweeps() []hostileSweep {
	long := strings.Repeat("x", 20<<20)
	var many strings.Builder
	many.WriteString(good)
	for i := range 200000 {
		fmt.Fprintf(&many, "k%d: 1\n", i)
	}
	return []hostileSweep{
		{name: "a name of 20 MB", text: strings.Replace(good, "drill", long, 1)}, with("a key of 20 MB", long+": 1\n"),
		with("a comment of 20 MB", "#"+long+"\n"), {name: "200000 keys", text: many.String()}, with("a line of blanks", strings.Repeat(" ", 20<<20)+"a: 1\n"),
	}
}

func hugeGrids() []hostileSweep {
	list := strings.TrimSuffix(strings.Repeat("1, ", 2000), ", ")
	return []hostileSweep{
		{name: "10^9 seeds", text: strings.Replace(good, "seeds: 1", "seeds: 1000000000", 1)},
		{name: "a grid of 2000^4", text: head + fmt.Sprintf("methods:\n  one: {plugin: nothing, search: {a: [%s], b: [%s], c: [%s], d: [%s]}}\n", list, list, list, list)},
		{name: "10^9 configurations", text: head + "methods:\n  one: {plugin: nothing, search: {a: {min: 0, max: 1}}}\nsearch: {strategy: random, configurations: 1000000000}\n"},
		{name: "20000 methods", text: head + "methods:\n" + numbered("  m%d: {plugin: nothing}\n", 20000) + "seeds: 1000\n"},
		{name: "folds without end", text: strings.Replace(good, "[x]}}", "[x]}, split: {by: trial, folds: 1000000, repeats: 1000000}}", 1)},
	}
}

func numbered(format string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

func capitals() []hostileSweep {
	r := func(from, to string) hostileSweep {
		return hostileSweep{name: to, text: strings.Replace(good, from, to, 1)}
	}
	return []hostileSweep{r("version", "Version"), r("methods", "METHODS"), r("plugin", "Plugin"), r("samples", "Samples"), r("seeds", "seedS")}
}

func wrongTypes() []hostileSweep {
	r := func(from, to string) hostileSweep {
		return hostileSweep{name: to, text: strings.Replace(good, from, to, 1)}
	}
	return []hostileSweep{r("seeds: 1", "seeds: {a: 1}"), r("name: drill", "name: [drill]"), r("{plugin: nothing}", "nothing"), r("version: 2", "version: two"), r("[x]", "{x: 1}")}
}

func unicodeTricks() []hostileSweep {
	return []hostileSweep{
		with("turned round", "seeds\u202e: 2\n"), with("of no width", "se\u200beds: 2\n"), with("of another alphabet", "s\u0435\u0435ds: 2\n"),
		{name: "UTF-16", text: "\xff\xfev\x00e\x00r\x00"}, with("no UTF-8", "a: \xff\xfe\xfd\n"),
	}
}

func expressions() []hostileSweep {
	when := func(name, text string) hostileSweep {
		return hostileSweep{name: name, text: head + "methods:\n  one: {plugin: nothing, search: {a: {choices: [1, 2], when: " + text + "}}}\n"}
	}
	return []hostileSweep{
		when("of itself", "\"a == 1\""), when("in a circle", "\"b == 1\"}, b: {choices: [1, 2], when: \"a == 1\""), when("deep", "\""+strings.Repeat("(", 200000)+"\""),
		when("a program", "\"__import__('os').system('touch canary')\""), when("a shell", "\"$(touch canary)`touch canary`\""),
	}
}

func sweepPaths() []hostileSweep {
	name := func(n string) hostileSweep {
		return hostileSweep{name: n, text: strings.Replace(good, "name: drill", "name: "+n, 1)}
	}
	return []hostileSweep{name("../../canary"), name("work"), name("\"a\\0b\""), name("/etc/passwd"), name("CON")}
}

func sweepNumbers() []hostileSweep {
	seeds := func(n string) hostileSweep {
		return hostileSweep{name: n, text: strings.Replace(good, "seeds: 1", "seeds: "+n, 1)}
	}
	return []hostileSweep{seeds("-1"), seeds("1e400"), seeds(".nan"), seeds("[18446744073709551616]"), seeds("1.5")}
}

func tags() []hostileSweep {
	return []hostileSweep{
		with("Python", "a: !!python/object/apply:os.system ['touch canary']\n"), with("bytes", "a: !!binary aGVsbG8=\n"), with("a set", "seeds: !!set {1, 2}\n"),
		{name: "a float of a text", taken: true, text: strings.Replace(good, "seeds: 1", "seeds: !!float \"1\"", 1)}, with("another language", "%TAG ! tag:x,2000:\n!thing {a: 1}\n"),
	}
}

func documents() []hostileSweep {
	return []hostileSweep{
		{name: "two", text: good + "---\n" + good}, {name: "a list", text: "- 1\n- 2\n"}, {name: "a word", text: "hello\n"},
		{name: "JSON that is cut off", text: `{"version": 2, "name": "drill", "datasets": {`}, {name: "bytes of a program", text: "\x7fELF\x02\x01\x01\x00\x00\x00"},
	}
}

func missing() []hostileSweep {
	return []hostileSweep{
		{name: "all"}, {name: "but for a comment", text: "# nothing\n"}, {name: "methods", text: head}, {name: "a plugin", text: head + "methods:\n  one: {}\n"},
		{name: "datasets", text: "version: 2\nname: drill\nmethods:\n  one: {plugin: nothing}\n"},
	}
}

func noPlugins() []hostileSweep {
	p := func(path string, make func(string) error) hostileSweep {
		return hostileSweep{name: path, text: strings.Replace(good, "plugin: nothing", "plugin: "+path, 1), make: make, names: strings.TrimPrefix(path, ".")}
	}
	return []hostileSweep{
		p("./pipe", func(dir string) error { return mkfifo(filepath.Join(dir, "pipe")) }), p("/dev/zero", nil), p("./drill.yaml", nil), p("/etc", nil),
		p("./loop", func(dir string) error { return os.Symlink("loop", filepath.Join(dir, "loop")) }),
	}
}

func noData() []hostileSweep {
	d := func(path string, make func(string) error) hostileSweep {
		return hostileSweep{name: path, text: strings.Replace(good, "source: tiny.csv", "source: "+path, 1), make: make}
	}
	return []hostileSweep{
		d("pipe.csv", func(dir string) error { return mkfifo(filepath.Join(dir, "pipe.csv")) }),
		d("zero.csv", func(dir string) error { return os.Symlink("/dev/zero", filepath.Join(dir, "zero.csv")) }),
		d("../../gone.csv", nil), d("\"catalogue/../../../etc/passwd\"", nil),
		d("folder.csv", func(dir string) error { return os.Mkdir(filepath.Join(dir, "folder.csv"), 0o755) }),
	}
}

func strangeTables() []hostileSweep {
	return []hostileSweep{
		with("a path for a name", "tables:\n  - {name: ../../canary, rows: method, cols: dataset, cell: one}\n"),
		with("an axis that is none", "tables:\n  - {name: main, rows: %s%n, cols: dataset, cell: one}\n"),
		with("the same name twice", "tables:\n  - {name: main, rows: method, cols: dataset, cell: one}\n  - {name: main, rows: method, cols: dataset, cell: one}\n"),
		with("a selection that is none", "select: {metric: \"${HOME}\", split: never}\n"), with("a list for a table", "tables: [[[]]]\n"),
	}
}

func strangeLimits() []hostileSweep {
	return []hostileSweep{
		with("time that runs back", "limits: {timeout: -1s}\n"), with("memory beyond all", "limits: {memory: 99999999999999999999GiB}\n"), with("no unit", "limits: {timeout: 5}\n"),
		with("threads", "limits: {threads: -1}\n"), with("a budget of nothing", "budget: {cpu: 0h}\n"),
	}
}

func sets() []hostileSweep {
	set := func(name string, args ...string) hostileSweep {
		h := hostileSweep{name: name, text: good}
		for _, a := range args {
			h.args = append(h.args, "--set", a)
		}
		return h
	}
	return []hostileSweep{
		set("30000 parts", strings.Repeat("a.", 30000)+"a=1"), set("a circle", "name=&a [*a]"), set("no key", "=1"), set("deep", "seeds="+strings.Repeat("[", 50000)), set("a number without end", "seeds="+strings.Repeat("9", 100000)),
	}
}
