package main

import (
	"testing"
)

// EIT's family on recordings, short: a linear decoder of bins, which two prototypes
// had at 0.66 and 0.69; the individual module after a few quick epochs; and heads
// on an individual module of another session and on one that has learned nothing.
func TestEIT(t *testing.T) {
	needRecordings(t)
	tables := short(t, `
datasets:
  chewie-1: {source: catalogue/chewie-1, split: &recorded {by: trial, train: 0.8, test: 0.2}}
  across:
    roles:
      pretrain: {source: catalogue/chewie-1-moving, split: *recorded}
      main: {source: catalogue/chewie-2-moving, split: *recorded}
methods:
  linear: {plugin: eit, settings: {model: linear, centring: own}, datasets: [chewie-1]}
  individual: {plugin: eit, settings: {depth_s: 0, epochs: 4, learning_rate: 1.0e-3}, datasets: [chewie-1]}
  transferred: {plugin: eit, settings: {transfer: individual, windows: consecutive, depth_s: 0, epochs: 4, learning_rate: 1.0e-3, head_rate: 1.0e-3, head_epochs: 100}, datasets: [across]}
  untrained: {plugin: eit, settings: {transfer: untrained, windows: consecutive, depth_s: 0, head_rate: 1.0e-3, head_epochs: 100}, datasets: [across]}
tables:
  - {name: within, rows: method, cols: metric, cell: [accuracy, windows, units], datasets: [chewie-1], methods: [linear, individual]}
  - {name: across, rows: method, cols: metric, cell: [accuracy, windows, units], datasets: [across], methods: [transferred, untrained]}
`)
	within := tables("within")
	across := tables("across")
	holdSpans(t,
		span{"accuracy of linear", within["linear accuracy accuracy"], 0.62, 0.73},
		span{"accuracy of the individual module", within["individual accuracy accuracy"], 0.4, 0.85},
		span{"windows", within["individual windows windows"], 192, 192},
		span{"units", within["individual units units"], 163, 163},
		span{"accuracy after transfer", across["transferred accuracy accuracy"], 0.3, 0.95},
		span{"accuracy without training", across["untrained accuracy accuracy"], 0.3, 0.95},
		span{"units of the other session", across["transferred units units"], 147, 147})
}
