"""What the importer's tests compare with.

    importer.py count FILE BIN:TABLE ... pynapple's counts, as JSON
    importer.py day FILE               writes an NWB file and prints what is in it
    importer.py matlab FOLDER          writes v5.mat and v73.mat with equal variables
    importer.py table FOLDER           a table as .csv, .parquet and .feather
    importer.py large FILE             an NWB file of 2 GB, most of it never written
    importer.py long FILE              10,000 s of 300 units
"""
import datetime
import json
import sys

import h5py
import numpy as np


def count(path, *asked):
    json.dump([counts(path, float(bin), table) for bin, table in (a.split(":") for a in asked)], sys.stdout)


def counts(path, bin, table):
    import pynapple as nap

    with h5py.File(path) as f:
        times, ends = f["units/spike_times"][:], f["units/spike_times_index"][:]
        units = np.split(times, ends[:-1])
        if table:
            starts, stops = f[table]["start_time"][:], f[table]["stop_time"][:]
        else:  # from 0 to the bin of the last spike
            starts, stops = np.array([0.0]), np.array([(np.floor(times.max() / bin) + 1) * bin])
    bins, counts = [], []
    for a, b in zip(starts, stops):  # one by one: epochs that touch would be joined
        if b - a < bin * (1 - 1e-6):
            continue
        c = nap.TsGroup({i: nap.Ts(u) for i, u in enumerate(units)}, time_support=nap.IntervalSet(0, 1e6)).count(bin, ep=nap.IntervalSet(a, b))
        bins.append(len(c))
        counts.append(np.asarray(c.values, int))
    return {"counts": np.concatenate(counts).ravel().tolist(), "units": len(units), "bins": bins}


def new():
    import pynwb

    return pynwb.NWBFile("a day", "day-3", datetime.datetime(2026, 3, 1, tzinfo=datetime.timezone.utc), session_id="3", subject=pynwb.file.Subject(subject_id="M", species="Macaca mulatta"))


def write(nwb, path):
    import pynwb

    with pynwb.NWBHDF5IO(path, "w") as out:
        out.write(nwb)


def day(path):
    import pynwb

    nwb, rng = new(), np.random.default_rng(3)
    nwb.add_unit_column("quality", "by hand")
    quality = ["good", "mua", "good", "good"]
    # Sampled at 30 kHz, so that many spikes lie on edges of bins.
    spikes = [np.sort(rng.choice(60 * 30_000, 1500, replace=False)) / 30_000 for _ in quality]
    for s, q in zip(spikes, quality):
        nwb.add_unit(spike_times=s, quality=q)
    nwb.add_trial_column("go_cue", "when to go")
    nwb.add_trial_column("side", "where to")
    cues, sides = [], []
    for i in range(21):
        cue = np.nan if i == 7 else 2.5 * i + 1 + 0.01 * i
        side = ["right", "left", "up"][i % 3]
        nwb.add_trial(start_time=2.5 * i, stop_time=2.5 * i + 2, go_cue=cue, side=side)
        if i != 7:
            cues.append(cue)
            sides.append(side)
    hand, when = rng.normal(size=(1200, 2)), np.arange(1200) / 20 + 0.003
    force = rng.normal(size=6000)
    module = nwb.create_processing_module("behavior", "of the hand")
    module.add(pynwb.behavior.Position(spatial_series=pynwb.behavior.SpatialSeries(name="hand", data=hand, timestamps=when, unit="cm", reference_frame="screen")))
    nwb.add_acquisition(pynwb.TimeSeries(name="force", data=force, starting_time=0.0, rate=100.0, unit="N"))
    write(nwb, path)
    # In whole samples of 30 kHz and hundredths, which are exact: 20 bins of 50 ms.
    tick = [np.round(s * 30_000).astype(int) for s, q in zip(spikes, quality) if q == "good"]
    edges = [np.round((c - 0.2) * 30_000).astype(int) + np.arange(21) * 1500 for c in cues]
    counts = np.stack([np.stack([np.histogram(t, e - 0.5)[0] for t in tick], 1) for e in edges])
    middle = np.concatenate([c - 0.2 + (np.arange(20) + 0.5) * 0.05 for c in cues])
    first = np.round(100 * (middle - 0.025)).astype(int)
    json.dump({"counts": counts.ravel().tolist(), "trial": np.repeat(np.arange(20), 20).tolist(), "side": np.repeat(sides, 20).tolist(),
               "position": np.stack([np.interp(middle, when, h) for h in hand.T], 1).ravel().tolist(),
               "force": [float(force[k:k + 5].mean()) for k in first]}, sys.stdout)


