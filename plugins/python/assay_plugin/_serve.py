"""Serving the host: the last line of a plugin."""

import faulthandler
import os
import shutil
import signal
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NoReturn, Type, Union

from . import _lifeline, _output
from ._importer import Importer
from ._method import Method
from ._settings import schema
from ._strategy import Strategy
from .wire import CORE_PROTOCOL_VERSION, PROTOCOL_VERSION, TRANSPORT_ENV

_MAX_MESSAGE = 64 << 20
_CALLS_AT_ONCE = 16  # two of them are the streams that go-plugin keeps open


Plugin = Union[Method[Any, Any], Strategy[Any, Any], Importer]


def serve(plugin: "Union[Plugin, Type[Plugin]]") -> NoReturn:
    """Answers the host until it says goodbye, for a method, a strategy or an
    importer. Started by hand, it says what the program is and exits with 2."""
    if isinstance(plugin, type):
        plugin = plugin()
    try:
        if not isinstance(plugin, Importer):
            schema(plugin.settings)
    except TypeError as e:  # a mistake of the author's: no traceback through the SDK
        sys.exit(f"assay-plugin: TypeError: {e}")
    if not _output.started_by_host:
        _introduce(plugin)
    faulthandler.enable()  # a crash in C says where in Python it was
    _lifeline.watch()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the host decides when to stop
    _Process(plugin).run()


def _introduce(plugin: Plugin) -> NoReturn:
    kind = "a method" if isinstance(plugin, Method) else "a search strategy" if isinstance(plugin, Strategy) else "a reader of recordings"
    print(
        f"This is {plugin.name} {plugin.version}, {kind} for Assay: {plugin.summary}\n"
        "It is started by the host, not by hand. Look at it with\n\n"
        f"    assay plugin describe {os.path.dirname(os.path.abspath(sys.argv[0]))}\n\n"
        "(a folder with a plugin.yaml) and name that path after \"plugin:\" in a sweep.",
        file=sys.stderr,
    )
    sys.exit(2)


def _server(plugin: Plugin, main: Any) -> Any:
    if isinstance(plugin, Method):
        from ._server import Server

        return Server(plugin, main)
    if isinstance(plugin, Strategy):
        from ._strategyserver import StrategyServer

        return StrategyServer(plugin, main)
    from ._importerserver import ImporterServer

    return ImporterServer(plugin, main)


class _Process:
    def __init__(self, plugin: Plugin):
        import grpc  # only when serving: a method can be imported and tested without

        from . import _goplugin
        from ._work import MainThread

        self._main = MainThread()
        self._server = grpc.server(
            ThreadPoolExecutor(_CALLS_AT_ONCE, thread_name_prefix="assay-call"),
            handlers=[_server(plugin, self._main).handler(), *_goplugin.handlers(self._leave)],
            options=[("grpc.max_receive_message_length", _MAX_MESSAGE), ("grpc.max_send_message_length", _MAX_MESSAGE)],
        )
        self._folder = tempfile.mkdtemp(prefix="p", dir=os.environ.get("PLUGIN_UNIX_SOCKET_DIR") or None)  # mode 0700

    def run(self) -> NoReturn:
        path = os.path.join(self._folder, "s")
        certificate = self._listen("unix:" + path)
        self._server.start()
        _output.shake_hands(f"{CORE_PROTOCOL_VERSION}|{PROTOCOL_VERSION}|unix|{path}|grpc|{certificate}")
        self._main.work()

    def _leave(self) -> None:
        """Ends the process at once: tearing down an interpreter full of libraries
        takes longer than the host waits, and nothing here outlives the process."""
        shutil.rmtree(self._folder, ignore_errors=True)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)

    def _listen(self, address: str) -> str:
        """Returns our certificate, or nothing where the socket's private folder is
        the protection: the host says which it wants, or leaves it to us."""
        client, transport = os.environ.get("PLUGIN_CLIENT_CERT"), os.environ.get(TRANSPORT_ENV, "tls")
        if client and transport != "socket":
            try:
                from ._tls import credentials

                secure, certificate = credentials(client)
                self._server.add_secure_port(address, secure)
                return certificate
            except ImportError as e:
                if transport != "auto":
                    sys.exit(f"assay-plugin: the host asks for mutual TLS, and {sys.executable} cannot: {e}: "
                             f'{sys.executable} -m pip install cryptography, or write "transport: auto" into plugin.yaml')
        self._server.add_insecure_port(address)
        return ""
