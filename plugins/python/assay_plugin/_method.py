"""The contract between a method and the host."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Mapping, Optional, Sequence, Tuple, Type, TypeVar, Union

from numpy.typing import ArrayLike

from . import _tree
from ._data import Recording
from ._errors import Failure
from ._training import Training

S = TypeVar("S")  # a settings dataclass
M = TypeVar("M")  # what train returns


@dataclass(frozen=True)
class Metric:
    """A number that ``evaluate`` may report."""

    name: str  # lower case: "reconstruction_r2"
    goal: str  # "max", "min" or "none"
    doc: str


@dataclass(frozen=True)
class Array:
    """An array for figures that ``illustrate`` may make."""

    name: str  # lower case: "raster"
    doc: str  # shape and meaning


class Method(ABC, Generic[S, M]):
    """One algorithm under study. For each trial the host calls

    1. ``train``, which draws randomness only from its run: equal requests give
       equal models, whatever the number of threads,
    2. ``embed`` and ``evaluate`` on the model, here or, after ``save`` and
       ``load``, in another process.

    A *condition* is a text like ``"objective == 'supervised'"`` on settings, True
    or False; a *number* is one that may follow from settings, ``"window - 1"``.
    """

    name: ClassVar[str]  # short and lower case: "cebra"
    version: ClassVar[str]  # change it whenever equal requests may give other results
    summary: ClassVar[str] = ""  # one line
    citation: ClassVar[str] = ""
    settings: ClassVar[Optional[Type[Any]]] = None  # a dataclass; see setting()
    model: ClassVar[Optional[Type[Any]]] = None  # where the model is a dataclass: its type, for load
    roles: ClassVar[Sequence[str]] = ()  # recordings a dataset must have; empty: just "main"
    optional_roles: ClassVar[Mapping[str, str]] = {}  # further roles, and the condition under which each is needed
    several: ClassVar[Sequence[str]] = ()  # roles in which the dataset may have more than one recording
    embeds: ClassVar[str] = ""  # role that embed and evaluate are about; empty: the first of roles
    targets: ClassVar[Sequence[str]] = ()  # targets the training recordings must have
    metrics: ClassVar[Sequence[Metric]] = ()  # what evaluate may report
    arrays: ClassVar[Sequence[Array]] = ()  # what illustrate may make

    # Promises. deterministic is True unless you say otherwise: a method that draws
    # from its run alone and fixes its threads is. The others are False until you do.
    deterministic: ClassVar[bool] = True  # equal requests give equal bytes: the host may verify them
    out_of_sample: ClassVar[bool] = True  # embed is meaningful outside the training part
    reuse: ClassVar[bool] = False  # one process may serve many trials: nothing stays behind from one train to the next
    resumable: ClassVar[bool] = False  # train continues from run.checkpoint.resume()
    budget: ClassVar[str] = ""  # the full training budget, usually the name of a setting: "epochs". See Training.end
    context: ClassVar[Optional[Tuple[Union[int, str], Union[int, str]]]] = None  # samples before and after a sample that its embedding may see, numbers; -1: all of the part
    uses_labels: ClassVar[Union[bool, str, None]] = None  # condition under which embeddings depend on targets; None: not said
    seedless: ClassVar[Union[bool, str]] = False  # condition under which the result does not depend on the seed at all
    gpu: ClassVar[str] = ""  # "none", "optional" or "required"; "": not said

    @abstractmethod
    def train(self, run: Training[S]) -> M:
        """Learns a model from ``run.data.train()``."""

    @abstractmethod
    def embed(self, model: M, recording: Recording) -> ArrayLike:
        """Returns an array [samples x dims] with a finite row for every sample."""

    def evaluate(self, model: M, recording: Recording) -> Mapping[str, float]:
        """Returns the method's own metrics, finite, under names that ``metrics``
        declares; one that the recording cannot support is left out. A metric that is
        over the samples of the recording should come from ``over_samples`` or
        ``jackknife``, so that tables have intervals for it."""
        return {}

    def illustrate(self, model: M, recording: Recording) -> Mapping[str, ArrayLike]:
        """Makes arrays for figures, under names that ``arrays`` declares. They are
        asked for where the sweep says ``keep: {arrays: true}``."""
        return {}

    def save(self, model: M, folder: str) -> None:
        """Writes the model into an existing empty folder. This one takes
        dictionaries, lists and dataclasses of NumPy arrays, numbers and texts,
        and writes JSON and .npy files; override it, and ``load``, for others."""
        _tree.write(model, "the model", folder, {"method": self.name, "version": self.version})

    def load(self, folder: str) -> M:
        """Reads what ``save`` wrote, perhaps in another process."""
        try:
            tree, about = _tree.read(folder)
            if about["method"] != self.name or about["version"] != self.version:
                raise ValueError(f"it was saved by {about['method']} {about['version']}, this is {self.name} {self.version}")
            model: M = tree if self.model is None else self.model(**tree)
            return model
        except (OSError, ValueError, KeyError, TypeError) as e:
            raise Failure(f"no model: {folder}: {e}") from e


def embed_role(method: Method[Any, Any]) -> str:
    return method.embeds or (method.roles[0] if method.roles else "main")
