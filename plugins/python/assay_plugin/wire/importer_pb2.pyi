from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ItemKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ITEM_KIND_UNSPECIFIED: _ClassVar[ItemKind]
    ARRAY: _ClassVar[ItemKind]
    TEXT: _ClassVar[ItemKind]
    RAGGED: _ClassVar[ItemKind]
ITEM_KIND_UNSPECIFIED: ItemKind
ARRAY: ItemKind
TEXT: ItemKind
RAGGED: ItemKind

class FormatsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class FormatsReply(_message.Message):
    __slots__ = ("name", "version", "summary", "formats")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    FORMATS_FIELD_NUMBER: _ClassVar[int]
    name: str
    version: str
    summary: str
    formats: _containers.RepeatedCompositeFieldContainer[Format]
    def __init__(self, name: _Optional[str] = ..., version: _Optional[str] = ..., summary: _Optional[str] = ..., formats: _Optional[_Iterable[_Union[Format, _Mapping]]] = ...) -> None: ...

class Format(_message.Message):
    __slots__ = ("name", "endings", "magic", "missing")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ENDINGS_FIELD_NUMBER: _ClassVar[int]
    MAGIC_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    name: str
    endings: _containers.RepeatedScalarFieldContainer[str]
    magic: bytes
    missing: str
    def __init__(self, name: _Optional[str] = ..., endings: _Optional[_Iterable[str]] = ..., magic: _Optional[bytes] = ..., missing: _Optional[str] = ...) -> None: ...

class InspectRequest(_message.Message):
    __slots__ = ("path", "format")
    PATH_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    path: str
    format: str
    def __init__(self, path: _Optional[str] = ..., format: _Optional[str] = ...) -> None: ...

class InspectReply(_message.Message):
    __slots__ = ("format", "items", "about", "notes")
    class AboutEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    ABOUT_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    format: str
    items: _containers.RepeatedCompositeFieldContainer[Item]
    about: _containers.ScalarMap[str, str]
    notes: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, format: _Optional[str] = ..., items: _Optional[_Iterable[_Union[Item, _Mapping]]] = ..., about: _Optional[_Mapping[str, str]] = ..., notes: _Optional[_Iterable[str]] = ...) -> None: ...

class Item(_message.Message):
    __slots__ = ("name", "kind", "type", "shape", "values", "unit", "doc", "table", "times", "rate", "start", "refers")
    NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    SHAPE_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    DOC_FIELD_NUMBER: _ClassVar[int]
    TABLE_FIELD_NUMBER: _ClassVar[int]
    TIMES_FIELD_NUMBER: _ClassVar[int]
    RATE_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    REFERS_FIELD_NUMBER: _ClassVar[int]
    name: str
    kind: ItemKind
    type: str
    shape: _containers.RepeatedScalarFieldContainer[int]
    values: int
    unit: str
    doc: str
    table: str
    times: str
    rate: float
    start: float
    refers: str
    def __init__(self, name: _Optional[str] = ..., kind: _Optional[_Union[ItemKind, str]] = ..., type: _Optional[str] = ..., shape: _Optional[_Iterable[int]] = ..., values: _Optional[int] = ..., unit: _Optional[str] = ..., doc: _Optional[str] = ..., table: _Optional[str] = ..., times: _Optional[str] = ..., rate: _Optional[float] = ..., start: _Optional[float] = ..., refers: _Optional[str] = ...) -> None: ...

class ExtractRequest(_message.Message):
    __slots__ = ("path", "format", "items", "out_dir", "max_bytes")
    PATH_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    OUT_DIR_FIELD_NUMBER: _ClassVar[int]
    MAX_BYTES_FIELD_NUMBER: _ClassVar[int]
    path: str
    format: str
    items: _containers.RepeatedScalarFieldContainer[str]
    out_dir: str
    max_bytes: int
    def __init__(self, path: _Optional[str] = ..., format: _Optional[str] = ..., items: _Optional[_Iterable[str]] = ..., out_dir: _Optional[str] = ..., max_bytes: _Optional[int] = ...) -> None: ...

class ExtractEvent(_message.Message):
    __slots__ = ("progress", "item")
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    ITEM_FIELD_NUMBER: _ClassVar[int]
    progress: ExtractProgress
    item: Extracted
    def __init__(self, progress: _Optional[_Union[ExtractProgress, _Mapping]] = ..., item: _Optional[_Union[Extracted, _Mapping]] = ...) -> None: ...

class ExtractProgress(_message.Message):
    __slots__ = ("done", "total")
    DONE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    done: int
    total: int
    def __init__(self, done: _Optional[int] = ..., total: _Optional[int] = ...) -> None: ...

class Extracted(_message.Message):
    __slots__ = ("name", "file", "offsets", "text")
    NAME_FIELD_NUMBER: _ClassVar[int]
    FILE_FIELD_NUMBER: _ClassVar[int]
    OFFSETS_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    name: str
    file: str
    offsets: str
    text: str
    def __init__(self, name: _Optional[str] = ..., file: _Optional[str] = ..., offsets: _Optional[str] = ..., text: _Optional[str] = ...) -> None: ...
