"""What an author builds on: streams of randomness, saved models, testing helpers."""

from dataclasses import dataclass

import numpy as np
import pytest

import assay_plugin as assay
from assay_plugin.testing import fit, recording, reloaded


@dataclass
class Model:
    mean: np.ndarray
    layers: list
    note: str


class Toy(assay.Method):
    name, version, model = "toy", "1", Model

    def train(self, run):
        run.progress(1, 1, "fits")
        run.metric("loss", 1, np.float32(0.5))
        return Model(run.data.train().samples.mean(axis=0), [{"w": np.eye(2)}, np.float64(1 / 3)], "μ")

    def embed(self, model, recording):
        return recording.samples - model.mean


def test_a_model_of_plain_parts_is_saved_without_pickle():
    model, events = fit(Toy(), recording())
    again = reloaded(Toy(), model)
    assert isinstance(again, Model) and again.note == "μ" and again.layers[1] == 1 / 3
    assert np.array_equal(again.mean, model.mean) and again.mean.dtype == model.mean.dtype
    assert np.array_equal(again.layers[0]["w"], np.eye(2))
    assert events.progress == [(1, 1, "fits")] and events.metrics == {"loss": [(1, 0.5)]}


@pytest.mark.parametrize("part", [object(), np.array([object()]), {1: 2}, {"$array": 0}])
def test_anything_else_is_refused_with_its_place(part, tmp_path):
    with pytest.raises(assay.Failure, match=r"the model\['note'\]") as e:
        Toy().save(Model(np.zeros(1), [], part), str(tmp_path))
    assert "override save and load" in e.value.hint


def test_a_model_of_another_version_is_refused(tmp_path):
    Toy().save(Model(np.zeros(1), [], ""), str(tmp_path))

    class Newer(Toy):
        version = "2"

    with pytest.raises(assay.Failure, match="saved by toy 1, this is toy 2"):
        Newer().load(str(tmp_path))


def test_a_stream_for_every_purpose():
    def draw(seed, purpose):
        run = assay.Training(None, None, seed, 1, "", None)
        return run.rng(purpose).random(), run.seed_for(purpose)

    assert draw(1, "init") == draw(1, "init")
    assert len({draw(1, "init"), draw(2, "init"), draw(1, "batches"), draw(2**64 - 1, "init")}) == 4
    assert all(0 <= draw(s, "x")[1] < 2**31 for s in range(50))


def test_training_sees_the_train_split_only():
    class Counts(Toy):
        def train(self, run):
            return Model(np.array([len(run.data.train())]), [], "")

    model, _ = fit(Counts(), recording(200))
    assert model.mean == [160]
