"""The four calls of method.proto, answered for a Method."""

import json
import os
import queue
from typing import Any, Iterator, Mapping, Optional, Tuple, Union

import grpc
import numpy as np
from numpy.typing import NDArray

from ._calls import Calls, service, stream, unary
from ._cases import Scores
from ._data import Dataset, Recording, open_dataset
from ._errors import Failure, Refuse
from ._method import Method
from ._settings import decode, schema
from ._surroundings import LEFT_BEHIND, Surroundings
from ._training import Training, seed_global_generators
from ._work import Call, MainThread
from .wire import SERVICE
from .wire import method_pb2 as pb


def describe(method: "Method[Any, Any]") -> pb.DescribeReply:
    reply = pb.DescribeReply(
        name=method.name, version=method.version, summary=method.summary, citation=method.citation,
        roles=method.roles, embeds=method.embeds, targets=method.targets,
        deterministic=method.deterministic, out_of_sample=method.out_of_sample, reuse=method.reuse, resumable=method.resumable,
        budget=method.budget, uses_labels=_condition(method.uses_labels), several=method.several, gpu=method.gpu,
        seedless=_condition(method.seedless or None),
    )
    if method.context is not None:
        before, after = method.context
        reply.context.before, reply.context.after = str(before), str(after)
    for s in schema(method.settings):
        reply.settings.add(
            name=s.name, kind=s.kind, default_json=json.dumps(s.default), min=s.min, max=s.max, above=s.above, below=s.below,
            scale=s.scale, choices=s.choices, when=s.when, doc=s.doc,
        )
    for role, when in method.optional_roles.items():
        reply.optional.add(name=role, when=when)
    for m in method.metrics:
        reply.metrics.add(name=m.name, goal=m.goal, doc=m.doc)
    for a in method.arrays:
        reply.arrays.add(name=a.name, doc=a.doc)
    return reply


def _condition(value: Union[bool, str, None]) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else str(value).lower()


class _Stream:
    """Where training reports to: events wait here until the host takes them."""

    def __init__(self, call: "Call[Any]"):
        self.events: "queue.SimpleQueue[Any]" = queue.SimpleQueue()
        self._call = call

    def end(self) -> None:
        self.events.put(None)

    def progress(self, done: int, total: int, unit: str) -> None:
        self.events.put(pb.TrainEvent(progress=pb.Progress(done=done, total=total, unit=unit)))

    def metric(self, name: str, step: int, value: float) -> None:
        self.events.put(pb.TrainEvent(point=pb.Point(name=name, step=step, value=value)))

    def log(self, line: str) -> None:
        self.events.put(pb.TrainEvent(log=line))

    def checkpoint(self, done: int, resumed: bool) -> None:
        self.events.put(pb.TrainEvent(checkpoint=pb.Checkpoint(done=done, resumed=resumed)))

    def cancelled(self) -> bool:
        return self._call.cancelled.is_set()


