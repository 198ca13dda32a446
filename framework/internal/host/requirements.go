package host

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/assaylab/assay/framework/internal/clean"
	"github.com/assaylab/assay/framework/internal/regular"
)

// RequirementsFile is beside the manifest of a Python plugin: what its environment has,
// so that it can be built anew.
const RequirementsFile = "requirements.lock"

const requirementsBegin = "# Written by \"assay plugin lock\": "

// A directURL is what pip notes of a package that came from no index (PEP 610).
type directURL struct {
	URL string `json:"url"`
	Dir *struct {
		Editable bool `json:"editable"`
	} `json:"dir_info"`
	VCS *struct {
		Kind   string `json:"vcs"`
		Commit string `json:"commit_id"`
	} `json:"vcs_info"`
}

// Requirements is the text of the plugin's [RequirementsFile]; ok is false for what is
// no Python plugin with a manifest.
func (p Plugin) Requirements(ctx context.Context) (text string, ok bool, err error) {
	e, ok, err := p.Environment(ctx)
	if !ok || err != nil {
		return "", ok, err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s%s.\n# To build its environment anew, in this folder:\n#\n#   %s\n#\n", requirementsBegin, e.Interpreter, p.Rebuild(e))
	var names []string
	for name := range e.Packages {
		if name != "pip" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintln(&b, p.requirement(name, e.Packages[name], e.sources[name]))
	}
	return b.String(), true, nil
}

// Rebuild is the command that builds the environment anew, in the plugin's folder.
func (p Plugin) Rebuild(e Environment) string {
	python, env := "python3", ".venv"
	if _, version, ok := strings.Cut(e.Interpreter, " "); ok {
		if parts := strings.Split(version, "."); len(parts) > 1 {
			python = "python" + parts[0] + "." + parts[1]
		}
	}
	if dir := filepath.Dir(filepath.Dir(p.Path)); isVenv(dir) {
		if rel, err := filepath.Rel(p.Manifest.Dir(), dir); err == nil && filepath.IsLocal(rel) {
			env = filepath.ToSlash(rel)
		}
	}
	return fmt.Sprintf("%s -m venv %s && %s/bin/python -m pip install --no-deps -r %s", python, env, env, RequirementsFile)
}

// requirement is a line: a version or, where pip has noted one, a place.
func (p Plugin) requirement(name, version, source string) string {
	line := name + "==" + version
	if strings.Contains(version, "+") {
		line += "  # a local version: pip needs the index that it came from"
	}
	var from directURL
	if source == "" || json.Unmarshal([]byte(source), &from) != nil {
		return line
	}
	u, err := url.Parse(from.URL)
	if err != nil || u.Scheme == "" {
		return line
	}
	u.User = nil // no secrets
	switch {
	case from.VCS != nil:
		return clean.Text(fmt.Sprintf("%s @ %s+%s@%s", name, from.VCS.Kind, u, from.VCS.Commit))
	case u.Scheme != "file":
		return clean.Text(fmt.Sprintf("%s @ %s", name, u))
	}
	path := filepath.FromSlash(u.Path)
	if rel, err := filepath.Rel(p.Manifest.Dir(), path); err == nil && filepath.IsLocal(rel) {
		path = "./" + filepath.ToSlash(rel)
	}
	if from.Dir != nil && from.Dir.Editable {
		return clean.Text("-e " + path)
	}
	return clean.Text(path)
}

// WriteRequirements writes the file beside the plugin's manifest, and returns its path;
// "" for what is no such plugin. One that something else has made is left alone.
func (p Plugin) WriteRequirements(ctx context.Context) (string, error) {
	text, ok, err := p.Requirements(ctx)
	if !ok || err != nil {
		return "", err
	}
	path := filepath.Join(p.Manifest.Dir(), RequirementsFile)
	if is, err := regular.ReadFile(path, maxAnswer); err == nil && !strings.HasPrefix(string(is), requirementsBegin) {
		return "", fmt.Errorf("%s is not ours, and stays", path)
	} else if string(is) == text {
		return path, nil
	}
	return path, os.WriteFile(path, []byte(text), 0o644)
}

// Environs says in a sentence how a Python plugin's environment stands to its file;
// "" for other plugins.
func (p Plugin) Environs(ctx context.Context) string {
	text, ok, err := p.Requirements(ctx)
	if !ok {
		return ""
	}
	if err != nil {
		return err.Error()
	}
	e, _, _ := p.Environment(ctx)
	head := fmt.Sprintf("%s with %d packages", e.Interpreter, len(e.Packages))
	is, err := regular.ReadFile(filepath.Join(p.Manifest.Dir(), RequirementsFile), maxAnswer)
	if err != nil {
		return head + "; \"assay plugin lock\" writes " + RequirementsFile + ", from which it can be built anew"
	}
	was, now := requirementLines(string(is)), requirementLines(text)
	var others []string
	for _, line := range now {
		if !slices.Contains(was, line) {
			others = append(others, line)
		}
	}
	for _, line := range was {
		if !slices.Contains(now, line) {
			others = append(others, "no "+line)
		}
	}
	if len(others) == 0 {
		return head + ", as " + RequirementsFile + " says; anew: " + p.Rebuild(e)
	}
	return fmt.Sprintf("%s, %d other than %s says (%s); as it says: %s", head, len(others), RequirementsFile, clean.Cut(strings.Join(others, ", "), 200), p.Rebuild(e))
}

func requirementLines(text string) (out []string) {
	for line := range strings.Lines(text) {
		if line, _, _ = strings.Cut(line, "  #"); !strings.HasPrefix(line, "#") && strings.TrimSpace(line) != "" {
			out = append(out, strings.TrimSpace(line))
		}
	}
	return out
}
