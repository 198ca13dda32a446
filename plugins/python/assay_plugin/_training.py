"""One training as a method sees it."""

from __future__ import annotations  # np.random, named in one, takes a while to import

import hashlib
import random
import time
from typing import Any, Generic, Iterable, Iterator, Sequence, Sized, Tuple, TypeVar, Union

import numpy as np

from ._checkpoint import Checkpoint
from ._data import Dataset
from ._errors import Cancelled
from ._sink import Sink

S = TypeVar("S")  # a settings dataclass
T = TypeVar("T")


class Training(Generic[S]):
    """Everything that training may depend on, and where it reports to."""

    def __init__(self, settings: S, data: Dataset, seed: int, threads: int, work_dir: str, sink: Sink, checkpoint_dir: str = "", until: int = 0):
        self.settings = settings
        self.data = data  # learn from data.train(role) only
        self.seed = seed  # the only source of randomness; see rng and seed_for
        self.threads = threads  # how many training may use; results must not depend on it
        self.work_dir = work_dir  # private scratch folder, removed after the trial
        self.until = until  # train to so much of the budget only; 0: to the end. See end
        self.checkpoint = Checkpoint(checkpoint_dir, until, sink)
        self._sink = sink
        self._shown = 0.0

    def end(self, total: int) -> int:
        """How far to train where the full budget is total: ``until``, if the host asks
        for a part. Training that ends early leaves a checkpoint of just as much work
        and returns the model as it is then; it is gone on with later. So whatever
        depends on how long training is (a schedule of the learning rate) follows
        total."""
        return min(self.until, total) if self.until else total

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

    def track(self, steps: Iterable[T], unit: str = "steps", done: int = 0) -> Iterator[T]:
        """Iterates and reports progress: ``for epoch in run.track(range(100), "epochs")``.
        done is what an attempt before this one did:
        ``run.track(range(done, run.end(epochs)), "epochs", done)``."""
        total = done + len(steps) if isinstance(steps, Sized) else 0
        for done, step in enumerate(steps, done + 1):
            yield step
            self.progress(done, total, unit)

    def metric(self, name: str, step: int, value: Union[float, Any]) -> None:
        """Adds a point to a curve: ``run.metric("loss", epoch, loss)``."""
        self.check()
        self._sink.metric(name, int(step), float(value))

    def resume(self) -> Tuple[int, Any]:
        """The first edition's name for ``checkpoint.resume()``."""
        return self.checkpoint.resume()

    def log(self, line: object) -> None:
        """Writes a line into the trial's log."""
        self._sink.log(str(line))


def seed_global_generators(run: Training[Any]) -> None:
    """Gives the generators that all of a process shares, ``random``'s and NumPy's, a
    place that follows from the trial's seed: draws from them are no mistake any
    more, and do not depend on the trials that a process has served before. Those of
    other libraries are the method's to seed."""
    random.seed(run.seed_for("the generator of random"))
    np.random.seed(run.seed_for("the generator of numpy.random"))
