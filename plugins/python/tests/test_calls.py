"""The four calls, as the host makes them."""

import grpc
import numpy as np
import pytest


def failure(call):
    """Status code, message and hint of a call that fails."""
    with pytest.raises(grpc.RpcError) as e:
        list(call) if hasattr(call, "__iter__") else call()
    trailer = dict(e.value.trailing_metadata() or ())
    return e.value.code().name, e.value.details(), trailer.get("assay-hint", "")


def test_describe(launch):
    d = launch().describe()
    assert (d.name, d.version, d.deterministic, d.out_of_sample) == ("toy", "1", True, True)
    (s,) = d.settings
    assert (s.name, s.kind, s.default_json, s.min, s.max, s.doc) == ("gain", "float", "1.0", 0, 10, "factor")
    assert s.HasField("min") and not s.HasField("above")
    assert [(m.name, m.goal) for m in d.metrics] == [("rows", "none")]


def test_a_trial(launch, data, model, tmp_path):
    p = launch("""
        def train(self, run):
            for epoch in run.track(range(3), "epochs"):
                run.metric("loss", epoch, 1 / (1 + epoch))
            run.log("done")
            return {"gain": run.settings.gain}
    """)
    where = model()
    events = list(p.train(data, where, gain=2))
    assert [(e.point.name, e.point.step) for e in events if e.HasField("point")] == [("loss", 0), ("loss", 1), ("loss", 2)]
    assert [e.log for e in events if e.HasField("log")] == ["done"]
    last = [e.progress for e in events if e.HasField("progress")][-1]
    assert (last.done, last.total, last.unit) == (3, 3, "epochs")
    reply = p.embed(data, where, tmp_path / "z.npy", "val")
    assert (reply.samples, reply.dims) == (10, 2)
    z = np.load(tmp_path / "z.npy")
    assert z.dtype == np.float32 and np.array_equal(z, 2 * np.load(data / "main.samples.npy")[20:30, :2])
    assert p.evaluate(data, where, "val") == {"rows": 10}


def test_equal_requests_equal_bytes_and_a_fresh_process_embeds_the_same(launch, data, model, tmp_path):
    embeddings = []
    for k, seed in enumerate([7, 7, 8]):
        p, where = launch(), model()
        list(p.train(data, where, seed=seed))
        p.embed(data, where, tmp_path / f"{k}.npy")
        launch().embed(data, where, tmp_path / f"{k}-fresh.npy")
        assert (tmp_path / f"{k}.npy").read_bytes() == (tmp_path / f"{k}-fresh.npy").read_bytes()
        embeddings.append((tmp_path / f"{k}.npy").read_bytes())
    assert embeddings[0] == embeddings[1] != embeddings[2]


def test_one_process_serves_many_trials(launch, data, model, tmp_path):
    p = launch()
    first, second = model(), model()
    list(p.train(data, first, gain=1, seed=1))
    p.embed(data, first, tmp_path / "first.npy")
    list(p.train(data, second, gain=5, seed=1))
    p.embed(data, second, tmp_path / "second.npy")
    p.embed(data, first, tmp_path / "again.npy")
    assert (tmp_path / "again.npy").read_bytes() == (tmp_path / "first.npy").read_bytes()
    assert (tmp_path / "second.npy").read_bytes() != (tmp_path / "first.npy").read_bytes()


@pytest.mark.parametrize("settings, message, hint", [
    ({"gian": 1}, 'there is no setting "gian"', 'did you mean "gain"?'),
    ({"gain": 11}, "setting gain must be at most 10, got 11", "factor"),
    ({"gain": {"a": 1}}, 'setting gain must be a number, got {"a": 1}', "factor"),
])
def test_settings_are_refused(launch, data, model, settings, message, hint):
    assert failure(launch().train(data, model(), **settings)) == ("INVALID_ARGUMENT", message, hint)


