"""The contract between a method and the host."""

from __future__ import annotations  # np.random, named in one, takes a while to import

import hashlib
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Iterable, Iterator, Mapping, Optional, Protocol, Sequence, Sized, Tuple, Type, TypeVar, Union

import numpy as np
from numpy.typing import ArrayLike

from . import _checkpoint, _model
from ._data import Dataset, Recording
from ._errors import Cancelled

S = TypeVar("S")  # a settings dataclass
M = TypeVar("M")  # what train returns
T = TypeVar("T")


@dataclass(frozen=True)
class Metric:
    """A number that ``evaluate`` may report."""

    name: str  # lower case: "reconstruction_r2"
    goal: str  # "max", "min" or "none"
    doc: str


class Method(ABC, Generic[S, M]):
    """One algorithm under study. For each trial the host calls

    1. ``train``, which draws randomness only from its run: equal requests give
       equal models, whatever the number of threads,
    2. ``embed`` and ``evaluate`` on the model, here or, after ``save`` and
       ``load``, in another process.
    """

    name: ClassVar[str]  # short and lower case: "cebra"
    version: ClassVar[str]  # change it whenever equal requests may give other results
    summary: ClassVar[str] = ""  # one line
    citation: ClassVar[str] = ""
    settings: ClassVar[Optional[Type[Any]]] = None  # a dataclass; see setting()
    model: ClassVar[Optional[Type[Any]]] = None  # where the model is a dataclass: its type, for load
    roles: ClassVar[Sequence[str]] = ()  # recordings a dataset must have; empty: just "main"
    optional_roles: ClassVar[Mapping[str, str]] = {}  # further roles, and the condition on settings under which each is needed
    embeds: ClassVar[str] = ""  # role that embed and evaluate are about; empty: the first of roles
    targets: ClassVar[Sequence[str]] = ()  # targets the training recordings must have
    metrics: ClassVar[Sequence[Metric]] = ()  # what evaluate may report
    deterministic: ClassVar[bool] = True  # equal requests give equal bytes: the host may verify them
    out_of_sample: ClassVar[bool] = True  # embed is meaningful outside the training part
    reuse: ClassVar[bool] = False  # one process may serve many trials: nothing stays behind from one train to the next
    resumable: ClassVar[bool] = False  # train continues from run.resume()

    @abstractmethod
    def train(self, run: Training[S]) -> M:
        """Learns a model from ``run.data.train()``."""

    @abstractmethod
    def embed(self, model: M, recording: Recording) -> ArrayLike:
        """Returns an array [samples x dims] with a finite row for every sample."""

    def evaluate(self, model: M, recording: Recording) -> Mapping[str, float]:
        """Returns the method's own metrics, finite, under names that ``metrics``
        declares; one that the recording cannot support is left out."""
        return {}

    def save(self, model: M, folder: str) -> None:
        """Writes the model into an existing empty folder. This one takes
        dictionaries, lists and dataclasses of NumPy arrays, numbers and texts,
        and writes JSON and .npy files; override it, and ``load``, for others."""
        _model.save(self, model, folder)

    def load(self, folder: str) -> M:
        """Reads what ``save`` wrote, perhaps in another process."""
        model: M = _model.load(self, folder)
        return model


class Sink(Protocol):
    """Where a run's events go: the host's stream, or a list in a test."""

    def progress(self, done: int, total: int, unit: str) -> None: ...
    def metric(self, name: str, step: int, value: float) -> None: ...
    def log(self, line: str) -> None: ...
    def checkpoint(self, done: int, resumed: bool) -> None: ...
    def cancelled(self) -> bool: ...


class Training(Generic[S]):
    """Everything that training may depend on, and where it reports to."""

    def __init__(self, settings: S, data: Dataset, seed: int, threads: int, work_dir: str, sink: Sink, checkpoint_dir: str = ""):
        self.settings = settings
        self.data = data  # learn from data.train(role) only
        self.seed = seed  # the only source of randomness; see rng and seed_for
        self.threads = threads  # how many training may use; results must not depend on it
        self.work_dir = work_dir  # private scratch folder, removed after the trial
        self._sink = sink
        self._checkpoint_dir = checkpoint_dir
        self._shown = 0.0

    def rng(self, purpose: str) -> np.random.Generator:
        """The random stream of that name: one per purpose ("init", "batches"), so
        that a draw more in one place does not shift all others."""
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(self._entropy(purpose))))

    def seed_for(self, purpose: str) -> int:
        """A seed below 2**31 for a library with generators of its own:
        ``torch.manual_seed(run.seed_for("torch"))``."""
        return int(np.random.SeedSequence(self._entropy(purpose)).generate_state(1)[0] >> 1)

    def _entropy(self, purpose: str) -> Sequence[int]:
        return [self.seed, int.from_bytes(hashlib.sha256(purpose.encode()).digest()[:16], "little")]

    @property
    def cancelled(self) -> bool:
        """The host no longer wants the result."""
        return self._sink.cancelled()

    def check(self) -> None:
        """Raises :class:`Cancelled` once the host no longer wants the result."""
        if self.cancelled:
            raise Cancelled()

    def progress(self, done: int, total: int = 0, unit: str = "steps") -> None:
        """Says that done of total (0: unknown) units are finished."""
        self.check()
        now = time.monotonic()
        if done == total or now - self._shown > 0.05:  # a display needs no more
            self._shown = now
            self._sink.progress(done, total, unit)

    def track(self, steps: Iterable[T], unit: str = "steps") -> Iterator[T]:
        """Iterates and reports progress: ``for epoch in run.track(range(100), "epochs")``."""
        total = len(steps) if isinstance(steps, Sized) else 0
        for done, step in enumerate(steps, 1):
            yield step
            self.progress(done, total, unit)

    def metric(self, name: str, step: int, value: Union[float, Any]) -> None:
        """Adds a point to a curve: ``run.metric("loss", epoch, loss)``."""
        self.check()
        self._sink.metric(name, int(step), float(value))

    def checkpoint(self, done: int, state: Any) -> None:
        """Keeps what training needs to go on after done units of work, should the
        process be killed: a dictionary of NumPy arrays, numbers and texts, the
        optimiser's state and ``rng.bit_generator.state`` among them. Only the last
        is kept. Does nothing where the method is not ``resumable``."""
        self.check()
        if self._checkpoint_dir and _checkpoint.save(self._checkpoint_dir, done, state):
            self._sink.checkpoint(done, False)

    def resume(self) -> Tuple[int, Any]:
        """Returns how much work an attempt before this one had done, and its state;
        (0, None) at the first. Training that goes on from there must give the
        model of training that was never interrupted."""
        done, state = _checkpoint.load(self._checkpoint_dir) if self._checkpoint_dir else (0, None)
        if state is not None:
            self._sink.checkpoint(done, True)
        return done, state

    def log(self, line: object) -> None:
        """Writes a line into the trial's log."""
        self._sink.log(str(line))


def embed_role(method: Method[Any, Any]) -> str:
    return method.embeds or (method.roles[0] if method.roles else "main")
