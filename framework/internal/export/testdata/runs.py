"""Prints some of what MLflow's own client finds on a server."""
import sys

import mlflow
from mlflow.tracking import MlflowClient

mlflow.set_tracking_uri(sys.argv[1])
runs = mlflow.search_runs(experiment_names=["assay/made"])
print("runs", len(runs), "trials", runs["tags.assay.trial"].nunique())
print(*(f"{s} {n}" for s, n in sorted(runs.status.value_counts().items())))
first = runs[runs["tags.assay.trial"].str.lstrip("0") == "1"].iloc[0]
p = {k: first[f"params.{k}"] for k in ("settings.rule", "settings.rate", "settings.width", "seed")}
print("rule", p["settings.rule"], "rate", p["settings.rate"], "width", p["settings.width"], "seed", p["seed"])
print("score", first["metrics.test/m/score"], first["metrics.train/m/score"])
print("start", first.start_time)
client = MlflowClient(sys.argv[1])
for run in runs.run_id:
    history = [(m.step, m.value) for m in client.get_metric_history(run, "curve/loss")]
    assert len(history) == len(set(history)) and len(history) in (0, 4), history
    if run == first.run_id:
        print("history", sorted(history))