def test_refusals_and_failures_cross_with_their_hint(launch, data, model):
    p = launch("""
        def train(self, run):
            if run.settings.gain == 1:
                raise assay.Refuse("3 samples for 8 components", "lower dims, or use μ")
            if run.settings.gain == 2:
                raise assay.Failure("the covariance is singular", "drop constant channels")
            if run.settings.gain == 3:
                import no_such_module
            if run.settings.gain == 4:
                sys.exit("enough")
            if run.settings.gain == 5:
                return None
            return {}["x"]
    """)
    assert failure(p.train(data, model(), gain=1)) == ("INVALID_ARGUMENT", "3 samples for 8 components", "lower dims, or use ?")
    assert failure(p.train(data, model(), gain=2)) == ("INTERNAL", "the covariance is singular", "drop constant channels")
    code, message, hint = failure(p.train(data, model(), gain=3))
    assert "no_such_module" in message and "-m pip install no_such_module" in hint
    assert failure(p.train(data, model(), gain=4))[:2] == ("INTERNAL", "SystemExit: enough (plugin.py:30)")
    assert failure(p.train(data, model(), gain=5))[1] == "train returned no model"
    assert failure(p.train(data, model(), gain=6))[1] == "KeyError: 'x' (plugin.py:33)"
    assert "Traceback" in p.end()


def test_nonsense_is_refused(launch, data, model, tmp_path):
    p = launch()
    where = model()
    assert failure(lambda: p.embed(data, where, tmp_path / "z.npy"))[1].startswith("no model: ")
    assert failure(p.train(tmp_path / "nowhere", where))[1].startswith("no dataset: ")
    list(p.train(data, where))
    assert failure(lambda: p.embed(data, where, tmp_path / "z.npy", "tset"))[:2] == ("INVALID_ARGUMENT", 'there is no split "tset"')


@pytest.mark.parametrize("returned, message", [
    ("recording.samples[:, 0]", "embed returned an array of shape [40]; it should be [40 x dims]"),
    ("None", "embed returned None; it should return [40 x dims]"),
    ("(recording.samples, 1.5)", "embed returned tuple (array(["),
    ("{}", "embed returned dict {}, which is no array: "),
    ("object()", "embed returned object <object"),
])
def test_an_embedding_that_is_none_is_an_error(launch, data, model, tmp_path, returned, message):
    p = launch(f"""
        def embed(self, model, recording):
            return {returned}
    """)
    where = model()
    list(p.train(data, where))
    assert message in failure(lambda: p.embed(data, where, tmp_path / "z.npy"))[1]
    assert "_server.py" not in p.end()


@pytest.mark.parametrize("value", ["None", "{'rows': [1, 2]}"])
def test_metrics_that_are_no_numbers_are_an_error(launch, data, model, value):
    p = launch(f"""
        def evaluate(self, model, recording):
            return {value}
    """)
    where = model()
    list(p.train(data, where))
    assert "which is no dictionary of numbers" in failure(lambda: p.evaluate(data, where))[1]


@pytest.mark.parametrize("wait", ["time.sleep(600)", "while True: x = 1", "while True: run.progress(1, 2)", """
while True:
    try:
        time.sleep(600)
    except Exception:
        pass"""])
def test_cancelling_ends_training_wherever_it_is(launch, data, model, wait):
    body = "def train(self, run):\n    run.log('begun')\n    if run.settings.gain != 1:\n        return {'gain': 1.0}\n"
    body += "    try:\n        exec(WAIT, {'time': time, 'run': run})\n    finally:\n        print('tidied up')\n"
    p = launch(f"WAIT = {wait!r}\n".replace("WAIT", "global WAIT\nWAIT", 1) + body)
    events = p.train(data, model())
    assert next(events).log == "begun"
    events.cancel()
    assert [e.log for e in p.train(data, model(), gain=2) if e.log] == ["begun"]  # waits for the one before
    assert "tidied up" in p.end()


def test_training_that_ignores_it_is_asked_again(launch, data, model):
    p = launch("""
        def train(self, run):
            run.log("begun")
            for _ in range(3):
                try:
                    time.sleep(600 if run.settings.gain == 1 else 0)
                except BaseException:
                    print("not listening")
            return {"gain": 1.0}
    """)
    events = p.train(data, model())
    next(events)
    events.cancel()
    list(p.train(data, model(), gain=2))
    assert p.end().count("not listening") == 3


