package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/assaylab/assay/framework/internal/study"
	"github.com/assaylab/assay/framework/internal/trial"
)

func (a *app) planCommand() *cobra.Command {
	var sets []string
	var dir string
	var asJSON, locked bool
	cmd := &cobra.Command{
		Use:   "plan FILE",
		Short: "Show what a sweep would run: cached, new, failed",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			file, err := a.shipped(args[0])
			if err != nil {
				return err
			}
			s, giveBack, err := a.openStudy(ctx, file, sets, study.NewPins(locked))
			if err != nil {
				return err
			}
			defer giveBack()
			l, err := s.View(ctx, a.results(dir))
			if err != nil {
				return err
			}
			defer l.Close()
			if asJSON {
				variants, _ := l.Waiting()
				power, err := l.Power(ctx)
				if err != nil {
					return err
				}
				return json.NewEncoder(a.out).Encode(struct {
					Sweep string `json:"sweep"`
					study.Counts
					Waiting   int               `json:"waiting_for_selection"`
					Following int               `json:"following,omitempty"`
					Searches  []study.Searching `json:"searches,omitempty"`
					Power     []study.Power     `json:"power,omitempty"`
				}{s.Sweep.Name, l.Count(nil), variants, l.Following(), l.Searches(), power})
			}
			return a.printPlan(ctx, s, l)
		},
	}
	cmd.Flags().StringArrayVar(&sets, "set", nil, "set a scalar of the sweep, `PATH=VALUE` (repeatable)")
	cmd.Flags().StringVar(&dir, "results", "", "folder of results")
	cmd.Flags().BoolVar(&locked, "locked", false, "refuse plugins and datasets that differ from assay.lock")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func (a *app) printPlan(ctx context.Context, s *study.Study, l *study.Ledger) error {
	fmt.Fprintf(a.out, "sweep %s\n\n", s.Sweep.Name)
	rows := [][]string{}
	for _, m := range s.Sweep.Methods {
		for _, d := range s.Sweep.Datasets {
			c := l.Count(func(p *study.Point) bool { return p.Method == m.ID && p.Dataset == d.ID })
			if c.Trials > 0 {
				rows = append(rows, []string{m.ID, d.ID, fmt.Sprint(c.Trials), fmt.Sprint(c.Cached), fmt.Sprint(c.New), fmt.Sprint(c.Failed)})
			}
		}
	}
	c := l.Count(nil)
	rows = append(rows, []string{"total", "", fmt.Sprint(c.Trials), fmt.Sprint(c.Cached), fmt.Sprint(c.New), fmt.Sprint(c.Failed)})
	grid(a.out, []string{"method", "dataset", "trials", "cached", "new", "failed"}, rows)
	for _, k := range s.Sweep.Skipped() {
		fmt.Fprintf(a.out, "skipped: %s on %s: %s\n", k.Method, k.Dataset, k.Reason)
	}
	if variants, trials := l.Waiting(); trials > 0 {
		fmt.Fprintf(a.out, "%d ablation(s) with %d trials follow once settings have been selected\n", variants, trials)
	}
	for _, k := range l.Searches() {
		switch {
		case k.Word != "":
			fmt.Fprintln(a.out, k.Word)
		case !k.Over:
			fmt.Fprintf(a.out, "search of %s: %d of %d configurations are known; up to %d trials follow as results come in\n", k.Name(), k.Asked, k.Of, k.Follow)
		}
	}
	if c.Score > 0 {
		fmt.Fprintf(a.out, "%d of the new ones are trained already: they are only scored\n", c.Score)
	}
	notes, err := l.Notes(ctx)
	if err != nil {
		return err
	}
	for _, n := range notes {
		fmt.Fprintf(a.out, "note: %s\n", n)
	}
	if err := a.printPower(ctx, l); err != nil {
		return err
	}
	points := l.Points()
	if n := len(points); n > 0 {
		fmt.Fprintf(a.out, "first: %s  %s\nlast:  %s  %s\n", trial.Short(points[0].Key), study.Label(points[0].Point), trial.Short(points[n-1].Key), study.Label(points[n-1].Point))
	}
	if c.New+c.Failed > 0 {
		jobs := a.printJobs(s, c.New+c.Failed, s.Workers(0))
		t, ok, err := l.Forecast(ctx, jobs)
		if err != nil {
			return err
		}
		if ok && t.About > 0 {
			fmt.Fprintf(a.out, "forecast: about %v with %d at a time, nine times out of ten %v to %v (from earlier trials, as this machine was then)\n",
				t.About.Round(time.Second), jobs, t.Low.Round(time.Second), t.High.Round(time.Second))
		}
	}
	return nil
}

// printJobs says what a cluster is asked for, and returns how many trials run at a
// time there.
func (a *app) printJobs(s *study.Study, open, here int) int {
	if s.Sweep.Run.Executor != "slurm" {
		return here
	}
	slots := max(1, s.Sweep.Run.Jobs)
	workers := min(s.Sweep.Run.Slurm.Workers, (open+slots-1)/slots)
	fmt.Fprintf(a.out, "slurm: up to %d worker(s) of %d trial(s) at a time: sbatch %s\n", workers, slots, strings.Join(s.Directives(), " "))
	if t := s.Sweep.Run.Slurm.Time; t > 0 {
		fmt.Fprintf(a.out, "slurm: at most %.1f worker hours before new workers are asked for; they end when nothing is left to do\n", float64(workers)*t.Hours())
	}
	return workers * slots
}

// printPower says what the tables will be able to show.
func (a *app) printPower(ctx context.Context, l *study.Ledger) error {
	power, err := l.Power(ctx)
	if err != nil {
		return err
	}
	assumed := false
	for _, p := range power {
		rng, mark := "", ""
		if p.Least != p.Most {
			rng = fmt.Sprintf(" (%.2g to %.2g)", p.Least, p.Most)
		}
		if p.Assumed {
			assumed, mark = true, " (assumed)"
		}
		fmt.Fprintf(a.out, "power: table %s, %s, %s: %d seeds and %d test cases show a true difference of %.2g%s four times out of five%s\n", p.Table, p.Dataset, p.Metric, p.Seeds, p.Cases, p.Median, rng, mark)
	}
	if assumed {
		fmt.Fprintf(a.out, "power, assumed: %s; once trials are recorded, they tell\n", study.Assumption)
	}
	return nil
}
