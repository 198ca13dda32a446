"""The contract between a search strategy and the host."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, ClassVar, Dict, Generic, List, Mapping, Optional, Sequence, Tuple, Type, TypeVar

import numpy as np

S = TypeVar("S")  # a settings dataclass
Q = TypeVar("Q")  # the state of a search


@dataclass(frozen=True)
class Parameter:
    """One searched setting: a list of values, or a range."""

    name: str
    kind: str  # float, int, bool, string, floats, ints
    values: Sequence[Any] = ()  # empty: a range
    min: float = 0.0  # of a range, included
    max: float = 0.0  # included
    step: float = 0.0  # between the values of a range from min on; 0: any value (of an int: every whole one)
    log: bool = False  # ratios matter
    when: str = ""  # condition under which it has an effect; else it is left out of the configuration
    default: Any = None  # of the method: a first guess


@dataclass(frozen=True)
class Search(Generic[S]):
    """What a strategy is asked about: the only thing, beside answers, that its
    questions may depend on."""

    settings: S  # of the strategy
    seed: int  # the only source of randomness; see rng
    parameters: Sequence[Parameter]  # each after those that its condition looks at
    goals: Sequence[str] = ("max",)  # of each objective: max or min
    configurations: int = 0  # questions that will be asked at most; 0: not known
    batch: int = 1  # questions that may be open at a time
    rungs: Sequence[int] = ()  # parts of the training budget after which values are told; empty: only the end
    fixed: Mapping[str, Any] = field(default_factory=dict)  # settings that are not searched

    def rng(self, purpose: str) -> np.random.Generator:
        """The random stream of that name."""
        entropy = [self.seed, int.from_bytes(hashlib.sha256(purpose.encode()).digest()[:16], "little")]
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy)))


@dataclass(frozen=True)
class Answer:
    """What a configuration came to."""

    question: int  # 0, 1, ... in the order in which they were asked
    configuration: Mapping[str, Any]  # the question itself
    values: Optional[List[float]]  # one for each objective, mean over seeds; None: there is nothing, see outcome
    outcome: str = "ok"  # ok, failed, pruned, skipped
    rungs: Sequence[Tuple[int, List[float]]] = ()  # budget and values on the way
    seeds: int = 1  # that the means are over
    spread: Sequence[float] = ()  # standard deviation over them
    cost: float = 0.0  # processor seconds of training


class Strategy(ABC, Generic[S, Q]):
    """Asks for configurations. Question k is a function of the search and of the
    answers to questions 0 ... k - batch, which are told in the order of the
    questions: a search that goes on after a kill begins anew, and must ask the same.
    """

    name: ClassVar[str]  # short and lower case: "tpe"
    version: ClassVar[str]  # change it whenever equal searches may ask other questions
    summary: ClassVar[str] = ""
    citation: ClassVar[str] = ""
    settings: ClassVar[Optional[Type[Any]]] = None  # a dataclass; see setting()
    conditions: ClassVar[bool] = False  # parameters may have conditions
    several: ClassVar[bool] = False  # there may be more than one objective
    repeats: ClassVar[bool] = False  # it may ask again for what it has asked for

    @abstractmethod
    def begin(self, search: Search[S]) -> Q:
        """Starts a search and returns its state, which the other calls get back."""

    @abstractmethod
    def ask(self, state: Q) -> Optional[Dict[str, Any]]:
        """Returns the next question, a value for every parameter that has an effect;
        None: there are no more."""

    def tell(self, state: Q, answer: Answer) -> None:
        """Gives the answer to the oldest question that has none yet."""
