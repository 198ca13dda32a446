"""The host's side of go-plugin, as small as tests need it."""

import base64
import json
import os
import signal
import ssl
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

import grpc
import numpy as np

from assay_plugin import wire
from assay_plugin.wire import method_pb2 as pb


class Plugin:
    """A plugin process that has shaken hands."""

    def __init__(self, script: Path, tls=None, env=None, lifeline=None):
        self.sockets = tempfile.mkdtemp()
        variables = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LD_LIBRARY_PATH")}
        variables |= {wire.COOKIE_KEY: wire.COOKIE_VALUE, "PLUGIN_UNIX_SOCKET_DIR": self.sockets, "PLUGIN_PROTOCOL_VERSIONS": "1", **(env or {})}
        if tls:
            variables["PLUGIN_CLIENT_CERT"] = tls[1].decode()
        if lifeline is not None:
            variables[wire.LIFELINE_ENV] = str(lifeline)
        self.process = subprocess.Popen(
            [sys.executable, str(script)], env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            start_new_session=True, pass_fds=[lifeline] if lifeline is not None else [],
        )
        self.line = self.process.stdout.readline().rstrip("\n")
        if self.line.count("|") != 5:
            return
        self.core, self.version, self.network, self.path, self.protocol, self.certificate = self.line.split("|")
        if tls and self.certificate:
            der = base64.b64decode(self.certificate + "=" * (-len(self.certificate) % 4))
            roots = ssl.DER_cert_to_PEM_cert(der).encode()
            options = [("grpc.ssl_target_name_override", "localhost")]
            self.channel = grpc.secure_channel("unix:" + self.path, grpc.ssl_channel_credentials(roots, *tls), options)
        else:
            self.channel = grpc.insecure_channel("unix:" + self.path)

    def unary(self, method: str, request: bytes = b"", timeout=60) -> bytes:
        return self.channel.unary_unary(method)(request, timeout=timeout)

    def call(self, service, method, request, reply):
        """A unary call of any service."""
        return reply.FromString(self.unary(f"/{service}/{method}", request.SerializeToString()))

    def describe(self):
        return pb.DescribeReply.FromString(self.unary(f"/{wire.SERVICE}/Describe"))

    def train(self, dataset, model, seed=1, threads=1, checkpoints="", until=0, **settings):
        """Starts Train and returns the stream of its events."""
        request = pb.TrainRequest(settings_json=json.dumps(settings), dataset_dir=str(dataset), seed=seed, threads=threads,
                                  work_dir=str(model), model_dir=str(model), checkpoint_dir=str(checkpoints), until=until)
        return self.channel.unary_stream(f"/{wire.SERVICE}/Train", response_deserializer=pb.TrainEvent.FromString)(
            request.SerializeToString(), timeout=120)

    def embed(self, dataset, model, out, split="all"):
        request = pb.EmbedRequest(model_dir=str(model), dataset_dir=str(dataset), role="main", split=split, out_path=str(out))
        return pb.EmbedReply.FromString(self.unary(f"/{wire.SERVICE}/Embed", request.SerializeToString()))

    def evaluate(self, dataset, model, split="all"):
        return dict(self.evaluated(dataset, model, split).metrics)

    def evaluated(self, dataset, model, split="all", **wanted):
        """The whole reply of Evaluate; wanted: cases, arrays_dir."""
        request = pb.EvaluateRequest(model_dir=str(model), dataset_dir=str(dataset), role="main", split=split, **wanted)
        return pb.EvaluateReply.FromString(self.unary(f"/{wire.SERVICE}/Evaluate", request.SerializeToString()))

    def shut_down(self) -> int:
        self.unary("/plugin.GRPCController/Shutdown")
        return self.process.wait(30)

    def end(self) -> str:
        """Ends the group and returns what the plugin said."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        return self.process.communicate(timeout=5)[1]


def script(folder: Path, body: str) -> Path:
    """A plugin whose class body is given."""
    path = folder / "plugin.py"
    path.write_text(
        "import os, sys, time\nimport numpy as np\nimport assay_plugin as assay\nfrom dataclasses import dataclass\n\n"
        "@dataclass\nclass Settings:\n    gain: float = assay.setting(1.0, min=0, max=10, doc='factor')\n\n"
        "class Toy(assay.Method):\n    name = 'toy'\n    version = '1'\n    settings = Settings\n"
        "    metrics = [assay.Metric('rows', 'none', 'number of samples')]\n"
        "    def train(self, run):\n        return {'gain': run.settings.gain + run.rng('gain').normal()}\n"
        "    def embed(self, model, recording):\n        return recording.samples[:, :2] * model['gain']\n"
        "    def evaluate(self, model, recording):\n        return {'rows': len(recording)}\n"
        + textwrap.indent(textwrap.dedent(body), "    ") + "\nassay.serve(Toy)\n"
    )
    return path


def dataset(folder: Path, samples: int = 40, channels: int = 5) -> Path:
    """A dataset folder as the host writes it (hashes left out: the SDK does not look at them)."""
    folder.mkdir()
    rng = np.random.default_rng(0)
    arrays = {
        "samples": rng.normal(size=(samples, channels)).astype("<f4"),
        "trial": np.repeat(np.arange(samples // 4, dtype="<i4"), 4),
        "split": np.repeat(np.array([1, 2, 3], "u1"), [samples // 2, samples // 4, samples - samples // 2 - samples // 4]),
        "target-direction": (np.arange(samples) % 4).astype("<i4"),
        "target-velocity": rng.normal(size=(samples, 2)).astype("<f4"),
    }
    about = {}
    for name, a in arrays.items():
        np.save(folder / f"main.{name}.npy", a)
        about[name] = {"file": f"main.{name}.npy", "type": a.dtype.str, "shape": list(a.shape), "sha256": ""}
    recording = {"samples": about["samples"], "unit": "Hz", "bin_seconds": 0.1, "trial": about["trial"], "split": about["split"], "targets": [
        {"name": "direction", "kind": "class", "classes": 4, "data": about["target-direction"]},
        {"name": "velocity", "kind": "continuous", "unit": "cm/s", "data": about["target-velocity"]},
    ]}
    (folder / "dataset.json").write_text(json.dumps({"format": "assay-dataset", "version": 1, "recordings": {"main": recording}}))
    return folder


def eventually(condition, seconds=30.0) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True