class Server(Calls):
    """Keeps the last model and the last dataset at hand, so that Embed and
    Evaluate after Train need not load them, and lets go of them at the next."""

    def __init__(self, method: "Method[Any, Any]", main: MainThread):
        super().__init__(main)
        self._method = method
        self._description = describe(method)
        self._model: Tuple[str, Any] = ("", None)
        self._dataset: Tuple[str, Optional[Dataset]] = ("", None)
        self._surroundings = Surroundings()

    def handler(self) -> grpc.GenericRpcHandler:
        return service(SERVICE, {
            "Describe": unary(lambda request, context: self._description, pb.DescribeRequest),
            "Train": stream(self.train, pb.TrainRequest),
            "Embed": unary(self.embed, pb.EmbedRequest),
            "Evaluate": unary(self.evaluate, pb.EvaluateRequest),
        })

    def train(self, request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
        call: "Call[None]" = Call(lambda: self._train(request, events), after=lambda: events.end())
        events = _Stream(call)
        self._begin(call, context)
        yield from iter(events.events.get, None)
        self._outcome(call, context)

    def _train(self, request: Any, events: _Stream) -> None:
        settings = decode(self._method.settings, request.settings_json)
        self._model = ("", None)
        run = Training(settings, self._open(request.dataset_dir), request.seed, max(1, request.threads), request.work_dir, events,
                       request.checkpoint_dir, request.until)
        seed_global_generators(run)
        self._surroundings.before()
        try:
            model = self._method.train(run)
        finally:
            left = self._surroundings.after(request.dataset_dir)
        if self._method.reuse:
            for what in left:
                events.log(LEFT_BEHIND + what)
        if model is None:
            raise Failure("train returned no model", "return what embed and evaluate need")
        self._method.save(model, request.model_dir)
        self._model = (os.path.normpath(request.model_dir), model)

    def embed(self, request: Any, context: grpc.ServicerContext) -> Any:
        return self._apply(lambda: self._embed(request), context)

    def _embed(self, request: Any) -> Any:
        model, part = self._part(request)
        a = _array("embed", self._method.embed(model, part), f"[{len(part)} x dims]")
        if a.ndim != 2:
            raise Failure(f"embed returned an array of shape {list(a.shape)}; it should be [{len(part)} x dims]")
        _write(request.out_path, a)
        return pb.EmbedReply(samples=a.shape[0], dims=a.shape[1])

    def evaluate(self, request: Any, context: grpc.ServicerContext) -> Any:
        return self._apply(lambda: self._evaluate(request), context)

    def _evaluate(self, request: Any) -> Any:
        model, part = self._part(request)
        metrics = self._method.evaluate(model, part)
        try:
            reply = pb.EvaluateReply(metrics={name: float(value) for name, value in metrics.items()})
        except (AttributeError, TypeError, ValueError) as e:
            raise Failure(f"evaluate returned {metrics!r:.200}, which is no dictionary of numbers") from e
        for name, value in metrics.items() if request.cases else ():
            numbers = value.cases() if isinstance(value, Scores) else None
            if numbers is not None:
                reply.cases[name].values.extend(numbers)
        if request.arrays_dir:
            self._illustrate(model, part, request.arrays_dir)
        return reply

    def _illustrate(self, model: Any, part: Recording, folder: str) -> None:
        arrays = self._method.illustrate(model, part)
        if not isinstance(arrays, Mapping):
            raise Failure(f"illustrate returned {arrays!r:.200}, which is no dictionary of arrays")
        known = [a.name for a in self._method.arrays]
        for name, a in arrays.items():
            if name not in known:
                raise Failure(f'illustrate made the array "{name}", which is not declared', "declare it: arrays = [assay.Array(name, doc)]")
            _write(os.path.join(folder, name + ".npy"), _array(f'illustrate, array "{name}",', a, "an array of numbers"))

    def _part(self, request: Any) -> Tuple[Any, Recording]:
        where = os.path.normpath(request.model_dir)
        if self._model[0] != where:
            self._model = (where, self._method.load(where))
        part = self._open(request.dataset_dir).role(request.role).on(request.split)
        if len(part) == 0:
            raise Refuse(f'split "{request.split}" of role {request.role} has no samples')
        return self._model[1], part

    def _open(self, folder: str) -> Dataset:
        if self._dataset[1] is None or self._dataset[0] != folder:
            self._dataset = (folder, open_dataset(folder))
        assert self._dataset[1] is not None
        return self._dataset[1]


def _array(of: str, value: Any, wanted: str) -> NDArray[np.float32]:
    """float32 in C order, or a failure that says what the method returned instead."""
    if value is None:
        raise Failure(f"{of} returned None; it should return {wanted}", "is there a return at its end?")
    try:
        return np.ascontiguousarray(value, dtype="<f4")
    except (TypeError, ValueError) as e:
        raise Failure(f"{of} returned {type(value).__name__} {value!r:.100}, which is no array: {e}", f"return {wanted}") from e


def _write(path: str, a: NDArray[np.float32]) -> None:
    with open(path, "wb") as f:
        np.save(f, a, allow_pickle=False)