def test_an_import_is_not_torn(launch, data, model, tmp_path):
    (tmp_path / "slow_module.py").write_text("import sys, time\nassert not hasattr(sys, 'begun')\nsys.begun = True\nfor _ in range(20): time.sleep(0.05)\nwhole = True\n")
    p = launch(f"""
        sys.path.insert(0, {str(tmp_path)!r})
        def train(self, run):
            run.log("begun")
            import slow_module
            run.log(str(slow_module.whole))
            time.sleep(600 if run.settings.gain == 1 else 0)
            return {{"gain": 1.0}}
    """)
    events = p.train(data, model())
    next(events)
    events.cancel()  # in the middle of the import
    assert [e.log for e in p.train(data, model(), gain=2) if e.log] == ["begun", "True"]


RESUMABLE = """
    resumable = True
    reuse = True
    def train(self, run):
        rng = run.rng("steps")
        total = np.zeros(2)
        done, state = run.checkpoint.resume()
        if state:
            total, rng.bit_generator.state = state["total"], state["rng"]
        for step in range(done, run.end(10)):
            total = total + rng.normal(size=2)
            run.checkpoint.save(step + 1, {"total": total, "rng": rng.bit_generator.state})
            if step == 4 and run.settings.gain == 2 and not state:
                run.log("half done")
                time.sleep(600)
        return {"gain": total.sum()}
"""


def test_killed_training_goes_on_from_its_checkpoint(launch, data, model, tmp_path):
    p = launch(RESUMABLE)
    assert p.describe().resumable and p.describe().reuse
    whole, torn, kept = model(), model(), tmp_path / "kept"
    kept.mkdir()
    assert not [e for e in p.train(data, whole, gain=2.5) if e.HasField("checkpoint")]  # none are wanted
    events = p.train(data, model(), checkpoints=kept, gain=2)
    while next(events).log != "half done":
        pass
    p.end()  # SIGKILL
    p = launch(RESUMABLE)
    again = [e.checkpoint for e in p.train(data, torn, checkpoints=kept, gain=2) if e.HasField("checkpoint")]
    assert [(c.done, c.resumed) for c in again] == [(5, True)] + [(n, False) for n in range(6, 11)]
    assert (torn / "tree.json").read_text() == (whole / "tree.json").read_text()
    assert [x.name for x in kept.iterdir()] == ["checkpoint-10"]


def test_a_damaged_checkpoint_is_an_error_not_a_fresh_start(launch, data, model, tmp_path):
    (tmp_path / "checkpoint-3").mkdir()
    assert failure(launch(RESUMABLE).train(data, model(), checkpoints=tmp_path))[1].startswith("checkpoint ")


def test_a_part_of_the_budget_is_gone_on_with(launch, data, model, tmp_path):
    p = launch(RESUMABLE)
    kept, whole, last = tmp_path / "kept", model(), model()
    kept.mkdir()
    list(p.train(data, whole, gain=3))
    for until, begins in [(4, None), (7, 4)]:
        points = [e.checkpoint for e in p.train(data, model(), checkpoints=kept, until=until, gain=3) if e.HasField("checkpoint")]
        assert points[-1].done == until and (begins is None or (points[0].done, points[0].resumed) == (begins, True))
    list(launch(RESUMABLE).train(data, last, checkpoints=kept, gain=3))
    assert (last / "tree.json").read_text() == (whole / "tree.json").read_text()
    assert "holds 10 units of work, but only 7" in failure(p.train(data, model(), checkpoints=kept, until=7, gain=3))[1]


FIRST_EDITION = """
    resumable = True
    def train(self, run):
        done, state = run.resume()
        for step in range(done, 3):
            run.checkpoint(step + 1, {"steps": step})
        return {"gain": 1.0}
"""


def test_names_of_the_first_edition_still_work(launch, data, model, tmp_path):
    p = launch(FIRST_EDITION)
    assert [e.checkpoint.done for e in p.train(data, model(), checkpoints=tmp_path) if e.HasField("checkpoint")] == [1, 2, 3]
    assert [e.checkpoint.resumed for e in p.train(data, model(), checkpoints=tmp_path) if e.HasField("checkpoint")] == [True]


CLAIMS = """
    budget = "gain > 5 ? 20 : 10"
    context = ("gain > 1 ? 2 : 0", -1)
    uses_labels = False
    seedless = "gain == 0"
    several = ("main",)
    gpu = "optional"
    arrays = [assay.Array("raster", "[samples x 2] numbers")]
    def evaluate(self, model, recording):
        x = recording.samples[:, 0]
        return {"rows": assay.over_samples(recording, x)}
    def illustrate(self, model, recording):
        return {"raster": [[1, 2]] * len(recording)} if model["gain"] else {"grid": [1]}
"""


