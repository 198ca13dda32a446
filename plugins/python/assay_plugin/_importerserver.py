"""The calls of importer.proto, answered for an Importer."""

import json
import math
import os
import queue
from typing import Any, Dict, Iterator, Union

import grpc
import numpy as np
from numpy.typing import NDArray

from ._blocks import Blocks
from ._calls import Calls, service, stream, unary
from ._errors import Failure, Refuse
from ._importer import Contents, Extract, Importer, Item, Ragged
from ._work import Call, MainThread
from .wire import IMPORTER_SERVICE
from .wire import importer_pb2 as pb

_KINDS = {"array": pb.ARRAY, "text": pb.TEXT, "ragged": pb.RAGGED}


class ImporterServer(Calls):
    def __init__(self, importer: Importer, main: MainThread):
        super().__init__(main)
        self._importer = importer

    def handler(self) -> grpc.GenericRpcHandler:
        return service(IMPORTER_SERVICE, {
            "Formats": unary(lambda request, context: self._apply(self._formats, context), pb.FormatsRequest),
            "Inspect": unary(lambda request, context: self._apply(lambda: self._inspect(request), context), pb.InspectRequest),
            "Extract": stream(self.extract, pb.ExtractRequest),
        })

    def _formats(self) -> Any:
        reply = pb.FormatsReply(name=self._importer.name, version=self._importer.version, summary=self._importer.summary)
        for f in self._importer.formats():
            reply.formats.add(name=f.name, endings=f.endings, magic=f.magic, missing=f.missing)
        return reply

    def _contents(self, request: Any) -> Contents:
        if not os.path.isfile(request.path):
            raise Refuse(f"there is no file {request.path}")
        return self._importer.inspect(request.path, request.format)

    def _inspect(self, request: Any) -> Any:
        c = self._contents(request)
        reply = pb.InspectReply(format=c.format, about=c.about, notes=c.notes)
        for i in c.items:
            reply.items.add(name=i.name, kind=_KINDS[i.kind], type=i.type, shape=i.shape, values=i.values, unit=i.unit, doc=i.doc,
                            table=i.table, times=i.times, rate=i.rate, start=i.start, refers=i.refers)
        return reply

    def extract(self, request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
        events: "queue.SimpleQueue[Any]" = queue.SimpleQueue()
        call: "Call[None]" = Call(lambda: self._extract(request, events), after=lambda: events.put(None))
        self._begin(call, context)
        yield from iter(events.get, None)
        self._outcome(call, context)

    def _extract(self, request: Any, events: "queue.SimpleQueue[Any]") -> None:
        contents = self._contents(request)
        known = {i.name: i for i in contents.items}
        for name in request.items:
            if name not in known:
                raise Refuse(f'{os.path.basename(request.path)} holds no "{name}"', "it holds " + ", ".join(sorted(known)[:20]))
        total = sum(_size(known[name]) for name in request.items)
        if request.max_bytes and total > request.max_bytes:
            raise Refuse(f"the items are {total} bytes, {request.max_bytes} are allowed", "ask for fewer")
        done = 0
        for n, (name, value) in enumerate(self._importer.extract(request.path, contents.format, list(request.items))):
            if name not in request.items:
                raise Failure(f'extract returned "{name}", which nobody asked for')
            events.put(pb.ExtractEvent(item=_write(request.out_dir, n, name, value)))
            done += _size(known[name])
            events.put(pb.ExtractEvent(progress=pb.ExtractProgress(done=done, total=total)))


def _size(i: Item) -> int:
    if i.kind == "text":
        return 0
    return int(np.dtype(i.type).itemsize * (i.values if i.kind == "ragged" else math.prod(i.shape)))


def _write(folder: str, n: int, name: str, value: Extract) -> Any:
    def save(suffix: str, a: "Union[NDArray[Any], Blocks]") -> str:
        file = f"{n}{suffix}.npy"
        with open(os.path.join(folder, file), "xb") as f:
            if isinstance(a, Blocks):
                a.write(f)
                return file
            a = np.asarray(a)
            np.save(f, np.ascontiguousarray(a, a.dtype.newbyteorder("<")), allow_pickle=False)
        return file

    if isinstance(value, Ragged):
        return pb.Extracted(name=name, file=save("", value.values), offsets=save("-offsets", value.offsets.astype("<i8")))
    if isinstance(value, (np.ndarray, Blocks)):
        return pb.Extracted(name=name, file=save("", value))
    texts: Dict[str, Any] = {"name": name, "text": f"{n}.json"}
    with open(os.path.join(folder, texts["text"]), "x", encoding="utf-8") as f:
        json.dump([str(t) for t in value], f, ensure_ascii=False)
    return pb.Extracted(**texts)