def matlab(folder):
    import scipy.io

    rng = np.random.default_rng(4)
    cell = lambda parts: np.array([*parts, None], dtype=object)[:-1, None]
    counts = [5, 3, 6]
    day = {"fr": rng.normal(size=(14, 3)), "trial": np.repeat([4.0, 2, 9], counts)[:, None], "side": cell(np.repeat(["left", "right", "left"], counts).tolist()), "vel": rng.normal(size=(14, 2))}
    trials = {"fr": cell([rng.normal(size=(n, 3)) for n in counts]), "side": cell(["left", "right", "up"])}
    units = {"times": cell([np.sort(rng.uniform(0, 6, n))[:, None] for n in (20, 1, 30)])}
    table = {"start": np.array([[0.0], [2], [4]]), "stop": np.array([[1.5], [3.5], [5.9]])}
    variables = {"day": day, "trials": trials, "units": units, "table": table}
    scipy.io.savemat(f"{folder}/v5.mat", variables)
    with h5py.File(f"{folder}/v73.mat", "w", userblock_size=512) as f:
        refs = f.create_group("#refs#")

        def put(group, name, x):
            if isinstance(x, dict):
                g = group.create_group(name)
                g.attrs["MATLAB_class"] = np.bytes_("struct")
                for k, v in x.items():
                    put(g, k, v)
            elif isinstance(x, str):
                d = group.create_dataset(name, data=np.frombuffer(x.encode("utf-16-le"), "<u2")[:, None])
                d.attrs["MATLAB_class"] = np.bytes_("char")
                return d
            elif x.dtype == object:
                parts = [put(refs, f"r{len(refs)}", v) for v in x.ravel()]
                d = group.create_dataset(name, x.shape[::-1], dtype=h5py.ref_dtype)
                d[0, :] = [p.ref for p in parts]
                d.attrs["MATLAB_class"] = np.bytes_("cell")
            else:
                d = group.create_dataset(name, data=x.T)
                d.attrs["MATLAB_class"] = np.bytes_("double")
                return d

        for k, v in variables.items():
            put(f, k, v)
    with open(f"{folder}/v73.mat", "r+b") as f:
        f.write(b"MATLAB 7.3 MAT-file, made by hand".ljust(124) + b"\x00\x02IM")


def table(folder):
    import pandas as pd

    rng = np.random.default_rng(8)
    frame = pd.DataFrame({f"unit{i}": rng.poisson(2, 12) for i in range(3)})
    frame["trial"] = np.repeat([4, 9, 2], [5, 4, 3])
    frame["side"], frame["cue"] = ["left", "right"] * 6, [0.0, 45.0, 90.5] * 4
    frame["vx"], frame["vy"] = rng.normal(size=12).astype("f4"), rng.normal(size=12).astype("f4")
    frame.loc[3, "vx"], frame.loc[7, "side"] = np.nan, None
    frame.to_csv(f"{folder}/day.csv", index=False)
    frame.to_parquet(f"{folder}/day.parquet")
    frame.to_feather(f"{folder}/day.feather")


def large(path):
    nwb, rng = new(), np.random.default_rng(5)
    for _ in range(20):
        nwb.add_unit(spike_times=np.sort(rng.uniform(0, 60, 600)))
    write(nwb, path)
    with h5py.File(path, "r+") as f:
        g = f["acquisition"].create_group("raw")
        g.create_dataset("data", (30_000 * 350, 100), "i2")  # 2.1 GB, contiguous, never written
        g["starting_time"] = 0.0
        g["starting_time"].attrs["rate"] = 30_000.0


def long(path):
    nwb, rng = new(), np.random.default_rng(6)
    for _ in range(300):
        nwb.add_unit(spike_times=np.sort(rng.uniform(0, 10_000, 50_000)))  # 5 Hz
    write(nwb, path)


{"count": count, "day": day, "matlab": matlab, "large": large, "table": table, "long": long}[sys.argv[1]](*sys.argv[2:])
