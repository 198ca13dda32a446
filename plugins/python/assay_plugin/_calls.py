"""How an RPC becomes a call on the main thread, and its outcome a gRPC status."""

from typing import Any, Callable, Mapping, TypeVar

import grpc

from . import _output
from ._errors import Cancelled, Refuse, explain, report
from ._work import Call, MainThread
from .wire import HINT_KEY

T = TypeVar("T")


class Calls:
    """What the servers of methods, strategies and importers share."""

    def __init__(self, main: MainThread):
        self._main = main

    def _apply(self, function: Callable[[], T], context: grpc.ServicerContext) -> T:
        call = Call(function)
        self._begin(call, context)
        call.ended.wait()
        return self._outcome(call, context)

    def _begin(self, call: "Call[Any]", context: grpc.ServicerContext) -> None:
        if not context.add_callback(lambda: self._main.cancel(call)):
            call.cancelled.set()  # it has ended already
        self._main.submit(call)

    def _outcome(self, call: "Call[T]", context: grpc.ServicerContext) -> T:
        """Returns the result of a call that has ended, or ends the RPC with its error."""
        error = call.error
        if error is not None and not isinstance(error, (Cancelled, Refuse)):
            report(error)
        _output.wait_until_read()
        if error is None and not call.cancelled.is_set():
            return call.result  # type: ignore[return-value]
        if call.cancelled.is_set() or isinstance(error, Cancelled):
            context.abort(grpc.StatusCode.CANCELLED, "cancelled")
        assert error is not None
        message, hint = explain(error)
        if hint:
            context.set_trailing_metadata(((HINT_KEY, _ascii(hint)),))
        code = grpc.StatusCode.INVALID_ARGUMENT if isinstance(error, Refuse) else grpc.StatusCode.INTERNAL
        context.abort(code, message[:2000])
        raise AssertionError("abort returned")


def unary(call: Any, request: Any) -> "grpc.RpcMethodHandler[Any, Any]":
    return grpc.unary_unary_rpc_method_handler(call, request.FromString, lambda reply: reply.SerializeToString())


def stream(call: Any, request: Any) -> "grpc.RpcMethodHandler[Any, Any]":
    return grpc.unary_stream_rpc_method_handler(call, request.FromString, lambda event: event.SerializeToString())


def service(name: str, handlers: "Mapping[str, grpc.RpcMethodHandler[Any, Any]]") -> grpc.GenericRpcHandler:
    return grpc.method_handlers_generic_handler(name, dict(handlers))


def _ascii(text: str) -> str:
    """Metadata are a line of printable ASCII."""
    return " ".join(text.encode("ascii", "replace").decode().split())[:2000]
