"""Makes three days of a lab as NWB files: mon.nwb, tue.nwb, wed.nwb.

An animal reaches to one of four targets. Each unit fires with a rate that follows the
direction in which the hand moves; half of a second after the go cue, the hand is there.
The days differ in their units, and in how well they tell the direction.
"""
import datetime

import numpy as np
import pynwb

for day, (name, gain) in enumerate({"mon": 12.0, "tue": 8.0, "wed": 5.0}.items()):
    rng = np.random.default_rng(day)
    nwb = pynwb.NWBFile(
        session_description="centre-out reaches", identifier=f"momo-{name}", session_id=name,
        session_start_time=datetime.datetime(2026, 3, 2 + day, 9, tzinfo=datetime.timezone.utc),
        subject=pynwb.file.Subject(subject_id="Momo", species="Macaca mulatta", age="P6Y", sex="F"))

    # The trial table: a trial every 2.5 s, with a go cue and the direction of its target.
    nwb.add_trial_column("go_cue", "when the target appeared, in seconds")
    nwb.add_trial_column("target_dir", "direction of the target, in degrees")
    cues, directions = [], []
    for i in range(120):
        start = 2.5 * i
        cue, direction = start + 0.4 + rng.uniform(0, 0.2), int(rng.choice([0, 90, 180, 270]))
        nwb.add_trial(start_time=start, stop_time=start + 2.0, go_cue=cue, target_dir=direction)
        cues.append(cue)
        directions.append(direction)

    # The hand, 100 times a second: speed is a bump around half a second after the cue.
    t = np.arange(0, 300, 0.01)
    velocity = np.zeros((len(t), 2))
    for cue, direction in zip(cues, directions):
        speed = 30 * np.exp(-(((t - cue - 0.3) / 0.12) ** 2))
        velocity += speed[:, None] * [np.cos(np.radians(direction)), np.sin(np.radians(direction))]
    behavior = nwb.create_processing_module(name="behavior", description="the hand")
    behavior.add(pynwb.TimeSeries(name="hand_velocity", data=velocity, rate=100.0, starting_time=0.0, unit="cm/s"))

    # Units: cosine tuning to the velocity, Poisson spikes; a few are noise.
    nwb.add_unit_column("quality", "by hand: good or noise")
    for u in range(24):
        noise = u % 6 == 5
        preferred = rng.uniform(0, 2 * np.pi)
        drive = velocity @ [np.cos(preferred), np.sin(preferred)] / 30
        rate = np.full(len(t), 6.0) if noise else np.clip(6 + gain * drive, 0.2, None)
        counts = rng.poisson(rate * 0.01)
        spikes = np.repeat(t, counts) + rng.uniform(0, 0.01, counts.sum())
        nwb.add_unit(spike_times=np.sort(spikes), quality="noise" if noise else "good")

    with pynwb.NWBHDF5IO(f"{name}.nwb", "w") as out:
        out.write(nwb)
