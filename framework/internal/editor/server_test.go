package editor_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/textproto"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/assaylab/assay/framework/internal/editor"
)

// server is a language server that runs, as an editor speaks to it.
type server struct {
	t     *testing.T
	in    io.Writer
	next  int
	heard chan message // answers and notifications
}

type message struct {
	ID     *int            `json:"id,omitempty"`
	Method string          `json:"method,omitempty"`
	Params json.RawMessage `json:"params,omitempty"`
	Result json.RawMessage `json:"result,omitempty"`
	Error  json.RawMessage `json:"error,omitempty"`
}

func startServer(t *testing.T) *server {
	t.Helper()
	program, err := filepath.Abs("server/node_modules/yaml-language-server/bin/yaml-language-server")
	if err != nil {
		t.Fatal(err)
	}
	_, err = os.Stat(program)
	if node, wrong := exec.LookPath("node"); wrong != nil || err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("node %q, %v: server/build installs the server", node, err)
		}
		t.Skip("needs node and a language server: server/build installs it")
	}
	c := exec.CommandContext(t.Context(), "node", program, "--stdio")
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close(); c.Process.Kill(); c.Wait() })
	s := &server{t: t, in: in, heard: make(chan message, 100)}
	go s.listen(bufio.NewReader(out))
	s.ask("initialize", map[string]any{"processId": os.Getpid(), "rootUri": nil, "capabilities": map[string]any{
		"workspace": map[string]any{"configuration": true}, "textDocument": map[string]any{"completion": map[string]any{"completionItem": map[string]any{"documentationFormat": []string{"markdown"}}}}}})
	s.send(message{Method: "initialized", Params: json.RawMessage("{}")})
	return s
}

// listen reads what the server says, and answers what it asks: it may want settings.
func (s *server) listen(r *bufio.Reader) {
	defer close(s.heard)
	for {
		head, err := textproto.NewReader(r).ReadMIMEHeader()
		if err != nil {
			return
		}
		n, err := strconv.Atoi(head.Get("Content-Length"))
		if err != nil {
			return
		}
		text := make([]byte, n)
		if _, err := io.ReadFull(r, text); err != nil {
			return
		}
		var m message
		if json.Unmarshal(text, &m) != nil {
			continue
		}
		switch {
		case m.ID == nil || m.Method == "":
			s.heard <- m
		case m.Method == "workspace/configuration":
			var ask struct{ Items []struct{ Section string } }
			json.Unmarshal(m.Params, &ask)
			answers := make([]any, len(ask.Items))
			for i, item := range ask.Items {
				if item.Section == "yaml" {
					answers[i] = map[string]any{"validate": true, "completion": true, "hover": true, "schemaStore": map[string]any{"enable": false}}
				}
			}
			result, _ := json.Marshal(answers)
			s.send(message{ID: m.ID, Result: result})
		default:
			s.send(message{ID: m.ID, Result: json.RawMessage("null")})
		}
	}
}

func (s *server) send(m message) {
	text, err := json.Marshal(struct {
		JSONRPC string `json:"jsonrpc"`
		message
	}{"2.0", m})
	if err == nil {
		_, err = fmt.Fprintf(s.in, "Content-Length: %d\r\n\r\n%s", len(text), text)
	}
	if err != nil {
		s.t.Error(err)
	}
}

// wait is the first message that is wanted.
func (s *server) wait(wanted func(message) bool) message {
	s.t.Helper()
	late := time.After(time.Minute)
	for {
		select {
		case m, ok := <-s.heard:
			if !ok {
				s.t.Fatal("the server has ended")
			}
			if wanted(m) {
				return m
			}
		case <-late:
			s.t.Fatal("the server says nothing")
		}
	}
}

func (s *server) ask(method string, params any) json.RawMessage {
	s.t.Helper()
	s.next++
	id := s.next
	text, err := json.Marshal(params)
	if err != nil {
		s.t.Fatal(err)
	}
	s.send(message{ID: &id, Method: method, Params: text})
	m := s.wait(func(m message) bool { return m.Method == "" && m.ID != nil && *m.ID == id })
	if m.Error != nil {
		s.t.Fatalf("%s: %s", method, m.Error)
	}
	return m.Result
}

// open shows a file to the server and returns what it finds wrong, by line from 1.
func (s *server) open(path, text string) map[int][]string {
	s.t.Helper()
	uri := "file://" + path
	params, _ := json.Marshal(map[string]any{"textDocument": map[string]any{"uri": uri, "languageId": "yaml", "version": 1, "text": text}})
	s.send(message{Method: "textDocument/didOpen", Params: params})
	var found struct {
		URI         string
		Diagnostics []struct {
			Message string
			Range   struct{ Start struct{ Line int } }
		}
	}
	s.wait(func(m message) bool {
		return m.Method == "textDocument/publishDiagnostics" && json.Unmarshal(m.Params, &found) == nil && found.URI == uri
	})
	out := map[int][]string{}
	for _, d := range found.Diagnostics {
		line := d.Range.Start.Line + 1
		out[line] = append(out[line], d.Message)
	}
	return out
}

