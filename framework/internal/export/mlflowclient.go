package export

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/assaylab/assay/framework/internal/problem"
)

// mlflowClient speaks MLflow's REST interface 2.0. Whoever asks for more than the
// server's first page asks again; nothing is asked twice on its own.
type mlflowClient struct {
	base *url.URL
	http *http.Client
}

const (
	maxAnswer   = 64 << 20 // bytes
	maxMetrics  = 800      // of a batch: of 1000 things at most
	maxParams   = 90       // of at most 100
	pageOfRuns  = 1000
	mlflowHint  = "is this the address of an MLflow server? \"mlflow server\" starts one"
	againHint   = "export again: what is there already is not written twice"
	requestTime = 60 * time.Second
)

func newMLflowClient(address string) (*mlflowClient, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, problem.Usage(fmt.Errorf("--out %s is no address of a server", address), "--format mlflow goes to a server: --out http://localhost:5000")
	}
	return &mlflowClient{base: u, http: &http.Client{Timeout: requestTime}}, nil
}

// refusal is an answer that says no.
type refusal struct {
	Code    string `json:"error_code"`
	Message string `json:"message"`
	status  int
}

func (r *refusal) Error() string {
	if r.Message == "" {
		return fmt.Sprintf("HTTP status %d", r.status)
	}
	return strings.Join(strings.Fields(r.Message), " ")
}

// call asks for one thing. Like MLflow's own clients it takes a name and a password,
// or a token, from the environment.
func (c *mlflowClient) call(ctx context.Context, method, path string, query url.Values, in, out any) error {
	at := c.base.JoinPath("api/2.0/mlflow", path)
	at.RawQuery = query.Encode()
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, at.String(), body)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	if name := os.Getenv("MLFLOW_TRACKING_USERNAME"); name != "" {
		req.SetBasicAuth(name, os.Getenv("MLFLOW_TRACKING_PASSWORD"))
	} else if token := os.Getenv("MLFLOW_TRACKING_TOKEN"); token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := c.http.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if u, ok := errors.AsType[*url.Error](err); ok {
			err = u.Err // its text has the address once more, with a password in it
		}
		return problem.Advise(fmt.Errorf("MLflow at %s: %w", c.base.Redacted(), err), mlflowHint)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return problem.Advise(fmt.Errorf("MLflow at %s: %s: %w", c.base.Redacted(), path, err), againHint)
	}
	if answer.StatusCode != http.StatusOK {
		no := &refusal{status: answer.StatusCode}
		hint := againHint
		if json.Unmarshal(text, no) != nil || no.Code == "" {
			no.Message, hint = "", mlflowHint
		}
		return problem.Advise(fmt.Errorf("MLflow at %s: %s: %w", c.base.Redacted(), path, no), hint)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(text, out); err != nil {
		return problem.Advise(fmt.Errorf("MLflow at %s: %s: the answer is not what it should be: %w", c.base.Redacted(), path, err), mlflowHint)
	}
	return nil
}

// experiment finds or makes the experiment of a name.
func (c *mlflowClient) experiment(ctx context.Context, name string) (id string, err error) {
	var found struct {
		Experiment struct {
			ID    string `json:"experiment_id"`
			Stage string `json:"lifecycle_stage"`
		} `json:"experiment"`
	}
	err = c.call(ctx, http.MethodGet, "experiments/get-by-name", url.Values{"experiment_name": {name}}, nil, &found)
	if no, ok := errors.AsType[*refusal](err); ok && no.Code == "RESOURCE_DOES_NOT_EXIST" {
		var made struct {
			ID string `json:"experiment_id"`
		}
		err = c.call(ctx, http.MethodPost, "experiments/create", nil, map[string]any{"name": name}, &made)
		return made.ID, err
	}
	if err == nil && found.Experiment.Stage == "deleted" {
		return "", problem.Advise(fmt.Errorf("MLflow at %s: the experiment %s has been deleted", c.base.Redacted(), name), "restore it, or delete it for good: \"mlflow experiments restore\", \"mlflow gc\"")
	}
	return found.Experiment.ID, err
}

// mlKnown is a run that is there.
type mlKnown struct {
	id     string
	tags   map[string]string
	latest map[string]mlMetric // newest value of each metric
}

// runs are those of earlier exports, by their points.
func (c *mlflowClient) runs(ctx context.Context, experiment string) (map[string]mlKnown, error) {
	out := map[string]mlKnown{}
	ask := map[string]any{"experiment_ids": []string{experiment}, "max_results": pageOfRuns, "run_view_type": "ACTIVE_ONLY"}
	for {
		var page struct {
			Runs []struct {
				Info struct {
					ID string `json:"run_id"`
				} `json:"info"`
				Data struct {
					Tags    []mlPair   `json:"tags"`
					Metrics []mlMetric `json:"metrics"`
				} `json:"data"`
			} `json:"runs"`
			Next string `json:"next_page_token"`
		}
		if err := c.call(ctx, http.MethodPost, "runs/search", nil, ask, &page); err != nil {
			return nil, err
		}
		for _, r := range page.Runs {
			k := mlKnown{id: r.Info.ID, tags: map[string]string{}, latest: map[string]mlMetric{}}
			for _, t := range r.Data.Tags {
				k.tags[t.Key] = t.Value
			}
			for _, m := range r.Data.Metrics {
				k.latest[m.Key] = m
			}
			if point := k.tags[tagPoint]; point != "" {
				out[point] = k
			}
		}
		if page.Next == "" {
			return out, nil
		}
		ask["page_token"] = page.Next
	}
}

// create makes a run, which says at once which trial it is.
func (c *mlflowClient) create(ctx context.Context, experiment string, w mlRun) (id string, err error) {
	var made struct {
		Run struct {
			Info struct {
				ID string `json:"run_id"`
			} `json:"info"`
		} `json:"run"`
	}
	err = c.call(ctx, http.MethodPost, "runs/create", nil, map[string]any{"experiment_id": experiment, "run_name": w.name, "start_time": w.start, "tags": w.tags}, &made)
	return made.Run.Info.ID, err
}

// fill writes what a run lacks: its end, and then the rest in as few batches as the
// server takes. Params and tags may be said twice; a metric is left out where its last
// value is there. That all is written is said last.
func (c *mlflowClient) fill(ctx context.Context, r mlKnown, w mlRun) error {
	if err := c.call(ctx, http.MethodPost, "runs/update", nil, map[string]any{"run_id": r.id, "status": w.status, "end_time": w.end}, nil); err != nil {
		return err
	}
	last := map[string]mlMetric{}
	for _, m := range w.metrics {
		last[m.Key] = m
	}
	maps.DeleteFunc(last, func(key string, m mlMetric) bool { return r.latest[key] != m })
	metrics := slices.DeleteFunc(slices.Clone(w.metrics), func(m mlMetric) bool { _, whole := last[m.Key]; return whole })
	params := w.params
	for {
		n, k := min(len(params), maxParams), min(len(metrics), maxMetrics)
		batch := map[string]any{"run_id": r.id, "params": params[:n]}
		if k > 0 { // null is refused
			batch["metrics"] = metrics[:k]
		}
		params, metrics = params[n:], metrics[k:]
		done := len(params)+len(metrics) == 0
		if done {
			batch["tags"] = append(slices.Clone(w.tags), mlPair{tagWritten, w.digest})
		}
		if err := c.call(ctx, http.MethodPost, "runs/log-batch", nil, batch, nil); err != nil || done {
			return err
		}
	}
}
