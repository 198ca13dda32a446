import os

import numpy as np
import pytest
from assay_plugin.testing import fit, recording, reloaded
from autoencoder import Autoencoder


@pytest.mark.parametrize("beta", [0.0, 0.5])
def test_resumed_training_gives_the_uninterrupted_model(tmp_path, beta):
    method, r = Autoencoder(), recording()
    whole, _ = fit(method, r, dims=2, epochs=25, beta=beta)
    fit(method, r, dims=2, epochs=25, beta=beta, checkpoints=str(tmp_path), until=22)
    assert os.listdir(tmp_path) == ["checkpoint-22"]
    rest, events = fit(method, r, dims=2, epochs=25, beta=beta, checkpoints=str(tmp_path))
    assert events.checkpoints == [(22, True)] and len(events.metrics["loss"]) == 3
    for name, w in whole["weights"].items():
        assert np.array_equal(w, rest["weights"][name]), name


def test_it_learns_and_saves_what_it_learned():
    method, r = Autoencoder(), recording()
    model, events = fit(method, r, dims=2, epochs=60)
    losses = [v for _, v in events.metrics["loss"]]
    assert losses[-1] < 0.5 * losses[0]
    assert method.evaluate(model, r.on("test"))["reconstruction_r2"] > 0.5
    assert np.array_equal(method.embed(model, r), method.embed(reloaded(method, model), r))