// complete asks what may stand where the mark | is in a text.
func (s *server) complete(path, text string) []string {
	s.t.Helper()
	before, after, ok := strings.Cut(text, "|")
	if !ok {
		s.t.Fatal("no mark")
	}
	s.open(path, before+after)
	line := strings.Count(before, "\n")
	column := len(before) - strings.LastIndex(before, "\n") - 1
	var answer struct{ Items []struct{ Label string } }
	result := s.ask("textDocument/completion", map[string]any{"textDocument": map[string]any{"uri": "file://" + path}, "position": map[string]any{"line": line, "character": column}})
	if err := json.Unmarshal(result, &answer); err != nil {
		s.t.Fatalf("%v: %s", err, result)
	}
	var out []string
	for _, item := range answer.Items {
		out = append(out, item.Label)
	}
	return out
}

const firstLine = "# yaml-language-server: $schema=sweep.schema.json\n"

// A language server underlines the mistakes of a broken sweep on their lines, finds
// nothing in a good one, and completes one that is half-written.
func TestLanguageServer(t *testing.T) {
	s := startServer(t)
	plugins, _ := described()
	dir := t.TempDir()
	schema := schemaText(t, editor.Options{Plugins: plugins, Sweep: editor.Names{Datasets: []string{"monkey", "mouse"}, Methods: map[string]string{"mine": "swapvae"}}})
	if err := os.WriteFile(filepath.Join(dir, "sweep.schema.json"), schema, 0o644); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(tree + "sweeps/reach-direction.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if wrong := s.open(filepath.Join(dir, "good.yaml"), firstLine+string(good)); len(wrong) > 0 {
		t.Errorf("a good sweep: %v", wrong)
	}
	const broken = firstLine + `version: 2
datasets:
  monkey:
    source: catalogue/chewie-7
    split: {by: trial, fold: 5}
methods:
  a: {plugin: swapvea}
  b:
    plugin: swapvae
    settings:
      epochs: -1
      learning_rat: 0.1
limits: {timeout: 30}
tables:
  - {cell: probe/direction/accuracy, stat: mode}
sweep: 3
`
	wrong := s.open(filepath.Join(dir, "broken.yaml"), broken)
	for line, want := range map[int]string{5: "", 6: "fold", 8: "swapvae", 12: "minimum", 13: "learning_rat", 14: "string", 16: "median [iqr]", 17: "sweep"} {
		if !slices.ContainsFunc(wrong[line], func(m string) bool { return strings.Contains(m, want) }) {
			t.Errorf("line %d, %s: %q", line, strings.Split(broken, "\n")[line-1], wrong[line])
		}
		delete(wrong, line)
	}
	if len(wrong) > 0 {
		t.Errorf("where nothing is wrong: %v", wrong)
	}
	const head = firstLine + "version: 2\ndatasets:\n  monkey: {source: catalogue/chewie-1}\nmethods:\n"
	for i, c := range []struct{ text, want string }{
		{firstLine + "|", "datasets methods probes tables version"},
		{firstLine + "version: 2\ndatasets:\n  monkey:\n    |", "join read source split"},
		{firstLine + "version: 2\ndatasets:\n  monkey:\n    source: |", "catalogue/chewie-1 generate/swapvae-population"},
		{firstLine + "version: 2\ndatasets:\n  monkey:\n    source: generate/swapvae-population\n    params:\n      |", "per_cluster"},
		{firstLine + "version: 2\ndatasets:\n  monkey:\n    protocol: |", "cross-session learning-curve"},
		{head + "  a:\n    |", "configs plugin search settings"},
		{head + "  a:\n    plugin: |", "baseline hiwa swapvae"},
		{head + "  a:\n    plugin: swapvae\n    settings:\n      |", "epochs learning_rate"},
		{head + "  a:\n    plugin: swapvae\n    search:\n      |", "epochs learning_rate"},
		{head + "  a:\n    plugin: baseline\n    settings:\n      embedding: |", "pca raw"},
		{head + "  a:\n    plugin: baseline\n    datasets:\n      - |", "monkey mouse"},
		{head + "  a: {plugin: baseline}\nprobes:\n  - kind: |", "direction ridge"},
		{head + "  a: {plugin: baseline}\nprobes:\n  - kind: direction\n    |", "min_speed target"},
		{head + "  a: {plugin: baseline}\ntables:\n  - cell: |", "probe/direction/accuracy"},
		{head + "  a: {plugin: baseline}\ntables:\n  - stat: |", "mean median [iqr]"},
		{head + "  a: {plugin: baseline}\nsearch:\n  strategy: |", "sobol tpe"},
		{head + "  mine: {plugin: swapvae}\nablations:\n  - of: |", "mine"},
		{head + "  mine: {plugin: swapvae}\nablations:\n  - of: mine\n    variants:\n      no swap:\n        |", "swap_weight"},
	} {
		got := s.complete(filepath.Join(dir, fmt.Sprintf("half-%d.yaml", i)), c.text)
		for _, want := range strings.Split(strings.ReplaceAll(c.want, "median [iqr]", "median_[iqr]"), " ") {
			if !slices.Contains(got, strings.ReplaceAll(want, "_[", " [")) {
				t.Errorf("no %s among %q in\n%s", want, got, c.text)
			}
		}
	}
}
