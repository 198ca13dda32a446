"""What HashiCorp go-plugin (protocol 1) expects of a plugin beside its own
service: health, controller, stdio and broker. Their messages are few and plain,
so they are read and written as bytes.
"""

import threading
from typing import Any, Callable, Iterator, List

import grpc

_SERVING = b"\x08\x01"  # HealthCheckResponse{status: SERVING}
_KNOWN = (b"", b"\x0a\x06plugin")  # HealthCheckRequest{}, HealthCheckRequest{service: "plugin"}


def handlers(shutdown: Callable[[], None]) -> List[grpc.GenericRpcHandler]:
    """shutdown is called once the host has its answer."""

    def check(request: bytes, context: grpc.ServicerContext) -> bytes:
        if request not in _KNOWN:
            context.abort(grpc.StatusCode.NOT_FOUND, "unknown service")
        return _SERVING

    def say_goodbye(request: bytes, context: grpc.ServicerContext) -> bytes:
        context.add_callback(shutdown)
        return b""

    def stdio(request: bytes, context: grpc.ServicerContext) -> Iterator[bytes]:
        # What the plugin prints goes to the real standard error, which the host
        # reads: the stream stays open and silent.
        _until_over(context)
        return iter(())

    def broker(requests: Any, context: grpc.ServicerContext) -> Iterator[bytes]:
        # Neither side of Assay opens further connections.
        _until_over(context)
        return iter(())

    return [
        grpc.method_handlers_generic_handler("grpc.health.v1.Health", {"Check": grpc.unary_unary_rpc_method_handler(check)}),
        grpc.method_handlers_generic_handler("plugin.GRPCController", {"Shutdown": grpc.unary_unary_rpc_method_handler(say_goodbye)}),
        grpc.method_handlers_generic_handler("plugin.GRPCStdio", {"StreamStdio": grpc.unary_stream_rpc_method_handler(stdio)}),
        grpc.method_handlers_generic_handler("plugin.GRPCBroker", {"StartStream": grpc.stream_stream_rpc_method_handler(broker)}),
    ]


def _until_over(context: grpc.ServicerContext) -> None:
    over = threading.Event()
    if context.add_callback(over.set):
        over.wait()
