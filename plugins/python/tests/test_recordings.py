"""write_recording from the arrays of the libraries that users have."""

import numpy as np
import pytest

from assay_plugin import write_recording


@pytest.fixture
def written(tmp_path):
    def write(*args, **kw):
        write_recording(tmp_path / "day.npz", *args, **kw)
        with np.load(tmp_path / "day.npz", allow_pickle=False) as f:
            return dict(f)

    return write


X = np.arange(24.0).reshape(8, 3)


def test_numpy(written):
    a = written(X, trials=[1] * 5 + [2] * 3, targets={"side": np.array(["l", "r"]), "speed": X[:, 0]}, bin_seconds=0.1, subject="M", session=3)
    assert a["samples"].tolist() == X.tolist() and a["trial"].tolist() == [1] * 5 + [2] * 3 and a["bin_seconds"] == 0.1
    assert a["side"].tolist() == ["l"] * 5 + ["r"] * 3 and a["speed"].tolist() == X[:, 0].tolist()
    assert (str(a["subject"]), str(a["session"])) == ("M", "3")
    a = written(X.reshape(2, 4, 3).astype(int), scale="counts", bin_seconds=0.05, targets={"side": ["a", "b"]})
    assert a["counts"].tolist() == X.tolist() and a["trial"].tolist() == [0] * 4 + [1] * 4 and a["side"].tolist() == ["a"] * 4 + ["b"] * 4
    a = written([X[:5], X[5:]])
    assert a["samples"].tolist() == X.tolist() and a["trial"].tolist() == [0] * 5 + [1] * 3
    assert written(X[:, 0])["samples"].shape == (8, 1)


@pytest.mark.parametrize("change, message", [
    ({"samples": np.zeros((2, 2, 2, 2))}, "samples must be numbers"),
    ({"samples": np.array([["a"]])}, "samples must be numbers"),
    ({"trials": [1, 2]}, "each of 8 samples"),
    ({"targets": {"side": [1, 2, 3]}, "trials": [1] * 4 + [2] * 4}, "8 samples or 2 trials"),
    ({"targets": {"trial": np.zeros(8)}}, "is no name for a target"),
    ({"scale": "counts"}, "need bin_seconds"),
    ({"scale": "hertz"}, "scale is"),
    ({"path": "day.csv"}, "written as an .npz"),
])
def test_mistakes(tmp_path, change, message):
    with pytest.raises(ValueError, match=message):
        write_recording(**({"path": tmp_path / "day.npz", "samples": X} | change))


def test_pandas(written):
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    a = written(frame, trials=pd.Series([3] * 4 + [1] * 4), targets={"side": pd.Series(["l", "r"]), "cat": pd.Series(list("xyxyxyxy"), dtype="category")})
    assert a["samples"].tolist() == X.tolist() and a["side"].tolist() == ["l"] * 4 + ["r"] * 4 and a["cat"].tolist() == list("xyxyxyxy")


def test_xarray(written):
    xr = pytest.importorskip("xarray")
    cube = xr.DataArray(X.reshape(2, 4, 3), dims=["trial", "time", "unit"], coords={"time": [0.0, 0.1, 0.2, 0.3]})
    for order in (("unit", "time", "trial"), ("trial", "unit", "time")):
        a = written(cube.transpose(*order))
        assert a["samples"].tolist() == X.tolist() and a["trial"].tolist() == [0] * 4 + [1] * 4 and a["bin_seconds"] == 0.1
    with pytest.raises(ValueError, match="must be called trial, time and unit"):
        written(xr.DataArray(X, dims=["x", "y"]))


def test_pynapple(written):
    nap = pytest.importorskip("pynapple")
    group = nap.TsGroup({0: nap.Ts([0.05, 0.1, 0.15, 1.2]), 3: nap.Ts([0.3, 1.25])}, time_support=nap.IntervalSet(0, 2))
    speed = nap.Tsd(t=np.arange(0, 2.01, 0.5), d=np.arange(5.0))
    a = written(group, bin_seconds=0.1, trials=nap.IntervalSet([0, 1], [0.4, 1.5]), targets={"speed": speed, "side": ["l", "r"]})
    assert a["counts"].tolist() == [[1, 0], [2, 0], [0, 0], [0, 1], [0, 0], [0, 0], [1, 1], [0, 0], [0, 0]]
    assert a["trial"].tolist() == [0] * 4 + [1] * 5 and a["side"].tolist() == ["l"] * 4 + ["r"] * 5
    np.testing.assert_allclose(a["speed"].ravel(), (np.r_[0:4, 10:15] + 0.5) * 0.2)
    a = written(nap.TsdFrame(t=np.arange(8) / 20, d=X))
    assert a["samples"].tolist() == X.tolist() and a["bin_seconds"] == 0.05


def test_neo(written):
    neo = pytest.importorskip("neo")
    import quantities as pq

    trains = [neo.SpikeTrain([50, 100, 150] * pq.ms, t_start=0 * pq.s, t_stop=0.4 * pq.s), neo.SpikeTrain([0.3] * pq.s, t_start=0 * pq.s, t_stop=0.4 * pq.s)]
    want = [[1, 0], [2, 0], [0, 0], [0, 1]]
    assert written(trains, bin_seconds=0.1)["counts"].tolist() == want
    block = neo.Block()
    for _ in range(2):
        segment = neo.Segment()
        segment.spiketrains.extend(trains)
        block.segments.append(segment)
    a = written(block, bin_seconds=0.1, targets={"side": ["l", "r"]})
    assert a["counts"].tolist() == want * 2 and a["trial"].tolist() == [0] * 4 + [1] * 4 and a["side"].tolist() == ["l"] * 4 + ["r"] * 4
    a = written(neo.AnalogSignal(X, units="mV", sampling_rate=20 * pq.Hz))
    assert a["samples"].tolist() == X.tolist() and a["bin_seconds"] == 0.05
    with pytest.raises(ValueError, match="how wide is bin_seconds"):
        written(trains)
