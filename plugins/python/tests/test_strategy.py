"""Strategies, as the host asks and tells them."""

import json

import grpc
import pytest

from assay_plugin import wire
from assay_plugin.wire import strategy_pb2 as pb

HALVING = """
import assay_plugin as assay
from dataclasses import dataclass


@dataclass
class Settings:
    spread: float = assay.setting(1.0, above=0, max=4, doc="of the draws around the best")


class Near(assay.Strategy):
    name, version, summary, settings = "near", "1", "draws near the best so far", Settings

    def begin(self, search):
        return {"search": search, "rng": search.rng("draws"), "best": None, "asked": 0}

    def ask(self, s):
        p = s["search"].parameters[0]
        if s["asked"] == s["search"].configurations:
            return None
        s["asked"] += 1
        middle = s["best"][1][p.name] if s["best"] else (p.min + p.max) / 2
        return {p.name: min(max(middle + s["search"].settings.spread * s["rng"].normal(), p.min), p.max)}

    def tell(self, s, answer):
        if answer.values and (s["best"] is None or answer.values[0] > s["best"][0]):
            s["best"] = (answer.values[0], answer.configuration)


assay.serve(Near)
"""


def call(p, method, request):
    return p.call(wire.STRATEGY_SERVICE, method, request, getattr(pb, {"About": "StrategyAboutReply"}.get(method, method + "Reply")))


def begin(p, search="a", seed=1, settings="{}", parameters=None, **more):
    parameters = parameters or [pb.Parameter(name="x", kind="float", min=-4, max=4)]
    return call(p, "Begin", pb.BeginRequest(search=search, seed=seed, settings_json=settings, parameters=parameters,
                                            objectives=[pb.Objective(metric="m", goal="max")], configurations=6, batch=1, **more))


def questions(p, search="a"):
    """Asks and tells until there is no question; -(x - 1)^2 is to be large."""
    out = []
    while True:
        reply = call(p, "Ask", pb.AskRequest(search=search))
        if reply.done:
            return out
        x = json.loads(reply.settings_json)["x"]
        call(p, "Tell", pb.TellRequest(search=search, question=len(out), values=[-((x - 1) ** 2)] if len(out) != 2 else [], outcome="ok" if len(out) != 2 else "failed"))
        out.append(x)


def failure(function):
    with pytest.raises(grpc.RpcError) as e:
        function()
    return e.value.code().name, e.value.details()


def test_about(launch_file):
    about = call(launch_file(HALVING), "About", pb.StrategyAboutRequest())
    assert (about.name, about.version, about.conditions, about.several) == ("near", "1", False, False)
    assert json.loads(about.settings_json) == [{"name": "spread", "kind": "float", "default": 1.0, "max": 4, "above": 0, "doc": "of the draws around the best"}]


def test_the_same_questions_in_another_process(launch_file):
    p, other = launch_file(HALVING), launch_file(HALVING)
    begin(p), begin(p, "b", seed=2), begin(other)
    first = questions(p)
    assert len(first) == 6 and len(set(first)) == 6
    assert questions(other) == first != questions(p, "b")


def test_nonsense_is_refused(launch_file):
    p = launch_file(HALVING)
    begin(p)
    assert failure(lambda: call(p, "Ask", pb.AskRequest(search="no"))) == ("INVALID_ARGUMENT", 'there is no search "no"')
    assert "was told; 0 is next of 0" in failure(lambda: call(p, "Tell", pb.TellRequest(search="a", question=0, values=[1])))[1]
    assert failure(lambda: begin(p, settings='{"spread": 5}'))[1] == "setting spread must be at most 4, got 5"
    conditional = [pb.Parameter(name="x", kind="float", min=0, max=1, when="y == 1")]
    assert "takes none" in failure(lambda: begin(p, parameters=conditional))[1]
    call(p, "End", pb.EndRequest(search="a"))
    assert "no search" in failure(lambda: call(p, "Ask", pb.AskRequest(search="a")))[1]


def test_it_is_no_method(launch_file):
    p = launch_file(HALVING)
    assert failure(p.describe)[0] == "UNIMPLEMENTED"
    assert p.shut_down() == 0
