"""The strategy asks what Optuna itself would, and knows the conditions of methods."""

import optuna
import pytest
import sampler as plugin
from assay_plugin import Answer, Parameter, Refuse, Search

SPACE = [
    Parameter("rate", "float", min=1e-4, max=1.0, log=True), Parameter("layers", "int", min=1, max=4), Parameter("rule", "string", values=["adam", "sgd"]),
    Parameter("momentum", "float", min=0.5, max=0.9, step=0.1, when="rule == 'sgd' && layers > 1"),
]


def worth(c):
    return -abs(c["rate"] - 0.01) - 0.1 * c["layers"] - c.get("momentum", 0.3)


def questions(name, seed, batch, n=12):
    strategy = plugin.Optuna()
    state = strategy.begin(Search(plugin.Settings(sampler=name), seed, SPACE, ["max"], n, batch))
    asked, told = [], 0
    while len(asked) < n:
        while len(asked) - told >= batch:
            strategy.tell(state, Answer(told, asked[told], [worth(asked[told])]))
            told += 1
        asked.append(strategy.ask(state))
    return asked


@pytest.mark.parametrize("name", ["tpe", "cmaes", "nsga2", "qmc", "random"])
def test_same_seed_same_questions(name):
    assert questions(name, 3, 4) == questions(name, 3, 4)
    assert questions(name, 3, 4) != questions(name, 4, 4)


def test_tpe_is_optunas():
    def objective(trial):
        c = {p.name: plugin.suggest(trial, p) for p in SPACE[:3]}
        if c["rule"] == "sgd" and c["layers"] > 1:
            c["momentum"] = plugin.suggest(trial, SPACE[3])
        asked.append(c)
        return worth(c)

    asked = []
    optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=5)).optimize(objective, n_trials=20)
    assert questions("tpe", 5, 1, 20) == asked
    assert any("momentum" in c for c in asked) and any("momentum" not in c for c in asked)


def test_unknown_sampler():
    with pytest.raises(Refuse, match="no sampler"):
        questions("nope", 1, 1)
    with pytest.raises(Refuse, match="cannot be made"):
        questions("optuna.samplers:Nope", 1, 1)
    assert questions("optuna.samplers:RandomSampler", 1, 1) == questions("random", 1, 1)


@pytest.mark.parametrize("condition, holds", [
    ("rule == 'sgd'", True), ("rule != 'sgd' || n > 2", True), ("!(n > 2)", False), ("rule in ['adam', 'sgd'] and n <= 3", True), ("none == 1", False), ("n * 2 == 6", True), ("on == true", True),
])
def test_conditions(condition, holds):
    assert plugin.holds(condition, {"rule": "sgd", "n": 3, "on": True}) == holds
