"""HDF5, NWB and MATLAB 7.3 as assay_plugin.hdf5 lists and extracts them."""

import datetime
import io
import os
from pathlib import Path

import numpy as np
import pytest

import assay_plugin as assay
from assay_plugin.hdf5 import HDF5

h5py = pytest.importorskip("h5py")
REAL = Path(__file__).parents[3] / "framework/internal/source/.nwb"  # of pynapple's source distribution


def value(x):
    """What the host finds in the files that Extract writes."""
    if isinstance(x, assay.Blocks):
        f = io.BytesIO()
        x.write(f)
        f.seek(0)
        return np.load(f)
    if isinstance(x, assay.Ragged):
        v = value(x.values)
        return [v[a:b].tolist() for a, b in zip(x.offsets[:-1], x.offsets[1:])]
    return x


def read(path):
    reader = HDF5()
    contents = reader.inspect(str(path), "")
    items = {i.name: i for i in contents.items}
    values = {name: value(x) for name, x in reader.extract(str(path), contents.format, list(items))}
    for name, i in items.items():
        if i.kind == "array":
            assert values[name].shape == tuple(i.shape) and values[name].dtype == np.dtype(i.type), name
        elif i.kind == "text":
            assert len(values[name]) == np.prod(i.shape, dtype=int), name
        else:
            assert len(values[name]) == i.shape[0] and sum(map(len, values[name])) == i.values, name
    return contents, items, values


@pytest.mark.parametrize("libver", ["earliest", "v110", "latest"])
def test_hdf5(tmp_path, libver):
    rates = np.arange(24, dtype=">f8").reshape(6, 4)
    with h5py.File(tmp_path / "other.h5", "w", libver=libver) as f:
        f["away"] = np.zeros(3)
    with h5py.File(tmp_path / "day.h5", "w", libver=libver) as f:
        f.attrs["subject"] = "M"
        f.create_dataset("neural/rates", data=rates, chunks=(4, 2), compression="gzip", shuffle=True)
        f["trial"] = np.repeat([1, 2], 3).astype("u1")
        f["side"] = np.array(["left", "right"] * 3, dtype=h5py.string_dtype())
        f["fixed"] = np.array([b"N", b"W"] * 3)
        f["moving"] = np.array([True, False] * 3)
        f["again"] = h5py.SoftLink("/neural/rates")
        f["neural/up"] = h5py.SoftLink("/")
        f["elsewhere"] = h5py.ExternalLink("other.h5", "away")
        f["nowhere"] = h5py.SoftLink("/gone")
        f["complex"] = np.zeros(2, complex)
        f["empty"] = h5py.Empty("f4")
        f["table"] = np.array([(1.5, 2, b"a"), (2.5, 3, b"b")], dtype=[("t", "f4"), ("n", "i2"), ("name", "S1")])
        v = f.create_dataset("times", 2, dtype=h5py.vlen_dtype("f8"))
        v[0], v[1] = [1.0, 2.0, 3.0], []
        f["wide"] = np.longdouble([1, 2])
    contents, items, values = read(tmp_path / "day.h5")
    assert contents.format == "hdf5" and contents.about["subject"] == "M"
    assert values["neural/rates"].tolist() == values["again"].tolist() == rates.tolist()
    assert items["neural/rates"].type == "<f8" and items["trial"].type == "|u1" and items["moving"].type == "|b1"
    assert values["side"] == ["left", "right"] * 3 and values["fixed"] == ["N", "W"] * 3
    assert values["times"] == [[1, 2, 3], []]
    assert values["table/t"].tolist() == [1.5, 2.5] and values["table/name"] == ["a", "b"] and items["table/n"].table == "table"
    assert values["wide"].tolist() == [1, 2]
    assert not any(n.startswith("neural/up/neural/up") for n in items)
    for name, why in {"elsewhere": "other.h5", "nowhere": "nowhere", "complex": "complex numbers", "empty": "empty"}.items():
        assert name not in items and any(n.startswith(name) and why in n for n in contents.notes), contents.notes


def test_values_in_other_files_are_left_out(tmp_path):
    (tmp_path / "raw.bin").write_bytes(bytes(80))
    with h5py.File(tmp_path / "a.h5", "w") as f:
        f["x"] = np.arange(4.0)
    layout = h5py.VirtualLayout((4,), "f8")
    layout[:] = h5py.VirtualSource("a.h5", "x", (4,))
    with h5py.File(tmp_path / "day.h5", "w") as f:
        f.create_dataset("raw", (10,), "f8", external=[("raw.bin", 0, 80)])
        f.create_virtual_dataset("virtual", layout)
    contents, items, _ = read(tmp_path / "day.h5")
    assert not items and len(contents.notes) == 2


