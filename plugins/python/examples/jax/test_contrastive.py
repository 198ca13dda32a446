import numpy as np
from assay_plugin.testing import fit, recording, reloaded
from contrastive import Contrastive


def test_training_in_parts_gives_the_uninterrupted_model(tmp_path):
    method, r = Contrastive(), recording(200)
    whole, _ = fit(method, r, dims=2, steps=30, batch=16)
    for until in (7, 20, 0):
        parts, _ = fit(method, r, dims=2, steps=30, batch=16, checkpoints=str(tmp_path), until=until)
    assert all(np.array_equal(a, b) for a, b in zip(whole["weights"], parts["weights"]))


def test_it_learns_and_saves_what_it_learned():
    method, r = Contrastive(), recording(400)
    r = r.rows(np.argsort(r.target("angle").values[:, 0], kind="stable"))  # so that time means something
    r.trial.setflags(write=True)
    r.trial[:] = np.arange(len(r)) // 100
    model, events = fit(method, r, dims=3, steps=200, batch=64)
    losses = [v for _, v in events.metrics["loss"]]
    assert losses[-1] < losses[0] - 0.2 < np.log(64)  # chance
    z = method.embed(model, r)
    np.testing.assert_allclose(np.linalg.norm(z, axis=1), 1, rtol=1e-5)
    assert np.array_equal(z, method.embed(reloaded(method, model), r))
