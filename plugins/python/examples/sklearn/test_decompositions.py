import numpy as np
import pytest
from assay_plugin.testing import fit, recording, reloaded
from decompositions import Decompositions, Settings, _estimator, _scaled


@pytest.mark.parametrize("algorithm", ["pca", "ica", "fa", "nmf"])
def test_saved_arrays_transform_as_the_estimator_does(algorithm):
    method, r = Decompositions(), recording()
    model, _ = fit(method, r, algorithm=algorithm, dims=3, seed=5)
    x = _scaled(model, r)
    fresh = _estimator(Settings(algorithm=algorithm, dims=3), seed=_seed(5)).fit(x[r.split == 1])
    np.testing.assert_allclose(method.embed(reloaded(method, model), r), fresh.transform(x), rtol=1e-6, atol=1e-8)
    metrics = method.evaluate(model, r.on("test"))
    assert 0.5 < metrics["reconstruction_r2"] < 1


def _seed(seed):
    import assay_plugin

    return assay_plugin.Training(None, None, seed, 1, "", None).seed_for("estimator")


@pytest.mark.parametrize("settings, why", [(dict(dims=13), "13 components asked of 160 samples of 12 channels"), (dict(algorithm="nmf", dims=2), "not negative")])
def test_refusals(settings, why):
    import assay_plugin
    from dataclasses import replace

    r = recording()
    r = replace(r, samples=r.samples - 5) if "algorithm" in settings else r
    with pytest.raises(assay_plugin.Refuse, match=why):
        fit(Decompositions(), r, **settings)