def test_what_is_no_hdf5_is_refused(tmp_path):
    (tmp_path / "day.nwb").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    with pytest.raises(assay.Refuse, match="day.nwb is no HDF5 file, or it is damaged"):
        HDF5().inspect(str(tmp_path / "day.nwb"), "")


def day(path):
    """Writes what labs write, with PyNWB."""
    import pynwb

    nwb = pynwb.NWBFile("a day", "day-3", datetime.datetime(2026, 3, 1, tzinfo=datetime.timezone.utc), session_id="3",
                        subject=pynwb.file.Subject(subject_id="M", species="Macaca mulatta", age="P5Y", sex="M"))
    rng = np.random.default_rng(1)
    nwb.add_unit_column("quality", "by hand")
    for quality in ["good", "mua", "good"]:
        nwb.add_unit(spike_times=np.sort(rng.uniform(0, 9, rng.integers(5, 9))), quality=quality)
    nwb.add_trial_column("go_cue", "when to go")
    nwb.add_trial_column("side", "where to")
    for i in range(3):
        nwb.add_trial(start_time=3.0 * i, stop_time=3.0 * i + 2, go_cue=3.0 * i + 0.5, side=["left", "right"][i % 2])
    nwb.add_epoch(0.0, 4.5, tags=["early"])
    behaviour = nwb.create_processing_module("behavior", "of the hand")
    behaviour.add(pynwb.behavior.Position(spatial_series=pynwb.behavior.SpatialSeries(name="hand", data=rng.normal(size=(90, 2)), timestamps=np.arange(90) / 10, unit="cm", reference_frame="screen")))
    nwb.add_acquisition(pynwb.TimeSeries(name="force", data=rng.normal(size=180).astype("f4"), starting_time=0.25, rate=20.0, unit="N", conversion=0.5))
    with pynwb.NWBHDF5IO(path, "w") as out:
        out.write(nwb)


def test_nwb(tmp_path):
    day(str(tmp_path / "day.nwb"))
    contents, items, _ = read(tmp_path / "day.nwb")
    assert contents.about["subject"] == "M" and contents.about["session"] == "3"
    assert items["units/spike_times"].kind == "ragged" and items["units/spike_times"].table == "units"
    assert items["processing/behavior/Position/hand/data"].times == "processing/behavior/Position/hand/timestamps"
    assert items["processing/behavior/Position/hand/data"].unit == "cm"
    force = items["acquisition/force/data"]
    assert (force.rate, force.start, force.unit) == (20.0, 0.25, "") and "times 0.5 plus 0 it is in N" in force.doc
    assert items["intervals/trials/side"].kind == "text" and not any(n.startswith("general/subject") for n in items)
    same_as_pynwb(tmp_path / "day.nwb", 9)


@pytest.mark.parametrize("path", sorted(REAL.glob("*.nwb")), ids=lambda p: p.stem)
def test_real_nwb(path):
    same_as_pynwb(path, 2)


def test_there_are_real_files():
    if os.environ.get("CI") == "true":
        assert len(list(REAL.glob("*.nwb"))) == 7


def same_as_pynwb(path, least):
    """Compares every column of a table and every series with what PyNWB reads."""
    import pynwb
    from hdmf.common import DynamicTable, VectorIndex

    _, items, values = read(path)
    n = 0
    with pynwb.NWBHDF5IO(str(path), "r") as source:
        for x in source.read().objects.values():
            if isinstance(x, pynwb.TimeSeries):
                name = x.data.name.strip("/") if hasattr(x.data, "name") else ""
                if name not in items:
                    continue
                np.testing.assert_array_equal(values[name], x.data[:])
                if x.timestamps is not None:
                    np.testing.assert_array_equal(values[items[name].times], x.timestamps[:])
                else:
                    assert (items[name].rate, items[name].start) == (x.rate, x.starting_time)
                n += 1
            elif isinstance(x, DynamicTable):
                for column in x.columns:
                    target = column.target if isinstance(column, VectorIndex) else column
                    name = getattr(target.data, "name", "").strip("/")
                    if name not in items or isinstance(column, VectorIndex) != (items[name].kind == "ragged"):
                        continue
                    if items[name].kind == "ragged":
                        assert values[name] == [np.asarray(column[i]).tolist() for i in range(len(column))]
                    else:
                        assert np.asarray(values[name]).tolist() == [v.decode() if isinstance(v, bytes) else v for v in np.asarray(target.data[:]).tolist()]
                    n += 1
    assert n >= least, n


