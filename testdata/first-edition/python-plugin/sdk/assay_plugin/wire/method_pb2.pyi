from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class DescribeRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class DescribeReply(_message.Message):
    __slots__ = ("name", "version", "summary", "citation", "settings", "roles", "embeds", "targets", "metrics", "deterministic", "out_of_sample", "reuse", "resumable", "arrays", "optional")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    CITATION_FIELD_NUMBER: _ClassVar[int]
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    EMBEDS_FIELD_NUMBER: _ClassVar[int]
    TARGETS_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    DETERMINISTIC_FIELD_NUMBER: _ClassVar[int]
    OUT_OF_SAMPLE_FIELD_NUMBER: _ClassVar[int]
    REUSE_FIELD_NUMBER: _ClassVar[int]
    RESUMABLE_FIELD_NUMBER: _ClassVar[int]
    ARRAYS_FIELD_NUMBER: _ClassVar[int]
    OPTIONAL_FIELD_NUMBER: _ClassVar[int]
    name: str
    version: str
    summary: str
    citation: str
    settings: _containers.RepeatedCompositeFieldContainer[Setting]
    roles: _containers.RepeatedScalarFieldContainer[str]
    embeds: str
    targets: _containers.RepeatedScalarFieldContainer[str]
    metrics: _containers.RepeatedCompositeFieldContainer[Metric]
    deterministic: bool
    out_of_sample: bool
    reuse: bool
    resumable: bool
    arrays: _containers.RepeatedCompositeFieldContainer[Array]
    optional: _containers.RepeatedCompositeFieldContainer[OptionalRole]
    def __init__(self, name: _Optional[str] = ..., version: _Optional[str] = ..., summary: _Optional[str] = ..., citation: _Optional[str] = ..., settings: _Optional[_Iterable[_Union[Setting, _Mapping]]] = ..., roles: _Optional[_Iterable[str]] = ..., embeds: _Optional[str] = ..., targets: _Optional[_Iterable[str]] = ..., metrics: _Optional[_Iterable[_Union[Metric, _Mapping]]] = ..., deterministic: bool = ..., out_of_sample: bool = ..., reuse: bool = ..., resumable: bool = ..., arrays: _Optional[_Iterable[_Union[Array, _Mapping]]] = ..., optional: _Optional[_Iterable[_Union[OptionalRole, _Mapping]]] = ...) -> None: ...

class OptionalRole(_message.Message):
    __slots__ = ("name", "when")
    NAME_FIELD_NUMBER: _ClassVar[int]
    WHEN_FIELD_NUMBER: _ClassVar[int]
    name: str
    when: str
    def __init__(self, name: _Optional[str] = ..., when: _Optional[str] = ...) -> None: ...

class Setting(_message.Message):
    __slots__ = ("name", "kind", "default_json", "min", "max", "above", "below", "scale", "choices", "when", "doc")
    NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_JSON_FIELD_NUMBER: _ClassVar[int]
    MIN_FIELD_NUMBER: _ClassVar[int]
    MAX_FIELD_NUMBER: _ClassVar[int]
    ABOVE_FIELD_NUMBER: _ClassVar[int]
    BELOW_FIELD_NUMBER: _ClassVar[int]
    SCALE_FIELD_NUMBER: _ClassVar[int]
    CHOICES_FIELD_NUMBER: _ClassVar[int]
    WHEN_FIELD_NUMBER: _ClassVar[int]
    DOC_FIELD_NUMBER: _ClassVar[int]
    name: str
    kind: str
    default_json: str
    min: float
    max: float
    above: float
    below: float
    scale: str
    choices: _containers.RepeatedScalarFieldContainer[str]
    when: str
    doc: str
    def __init__(self, name: _Optional[str] = ..., kind: _Optional[str] = ..., default_json: _Optional[str] = ..., min: _Optional[float] = ..., max: _Optional[float] = ..., above: _Optional[float] = ..., below: _Optional[float] = ..., scale: _Optional[str] = ..., choices: _Optional[_Iterable[str]] = ..., when: _Optional[str] = ..., doc: _Optional[str] = ...) -> None: ...

class Metric(_message.Message):
    __slots__ = ("name", "goal", "doc")
    NAME_FIELD_NUMBER: _ClassVar[int]
    GOAL_FIELD_NUMBER: _ClassVar[int]
    DOC_FIELD_NUMBER: _ClassVar[int]
    name: str
    goal: str
    doc: str
    def __init__(self, name: _Optional[str] = ..., goal: _Optional[str] = ..., doc: _Optional[str] = ...) -> None: ...

