"""Prints some of what tbparse and TensorBoard find in a folder of event files."""
import glob
import os
import sys

from tbparse import SummaryReader
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import metadata

root = sys.argv[1]
found = SummaryReader(root, extra_columns={"dir_name"})
print("runs", found.hparams.dir_name.nunique())
first = [os.path.relpath(f, root) for f in glob.glob(f"{root}/plain/tiny/seed-9223372036854775808-*")][0]
scalars = found.scalars[found.scalars.dir_name == first]
curve = scalars[scalars.tag == "curve/loss"]
print("curve", [(int(s), round(float(v), 3)) for s, v in zip(curve.step, curve.value)])
settings = found.hparams[found.hparams.dir_name == first].sort_values("tag")
print("settings", " ".join(f"{t}={v}" for t, v in zip(settings.tag, settings.value)))

own = EventAccumulator(os.path.join(root, first))
own.Reload()
score = own.Scalars("test/m/score")
print("score", round(score[0].value, 3), "at", round(score[0].wall_time, 2))
content = own.summary_metadata
start = metadata.parse_session_start_info_plugin_data(content["_hparams_/session_start_info"].plugin_data.content)
print("session", round(start.start_time_secs, 2))
statuses = set()
for f in glob.glob(f"{root}/*/*/*"):
    run = EventAccumulator(f)
    run.Reload()
    statuses.add(metadata.parse_session_end_info_plugin_data(run.summary_metadata["_hparams_/session_end_info"].plugin_data.content).status)
print("status", *sorted(statuses))
