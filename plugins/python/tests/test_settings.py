"""The schema: the same rules as the Go package framework/setting."""

from dataclasses import dataclass
from typing import List, Literal

import pytest

from assay_plugin import Refuse, setting
from assay_plugin._settings import complete, schema


@dataclass
class Toy:
    rate: float = setting(1e-3, above=0, max=1, scale="log", doc="learning rate")
    epochs: int = setting(10, min=1, doc="passes")
    optimizer: Literal["adam", "sgd"] = setting("adam", doc="rule")
    momentum: float = setting(0.9, min=0, below=1, when="optimizer == 'sgd'", doc="momentum")
    centre: bool = setting(True, doc="subtract the mean")
    hidden: List[int] = setting([64, 32], min=1, doc="widths")
    lags: list[float] = setting([], doc="lags in s")


def test_schema():
    s = {x.name: x for x in schema(Toy)}
    assert [x.kind for x in s.values()] == ["float", "int", "string", "float", "bool", "ints", "floats"]
    assert s["optimizer"].choices == ["adam", "sgd"] and s["momentum"].when == "optimizer == 'sgd'"
    assert s["hidden"].default == [64, 32] and s["rate"].scale == "log"


def test_values_and_defaults_fill_the_dataclass():
    assert complete(Toy, {"epochs": 3.0, "hidden": [8]}) == Toy(epochs=3, hidden=[8])
    assert isinstance(complete(Toy, {"epochs": 3.0}).epochs, int) and isinstance(complete(Toy, {"rate": 1}).rate, float)


@pytest.mark.parametrize("name, value, fact, hint", [
    ("ratee", 1, 'there is no setting "ratee"', 'did you mean "rate"?'),
    ("rate", 0, "setting rate must be above 0, got 0", "learning rate"),
    ("rate", 1.5, "setting rate must be at most 1, got 1.5", "learning rate"),
    ("rate", "fast", 'setting rate must be a number, got "fast"', "learning rate"),
    ("rate", True, "setting rate must be a number, got true", "learning rate"),
    ("rate", None, "setting rate must be a number, got nothing", "learning rate"),
    ("rate", float("nan"), "setting rate must be finite, got nan", "learning rate"),
    ("epochs", 1.5, "setting epochs must be a whole number, got 1.5", "passes"),
    ("epochs", 0, "setting epochs must be at least 1, got 0", "passes"),
    ("momentum", 1, "setting momentum must be below 1, got 1", "momentum"),
    ("optimizer", "lamb", 'setting optimizer must be one of adam, sgd, got "lamb"', "rule"),
    ("centre", 1, "setting centre must be true or false, got 1", "subtract the mean"),
    ("hidden", [3, 0], "setting hidden element 2 must be at least 1, got 0", "widths"),
    ("hidden", 3, "setting hidden must be a list of numbers, got 3", "widths"),
])
def test_what_is_wrong_is_said(name, value, fact, hint):
    with pytest.raises(Refuse) as e:
        complete(Toy, {name: value})
    assert str(e.value) == fact and hint in e.value.hint


def declare(annotation, default=..., **about):
    cls = type("Bad", (), {"__annotations__": {"a": annotation}, **({} if default is ... else {"a": setting(default, **about)})})
    return dataclass(cls)


@pytest.mark.parametrize("bad, why", [
    (declare(int), "needs a default"),
    (declare(int, 0, min=1), "default must be at least 1, got 0"),
    (declare(dict, None), "cannot be a setting"),
    (int, "must be a dataclass"),
])
def test_mistakes_in_a_declaration_are_errors(bad, why):
    with pytest.raises(TypeError, match=why):
        schema(bad)
