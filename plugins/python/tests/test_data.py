import json

import host
import numpy as np
import pytest

from assay_plugin import Failure, Refuse
from assay_plugin._data import open_dataset


def test_arrays_are_mapped_not_copied(data):
    r = open_dataset(str(data)).role("main")
    assert isinstance(r.samples.base, np.memmap) and not r.samples.flags.writeable
    train = r.train_part()
    assert len(train) == 20 and np.shares_memory(train.samples, r.samples)
    assert np.array_equal(r.on("val").samples, np.load(data / "main.samples.npy")[20:30])
    assert (r.unit, r.bin_seconds) == ("Hz", 0.1)


def test_targets(data):
    r = open_dataset(str(data)).role("main").on("test")
    direction, velocity = r.target("direction"), r.target("velocity")
    assert direction.is_class and direction.classes == 4 and direction.values.shape == (10,)
    assert not velocity.is_class and velocity.values.shape == (10, 2) and velocity.unit == "cm/s"
    with pytest.raises(Refuse) as e:
        r.target("colour")
    assert e.value.hint == "it has direction, velocity"


def test_scattered_rows_keep_their_order(data):
    r = open_dataset(str(data)).role("main")
    assert np.array_equal(r.rows(np.array([5, 2, 9])).samples, np.load(data / "main.samples.npy")[[5, 2, 9]])


def test_an_undivided_recording_is_its_own_train_part(tmp_path):
    folder = host.dataset(tmp_path / "whole")
    about = json.loads((folder / "dataset.json").read_text())
    del about["recordings"]["main"]["split"]
    (folder / "dataset.json").write_text(json.dumps(about))
    r = open_dataset(str(folder)).role("main")
    assert r.train_part() is r and len(r.on("test")) == 0


@pytest.mark.parametrize("change, why", [
    (lambda a: a.update(version=2), "version 2"),
    (lambda a: a["recordings"]["main"]["samples"].update(file="../main.samples.npy"), "no plain name"),
    (lambda a: a["recordings"]["main"]["samples"].update(shape=[41, 5]), "dataset.json says"),
    (lambda a: a["recordings"]["main"].update(samples=a["recordings"]["main"]["trial"]), "dataset.json says"),
    (lambda a: a["recordings"]["main"]["trial"].update(file="absent.npy"), "absent.npy"),
    (lambda a: a["recordings"]["main"].pop("trial"), "trial"),
])
def test_a_folder_that_contradicts_itself_is_refused(data, change, why):
    about = json.loads((data / "dataset.json").read_text())
    change(about)
    (data / "dataset.json").write_text(json.dumps(about))
    with pytest.raises(Failure, match=why):
        open_dataset(str(data))


def test_a_role_may_hold_several_recordings(data):
    d = open_dataset(str(data))
    assert [len(r) for r in d.several("main")] == [len(d.role("main"))]
    more = type(d)({"main": d.role("main"), "main-2": d.role("main").on("test"), "main-4": d.role("main")})
    assert [len(r) for r in more.several("main")] == [len(d.role("main")), len(d.role("main").on("test"))]
    assert len(more.train_several("main")[0]) == len(d.train())
    with pytest.raises(Refuse):
        more.several("pretrain")
