import numpy as np
from assay_plugin.testing import fit, recording, reloaded
from contrastive import Contrastive


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
