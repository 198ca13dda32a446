import numpy as np
from assay_plugin.testing import fit, recording, reloaded

from first_edition import FirstEdition


def test_it_finds_the_plane_that_the_data_lie_on():
    r = recording()  # points near a ring: two directions hold most
    model, events = fit(FirstEdition(), r, dims=2)
    curve = [share for _, share in events.metrics["captured"]]
    assert np.all(np.diff(curve) > -1e-6)
    assert FirstEdition().evaluate(model, r.on("test"))["captured"] > 0.9
    assert FirstEdition().embed(model, r).shape == (len(r), 2)


def test_equal_seeds_give_equal_models_and_saving_changes_nothing():
    method, r = FirstEdition(), recording()
    (one, _), (two, _) = fit(method, r, seed=7), fit(method, r, seed=7)
    assert np.array_equal(method.embed(one, r), method.embed(two, r))
    assert np.array_equal(method.embed(one, r), method.embed(reloaded(method, one), r))