def test_what_a_method_says_of_itself(launch):
    d, silent = launch(CLAIMS).describe(), launch().describe()
    assert (d.budget, d.uses_labels, d.seedless, d.several, d.gpu) == ("gain > 5 ? 20 : 10", "false", "gain == 0", ["main"], "optional")
    assert (d.context.before, d.context.after) == ("gain > 1 ? 2 : 0", "-1")
    assert [(a.name, a.doc) for a in d.arrays] == [("raster", "[samples x 2] numbers")]
    assert not (silent.budget or silent.uses_labels or silent.seedless or silent.several or silent.gpu or silent.arrays or silent.HasField("context"))


def test_cases_and_arrays_come_where_they_are_wanted(launch, data, model, tmp_path):
    p, where = launch(CLAIMS), model()
    list(p.train(data, where))
    plain, full = p.evaluated(data, where, "test"), p.evaluated(data, where, "test", cases=True, arrays_dir=str(tmp_path))
    x = np.load(data / "main.samples.npy")[30:, 0].astype(float)
    trial = np.load(data / "main.trial.npy")[30:]
    assert not plain.cases and dict(plain.metrics) == dict(full.metrics) and full.metrics["rows"] == pytest.approx(x.mean(), rel=1e-12)
    assert len(full.cases["rows"].values) == len(set(trial)) and np.mean(full.cases["rows"].values) == pytest.approx(full.metrics["rows"], rel=1e-12)
    assert np.array_equal(np.load(tmp_path / "raster.npy"), [[1, 2]] * 10) and np.load(tmp_path / "raster.npy").dtype == np.float32


def test_arrays_that_are_not_declared_are_refused(launch, data, model, tmp_path):
    p, where = launch(CLAIMS + "    def train(self, run):\n        return {'gain': 0}\n"), model()
    list(p.train(data, where))
    assert 'illustrate made the array "grid", which is not declared' in failure(lambda: p.evaluated(data, where, arrays_dir=str(tmp_path)))[1]


MESSY = """
    reuse = True
    def train(self, run):
        os.chdir("/")
        os.environ["TOY"] = "1"
        np.seterr(all="raise")
        import random
        run.log(f"{os.environ.get('HOME')} {random.random()} {np.random.random()}")
        if run.settings.gain > 1:
            import threading
            threading.Thread(target=time.sleep, args=(600,), daemon=True, name="busy").start()
            Toy.kept = getattr(Toy, "kept", []) + [open(__file__)]
        return {"gain": float(np.geterr()["over"] == "warn")}
    def evaluate(self, model, recording):
        return {"rows": float("TOY" in os.environ) + 2 * float(os.getcwd() == "/") + 4 * float(np.geterr()["over"] == "raise")}
"""


def test_a_trial_leaves_no_trace_on_the_next(launch, data, model):
    p, where = launch(MESSY), model()
    said = [[e.log for e in p.train(data, where, gain=1, seed=seed) if e.log] for seed in (1, 2, 1)]
    assert said[0] == said[2] != said[1] and [len(lines) for lines in said] == [1, 1, 1]
    assert p.evaluate(data, where) == {"rows": 0}  # folder, environment and NumPy are as before
    first, second = ([e.log for e in p.train(data, where, gain=2) if e.log.startswith("left behind: ")] for _ in range(2))
    assert len(first) == 2 and any("plugin.py is still open" in line for line in first) and any("busy" in line for line in first)
    assert len(second) == 2


def test_mistakes_in_settings_are_said_without_a_traceback(launch):
    p = launch("settings = type('Bad', (), {'__annotations__': {'rate': float}})\nsettings = dataclass(settings)\n")
    assert p.process.wait(30) == 1
    assert p.end() == "assay-plugin: TypeError: Bad.rate: a setting needs a default\n"


def test_a_crash_in_c_says_where_in_python_it_was(launch, data, model):
    p = launch("""
        def train(self, run):
            import ctypes
            ctypes.string_at(0)
    """)
    with pytest.raises(grpc.RpcError):
        list(p.train(data, model()))
    said = p.end()
    assert "Segmentation fault" in said and 'plugin.py", line' in said
