"""Readers of recordings, as the host asks them."""

import json

import grpc
import numpy as np
import pytest

from assay_plugin import wire
from assay_plugin.wire import importer_pb2 as pb

READER = """
import assay_plugin as assay
import numpy as np


class Reader(assay.Importer):
    name, version, summary = "toy", "1", "reads .toy, which are .npz"

    def formats(self):
        return [assay.Format("toy", [".toy"], b"PK"), assay.Format("other", [".oth"], missing="pip install other")]

    def inspect(self, path, format):
        with np.load(path) as f:
            items = [assay.Item("rates", "array", f["rates"].dtype.str, f["rates"].shape, unit="Hz", rate=20.0)]
            items.append(assay.Item("units/spike_times", "ragged", "<f8", (2,), len(f["times"]), unit="s", table="units"))
        items.append(assay.Item("units/area", "text", "text", (2,), table="units"))
        return assay.Contents("toy", items, {"subject": "M"}, ["nothing was left out"])

    def extract(self, path, format, items):
        with np.load(path) as f:
            for name in items:
                if name == "rates":
                    yield name, f["rates"]
                elif name == "units/area":
                    yield name, ["M1", "PMd"]
                else:
                    yield name, assay.Ragged(f["times"], np.array([0, 3, 5]))


assay.serve(Reader)
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "day.toy"
    with open(path, "wb") as f:
        np.savez(f, rates=np.arange(12, dtype=">i2").reshape(4, 3), times=np.linspace(0, 1, 5))
    return path


def extract(p, file, out, items, **more):
    request = pb.ExtractRequest(path=str(file), items=items, out_dir=str(out), **more)
    return list(p.channel.unary_stream(f"/{wire.IMPORTER_SERVICE}/Extract", response_deserializer=pb.ExtractEvent.FromString)(request.SerializeToString(), timeout=60))


def test_what_it_reads_and_what_a_file_holds(launch_file, file):
    p = launch_file(READER)
    formats = p.call(wire.IMPORTER_SERVICE, "Formats", pb.FormatsRequest(), pb.FormatsReply)
    assert [(f.name, list(f.endings), f.magic, f.missing) for f in formats.formats] == [("toy", [".toy"], b"PK", ""), ("other", [".oth"], b"", "pip install other")]
    c = p.call(wire.IMPORTER_SERVICE, "Inspect", pb.InspectRequest(path=str(file)), pb.InspectReply)
    assert (c.format, dict(c.about), list(c.notes)) == ("toy", {"subject": "M"}, ["nothing was left out"])
    assert [(i.name, i.kind, i.type, list(i.shape), i.values, i.table) for i in c.items] == [
        ("rates", pb.ARRAY, ">i2", [4, 3], 0, ""), ("units/spike_times", pb.RAGGED, "<f8", [2], 5, "units"), ("units/area", pb.TEXT, "text", [2], 0, "units")]


def test_items_become_files_of_their_own_type(launch_file, file, tmp_path):
    p, out = launch_file(READER), tmp_path / "out"
    out.mkdir()
    events = extract(p, file, out, ["rates", "units/area", "units/spike_times"])
    items = {e.item.name: e.item for e in events if e.HasField("item")}
    rates = np.load(out / items["rates"].file)
    assert rates.dtype.str == "<i2" and rates.tolist() == np.arange(12).reshape(4, 3).tolist()
    times = items["units/spike_times"]
    assert np.load(out / times.file).dtype == np.float64 and np.load(out / times.offsets).tolist() == [0, 3, 5]
    assert json.loads((out / items["units/area"].text).read_text()) == ["M1", "PMd"]
    last = [e.progress for e in events if e.HasField("progress")][-1]
    assert last.done == last.total == 24 + 40


@pytest.mark.parametrize("items, more, message", [
    (["rate"], {}, 'day.toy holds no "rate"'),
    (["rates"], {"max_bytes": 23}, "the items are 24 bytes, 23 are allowed"),
])
def test_nonsense_is_refused(launch_file, file, tmp_path, items, more, message):
    with pytest.raises(grpc.RpcError) as e:
        extract(launch_file(READER), file, tmp_path, items, **more)
    assert (e.value.code().name, e.value.details()) == ("INVALID_ARGUMENT", message)
    assert not list(tmp_path.glob("*.npy"))