def matlab(path):
    """Lays out a file as MATLAB's save(file, "-v7.3") does: the class of each value is
    an attribute, axes are backwards, parts of cells lie in #refs#."""
    with h5py.File(path, "w", userblock_size=512) as f:
        refs = f.create_group("#refs#")
        count = iter(range(1000))

        def put(group, name, a, kind, **attributes):
            d = group.create_dataset(name, data=a)
            d.attrs["MATLAB_class"] = np.bytes_(kind)
            for k, v in attributes.items():
                d.attrs[k] = v
            return d

        def cell(group, name, parts):
            made = [p(refs, f"r{next(count)}") for p in parts]
            d = group.create_dataset(name, (len(parts), 1), dtype=h5py.ref_dtype)
            d[:, 0] = [m.ref for m in made]
            d.attrs["MATLAB_class"] = np.bytes_("cell")

        codes = lambda s: np.frombuffer(s.encode("utf-16-le"), "<u2")[:, None]
        day = f.create_group("day")
        day.attrs["MATLAB_class"] = np.bytes_("struct")
        put(day, "fr", np.arange(12.0).reshape(4, 3), "double")  # 3 x 4 in MATLAB
        put(day, "animal", codes("Momo"), "char", MATLAB_int_decode=np.int32(2))
        put(day, "moving", np.array([[1, 0, 1]], "u1"), "logical", MATLAB_int_decode=np.int32(1))
        cell(day, "spikes", [lambda g, n: put(g, n, np.array([[0.1, 0.2, 0.3]]), "double"), lambda g, n: put(g, n, np.array([1, 0], "u8"), "double", MATLAB_empty=np.uint8(1)),
                             lambda g, n: put(g, n, np.array([[0.25]]), "double")])
        cell(day, "sides", [lambda g, n: put(g, n, codes("left"), "char"), lambda g, n: put(g, n, codes("right"), "char")])
        cell(day, "ids", [lambda g, n: put(g, n, np.array([[3.0]]), "double"), lambda g, n: put(g, n, np.array([[7.0]]), "double")])
        s = day.create_group("sparse")
        s.attrs["MATLAB_sparse"] = np.uint64(3)
        s["ir"], s["jc"], s["data"] = np.array([0, 2], "u8"), np.array([0, 1, 1, 2], "u8"), np.array([5.0, 6.0])
        put(f, "when", np.array([[1, 2]], "u4"), "datetime", MATLAB_object_decode=np.int32(3))
    with open(path, "r+b") as f:
        f.write(b"MATLAB 7.3 MAT-file, made by hand".ljust(124) + b"\x00\x02IM")


def test_matlab(tmp_path):
    matlab(tmp_path / "day.mat")
    contents, items, values = read(tmp_path / "day.mat")
    assert contents.format == "matlab"
    assert values["day.fr"].tolist() == np.arange(12.0).reshape(4, 3).tolist()
    assert values["day.animal"] == ["Momo"] and values["day.sides"] == ["left", "right"] and values["day.ids"].tolist() == [3, 7]
    assert values["day.spikes{1}"].tolist() == [[0.1, 0.2, 0.3]] and items["day.spikes{2}"].shape == (0, 1) and values["day.spikes{3}"].tolist() == [[0.25]]
    assert values["day.sparse"].tolist() == [[5, 0, 0], [0, 0, 0], [0, 0, 6]]
    assert not any("#refs#" in n for n in items) and "when was left out: it is an object of class datetime" in contents.notes


@pytest.mark.parametrize("ending", [".parquet", ".feather"])
def test_tables(tmp_path, ending):
    pd, path = pytest.importorskip("pandas"), tmp_path / ("day" + ending)
    pytest.importorskip("pyarrow")
    frame = pd.DataFrame({"unit1": np.arange(3), "side": ["l", "r", None], "cat": pd.Categorical(["x", "y", "x"]), "speed": [0.5, None, 2], "n": pd.array([1, None, 3], "Int64"),
                          "on": [True, False, True], "times": [[0.1, 0.2], [], [0.3]], "when": pd.to_datetime(["2026-03-01"] * 3)})
    frame.to_parquet(path) if ending == ".parquet" else frame.to_feather(path)
    contents, items, values = read(path)
    assert list(items) == ["unit1", "side", "cat", "speed", "n", "on", "times"] and "when was left out" in contents.notes[0]
    assert items["unit1"].type == "<i8" and values["unit1"].tolist() == [0, 1, 2] and values["side"] == ["l", "r", ""] and values["cat"] == ["x", "y", "x"]
    assert np.isnan(values["speed"][1]) and values["n"].tolist()[::2] == [1, 3] and np.isnan(values["n"][1]) and values["times"] == [[0.1, 0.2], [], [0.3]]
    path.write_bytes(b"PAR1 and nothing more")
    with pytest.raises(assay.Refuse, match="is no Parquet or Feather file"):
        HDF5().inspect(str(path), "")
