from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class StrategyAboutRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class StrategyAboutReply(_message.Message):
    __slots__ = ("name", "version", "summary", "citation", "settings_json", "conditions", "several", "repeats")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    CITATION_FIELD_NUMBER: _ClassVar[int]
    SETTINGS_JSON_FIELD_NUMBER: _ClassVar[int]
    CONDITIONS_FIELD_NUMBER: _ClassVar[int]
    SEVERAL_FIELD_NUMBER: _ClassVar[int]
    REPEATS_FIELD_NUMBER: _ClassVar[int]
    name: str
    version: str
    summary: str
    citation: str
    settings_json: str
    conditions: bool
    several: bool
    repeats: bool
    def __init__(self, name: _Optional[str] = ..., version: _Optional[str] = ..., summary: _Optional[str] = ..., citation: _Optional[str] = ..., settings_json: _Optional[str] = ..., conditions: bool = ..., several: bool = ..., repeats: bool = ...) -> None: ...

class BeginRequest(_message.Message):
    __slots__ = ("search", "seed", "settings_json", "parameters", "objectives", "configurations", "batch", "rungs", "fixed_json")
    SEARCH_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    SETTINGS_JSON_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    OBJECTIVES_FIELD_NUMBER: _ClassVar[int]
    CONFIGURATIONS_FIELD_NUMBER: _ClassVar[int]
    BATCH_FIELD_NUMBER: _ClassVar[int]
    RUNGS_FIELD_NUMBER: _ClassVar[int]
    FIXED_JSON_FIELD_NUMBER: _ClassVar[int]
    search: str
    seed: int
    settings_json: str
    parameters: _containers.RepeatedCompositeFieldContainer[Parameter]
    objectives: _containers.RepeatedCompositeFieldContainer[Objective]
    configurations: int
    batch: int
    rungs: _containers.RepeatedScalarFieldContainer[int]
    fixed_json: str
    def __init__(self, search: _Optional[str] = ..., seed: _Optional[int] = ..., settings_json: _Optional[str] = ..., parameters: _Optional[_Iterable[_Union[Parameter, _Mapping]]] = ..., objectives: _Optional[_Iterable[_Union[Objective, _Mapping]]] = ..., configurations: _Optional[int] = ..., batch: _Optional[int] = ..., rungs: _Optional[_Iterable[int]] = ..., fixed_json: _Optional[str] = ...) -> None: ...

class BeginReply(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Parameter(_message.Message):
    __slots__ = ("name", "kind", "values_json", "min", "max", "step", "scale", "when", "default_json")
    NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    VALUES_JSON_FIELD_NUMBER: _ClassVar[int]
    MIN_FIELD_NUMBER: _ClassVar[int]
    MAX_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    SCALE_FIELD_NUMBER: _ClassVar[int]
    WHEN_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_JSON_FIELD_NUMBER: _ClassVar[int]
    name: str
    kind: str
    values_json: _containers.RepeatedScalarFieldContainer[str]
    min: float
    max: float
    step: float
    scale: str
    when: str
    default_json: str
    def __init__(self, name: _Optional[str] = ..., kind: _Optional[str] = ..., values_json: _Optional[_Iterable[str]] = ..., min: _Optional[float] = ..., max: _Optional[float] = ..., step: _Optional[float] = ..., scale: _Optional[str] = ..., when: _Optional[str] = ..., default_json: _Optional[str] = ...) -> None: ...

class Objective(_message.Message):
    __slots__ = ("metric", "goal")
    METRIC_FIELD_NUMBER: _ClassVar[int]
    GOAL_FIELD_NUMBER: _ClassVar[int]
    metric: str
    goal: str
    def __init__(self, metric: _Optional[str] = ..., goal: _Optional[str] = ...) -> None: ...

class AskRequest(_message.Message):
    __slots__ = ("search",)
    SEARCH_FIELD_NUMBER: _ClassVar[int]
    search: str
    def __init__(self, search: _Optional[str] = ...) -> None: ...

class AskReply(_message.Message):
    __slots__ = ("done", "settings_json", "note")
    DONE_FIELD_NUMBER: _ClassVar[int]
    SETTINGS_JSON_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    done: bool
    settings_json: str
    note: str
    def __init__(self, done: bool = ..., settings_json: _Optional[str] = ..., note: _Optional[str] = ...) -> None: ...

class TellRequest(_message.Message):
    __slots__ = ("search", "question", "values", "outcome", "rungs", "seeds", "spread", "cost")
    SEARCH_FIELD_NUMBER: _ClassVar[int]
    QUESTION_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    RUNGS_FIELD_NUMBER: _ClassVar[int]
    SEEDS_FIELD_NUMBER: _ClassVar[int]
    SPREAD_FIELD_NUMBER: _ClassVar[int]
    COST_FIELD_NUMBER: _ClassVar[int]
    search: str
    question: int
    values: _containers.RepeatedScalarFieldContainer[float]
    outcome: str
    rungs: _containers.RepeatedCompositeFieldContainer[RungValue]
    seeds: int
    spread: _containers.RepeatedScalarFieldContainer[float]
    cost: float
    def __init__(self, search: _Optional[str] = ..., question: _Optional[int] = ..., values: _Optional[_Iterable[float]] = ..., outcome: _Optional[str] = ..., rungs: _Optional[_Iterable[_Union[RungValue, _Mapping]]] = ..., seeds: _Optional[int] = ..., spread: _Optional[_Iterable[float]] = ..., cost: _Optional[float] = ...) -> None: ...

class RungValue(_message.Message):
    __slots__ = ("budget", "values")
    BUDGET_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    budget: int
    values: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, budget: _Optional[int] = ..., values: _Optional[_Iterable[float]] = ...) -> None: ...

class TellReply(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class EndRequest(_message.Message):
    __slots__ = ("search",)
    SEARCH_FIELD_NUMBER: _ClassVar[int]
    search: str
    def __init__(self, search: _Optional[str] = ...) -> None: ...

class EndReply(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
