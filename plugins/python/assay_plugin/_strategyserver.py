"""The calls of strategy.proto, answered for a Strategy."""

import dataclasses
import json
from typing import Any, Dict, List, Optional

import grpc

from ._calls import Calls, service, unary
from ._errors import Failure, Refuse
from ._settings import decode, schema
from ._strategy import Answer, Parameter, Search, Strategy
from ._work import MainThread
from .wire import STRATEGY_SERVICE
from .wire import strategy_pb2 as pb


def about(strategy: "Strategy[Any, Any]") -> pb.StrategyAboutReply:
    settings = [{k: v for k, v in dataclasses.asdict(s).items() if v not in (None, "", [])} | {"default": s.default} for s in schema(strategy.settings)]
    return pb.StrategyAboutReply(
        name=strategy.name, version=strategy.version, summary=strategy.summary, citation=strategy.citation,
        settings_json=json.dumps(settings) if settings else "", conditions=strategy.conditions, several=strategy.several, repeats=strategy.repeats,
    )


class _Open:
    """A search, and the questions that have no answer yet."""

    def __init__(self, state: Any):
        self.state, self.asked, self.told = state, [], 0  # type: Any, List[Dict[str, Any]], int


class StrategyServer(Calls):
    def __init__(self, strategy: "Strategy[Any, Any]", main: MainThread):
        super().__init__(main)
        self._strategy, self._about = strategy, about(strategy)
        self._searches: Dict[str, _Open] = {}

    def handler(self) -> grpc.GenericRpcHandler:
        def on_main(call: Any, request: Any) -> "grpc.RpcMethodHandler[Any, Any]":
            return unary(lambda r, context: self._apply(lambda: call(r), context), request)

        return service(STRATEGY_SERVICE, {
            "About": unary(lambda request, context: self._about, pb.StrategyAboutRequest),
            "Begin": on_main(self._begin_search, pb.BeginRequest), "Ask": on_main(self._ask, pb.AskRequest),
            "Tell": on_main(self._tell, pb.TellRequest), "End": on_main(self._end, pb.EndRequest),
        })

    def _begin_search(self, r: Any) -> Any:
        parameters = [_parameter(p) for p in r.parameters]
        goals = [o.goal for o in r.objectives] or ["max"]
        if len(goals) > 1 and not self._strategy.several:
            raise Refuse(f"{len(goals)} objectives; {self._strategy.name} takes one")
        conditional = [p.name for p in parameters if p.when]
        if conditional and not self._strategy.conditions:
            raise Refuse(f"parameter {conditional[0]} has a condition; {self._strategy.name} takes none", "search it in a sweep of its own")
        search: "Search[Any]" = Search(
            decode(self._strategy.settings, r.settings_json or "{}"), r.seed, parameters, goals, r.configurations, max(1, r.batch),
            list(r.rungs), json.loads(r.fixed_json or "{}"),
        )
        self._searches[r.search] = _Open(self._strategy.begin(search))
        return pb.BeginReply()

    def _ask(self, r: Any) -> Any:
        search = self._find(r.search)
        question = self._strategy.ask(search.state)
        if question is None:
            return pb.AskReply(done=True)
        try:
            text = json.dumps(question, default=lambda x: x.item())  # NumPy's numbers
        except (TypeError, AttributeError, ValueError) as e:
            raise Failure(f"ask returned {question!r:.200}, which is no dictionary of numbers and texts") from e
        search.asked.append(json.loads(text))
        return pb.AskReply(settings_json=text)

    def _tell(self, r: Any) -> Any:
        search = self._find(r.search)
        if r.question != search.told or search.told >= len(search.asked):
            raise Refuse(f"the answer to question {r.question} was told; {search.told} is next of {len(search.asked)} that were asked")
        search.told += 1
        self._strategy.tell(search.state, Answer(
            r.question, search.asked[r.question], list(r.values) or None, r.outcome or "ok", [(x.budget, list(x.values)) for x in r.rungs],
            max(1, r.seeds), list(r.spread), r.cost,
        ))
        return pb.TellReply()

    def _end(self, r: Any) -> Any:
        self._searches.pop(r.search, None)
        return pb.EndReply()

    def _find(self, name: str) -> _Open:
        found: Optional[_Open] = self._searches.get(name)
        if found is None:
            raise Refuse(f'there is no search "{name}"')
        return found


def _parameter(p: Any) -> Parameter:
    return Parameter(p.name, p.kind, [json.loads(v) for v in p.values_json], p.min, p.max, p.step, p.scale == "log", p.when,
                     json.loads(p.default_json) if p.default_json else None)
