// Command asker runs strategies over standard input and output, one JSON value a
// line, so that bench/search can set them beside those of other libraries:
//
//	{"strategy": "tpe", "seed": 1, "n": 100, "batch": 1, "params": [...]}   starts a search
//	{"x": 0.25, "rule": "adam"}                                             is a question,
//	-1.5                                                                    its answer (larger is better)
//	null                                                                    ends a search, and follows the last answer
//
// An answer counts for the questions that come a batch later, as if a batch of
// workers ran side by side.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/assaylab/assay/framework/internal/search"
	"github.com/assaylab/assay/framework/setting"
)

// A task is a search to run.
type task struct {
	Strategy string
	Seed     uint64
	N, Batch int
	Params   []param
}

type param struct {
	search.Param
	Int bool
}

func main() {
	in, out := json.NewDecoder(bufio.NewReader(os.Stdin)), bufio.NewWriter(os.Stdout)
	for {
		var t task
		err := in.Decode(&t)
		if err == nil {
			err = t.run(in, out)
		}
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			fmt.Fprintf(os.Stderr, "asker: error: %v\n", err)
			os.Exit(1)
		}
	}
}

// run asks all questions of a task.
func (t task) run(in *json.Decoder, out *bufio.Writer) error {
	write := json.NewEncoder(out)
	strategy, err := t.start()
	if err != nil {
		return err
	}
	s := &search.Sequence{Strategy: strategy, Batch: t.Batch}
	var answers []search.Answer
	for len(answers) < t.N {
		c, ok, err := s.Next(func(i int) (search.Answer, bool) { return answers[i], i < len(answers) })
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		if err := errors.Join(write.Encode(c.Full), out.Flush()); err != nil {
			return err
		}
		var a search.Answer
		if err := in.Decode(&a.Value); err != nil {
			return err
		}
		answers = append(answers, a)
	}
	return errors.Join(write.Encode(nil), out.Flush())
}

// start makes the strategy, in a schema of the parameters.
func (t task) start() (search.Strategy, error) {
	var schema setting.Schema
	var params []search.Param
	for _, p := range t.Params {
		set := setting.Setting{Name: p.Name, Kind: setting.Float, Default: p.Min}
		if p.Int {
			set.Kind = setting.Int
		}
		if !p.IsRange() {
			set.Default = p.Values[0]
			if _, text := p.Values[0].(string); text {
				set.Kind = setting.String
			}
		}
		schema, params = append(schema, set), append(params, p.Param)
	}
	schema, err := schema.Normal()
	if err != nil {
		return nil, err
	}
	space, err := search.New(schema, nil, params)
	if err != nil {
		return nil, err
	}
	return search.NewStrategy(t.Strategy, space, t.Seed, t.N)
}