class Array(_message.Message):
    __slots__ = ("name", "doc")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DOC_FIELD_NUMBER: _ClassVar[int]
    name: str
    doc: str
    def __init__(self, name: _Optional[str] = ..., doc: _Optional[str] = ...) -> None: ...

class TrainRequest(_message.Message):
    __slots__ = ("settings_json", "dataset_dir", "seed", "threads", "work_dir", "model_dir", "checkpoint_dir")
    SETTINGS_JSON_FIELD_NUMBER: _ClassVar[int]
    DATASET_DIR_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    THREADS_FIELD_NUMBER: _ClassVar[int]
    WORK_DIR_FIELD_NUMBER: _ClassVar[int]
    MODEL_DIR_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINT_DIR_FIELD_NUMBER: _ClassVar[int]
    settings_json: str
    dataset_dir: str
    seed: int
    threads: int
    work_dir: str
    model_dir: str
    checkpoint_dir: str
    def __init__(self, settings_json: _Optional[str] = ..., dataset_dir: _Optional[str] = ..., seed: _Optional[int] = ..., threads: _Optional[int] = ..., work_dir: _Optional[str] = ..., model_dir: _Optional[str] = ..., checkpoint_dir: _Optional[str] = ...) -> None: ...

class TrainEvent(_message.Message):
    __slots__ = ("progress", "point", "log", "checkpoint")
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    POINT_FIELD_NUMBER: _ClassVar[int]
    LOG_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    progress: Progress
    point: Point
    log: str
    checkpoint: Checkpoint
    def __init__(self, progress: _Optional[_Union[Progress, _Mapping]] = ..., point: _Optional[_Union[Point, _Mapping]] = ..., log: _Optional[str] = ..., checkpoint: _Optional[_Union[Checkpoint, _Mapping]] = ...) -> None: ...

class Progress(_message.Message):
    __slots__ = ("done", "total", "unit")
    DONE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    done: int
    total: int
    unit: str
    def __init__(self, done: _Optional[int] = ..., total: _Optional[int] = ..., unit: _Optional[str] = ...) -> None: ...

class Checkpoint(_message.Message):
    __slots__ = ("done", "resumed")
    DONE_FIELD_NUMBER: _ClassVar[int]
    RESUMED_FIELD_NUMBER: _ClassVar[int]
    done: int
    resumed: bool
    def __init__(self, done: _Optional[int] = ..., resumed: bool = ...) -> None: ...

class Point(_message.Message):
    __slots__ = ("name", "step", "value")
    NAME_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    name: str
    step: int
    value: float
    def __init__(self, name: _Optional[str] = ..., step: _Optional[int] = ..., value: _Optional[float] = ...) -> None: ...

class EmbedRequest(_message.Message):
    __slots__ = ("model_dir", "dataset_dir", "role", "split", "out_path")
    MODEL_DIR_FIELD_NUMBER: _ClassVar[int]
    DATASET_DIR_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    SPLIT_FIELD_NUMBER: _ClassVar[int]
    OUT_PATH_FIELD_NUMBER: _ClassVar[int]
    model_dir: str
    dataset_dir: str
    role: str
    split: str
    out_path: str
    def __init__(self, model_dir: _Optional[str] = ..., dataset_dir: _Optional[str] = ..., role: _Optional[str] = ..., split: _Optional[str] = ..., out_path: _Optional[str] = ...) -> None: ...

class EmbedReply(_message.Message):
    __slots__ = ("samples", "dims")
    SAMPLES_FIELD_NUMBER: _ClassVar[int]
    DIMS_FIELD_NUMBER: _ClassVar[int]
    samples: int
    dims: int
    def __init__(self, samples: _Optional[int] = ..., dims: _Optional[int] = ...) -> None: ...

class EvaluateRequest(_message.Message):
    __slots__ = ("model_dir", "dataset_dir", "role", "split", "arrays_dir")
    MODEL_DIR_FIELD_NUMBER: _ClassVar[int]
    DATASET_DIR_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    SPLIT_FIELD_NUMBER: _ClassVar[int]
    ARRAYS_DIR_FIELD_NUMBER: _ClassVar[int]
    model_dir: str
    dataset_dir: str
    role: str
    split: str
    arrays_dir: str
    def __init__(self, model_dir: _Optional[str] = ..., dataset_dir: _Optional[str] = ..., role: _Optional[str] = ..., split: _Optional[str] = ..., arrays_dir: _Optional[str] = ...) -> None: ...

class EvaluateReply(_message.Message):
    __slots__ = ("metrics",)
    class MetricsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    METRICS_FIELD_NUMBER: _ClassVar[int]
    metrics: _containers.ScalarMap[str, float]
    def __init__(self, metrics: _Optional[_Mapping[str, float]] = ...) -> None: ...
