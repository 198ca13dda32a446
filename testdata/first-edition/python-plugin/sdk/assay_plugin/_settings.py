"""Settings: a dataclass whose fields say default, range and meaning.

    @dataclass
    class Settings:
        dims: int = setting(10, min=1, doc="number of components")
        optimizer: str = setting("adam", choices=["adam", "sgd"], doc="update rule")
        momentum: float = setting(0.9, min=0, below=1, when="optimizer == 'sgd'", doc="momentum")

The schema is that of the Go package framework/setting, rule by rule; the host
checks a sweep against it before anything runs, and :func:`decode` once more.
"""

import dataclasses
import difflib
import json
import math
import typing
from dataclasses import dataclass
from typing import Any, Dict, List, Mapping, Optional, Sequence

from ._errors import Refuse

_KEY = "assay"
_KINDS = {float: "float", int: "int", bool: "bool", str: "string", List[float]: "floats", List[int]: "ints", list[float]: "floats", list[int]: "ints"}


def setting(
    default: Any, *, min: Optional[float] = None, max: Optional[float] = None, above: Optional[float] = None,
    below: Optional[float] = None, scale: str = "", choices: Sequence[str] = (), when: str = "", doc: str = "",
) -> Any:
    """A field of a settings dataclass.

    ``min`` and ``max`` are allowed values, ``above`` and ``below`` are not; of a
    list they hold for each element. ``scale="log"`` says that ratios matter.
    ``when`` is the condition on other settings under which this one has an effect.
    """
    about = {_KEY: dict(min=min, max=max, above=above, below=below, scale=scale, choices=list(choices), when=when, doc=doc)}
    if isinstance(default, (list, tuple)):
        return dataclasses.field(default_factory=lambda: list(default), metadata=about)
    return dataclasses.field(default=default, metadata=about)


@dataclass
class Setting:
    """One entry of a schema."""

    name: str
    kind: str
    default: Any
    min: Optional[float] = None
    max: Optional[float] = None
    above: Optional[float] = None
    below: Optional[float] = None
    scale: str = ""
    choices: List[str] = dataclasses.field(default_factory=list)
    when: str = ""
    doc: str = ""

    def normal(self, value: Any) -> Any:
        """Returns the value in the one form that the kind has; ValueError says what is wrong with it."""
        if self.kind == "bool":
            if isinstance(value, bool):
                return value
            raise ValueError(f"must be true or false, got {_show(value)}")
        if self.kind == "string":
            if not isinstance(value, str):
                raise ValueError(f"must be text, got {_show(value)}")
            if self.choices and value not in self.choices:
                raise ValueError(f"must be one of {', '.join(self.choices)}, got {_show(value)}")
            return value
        if self.kind in ("float", "int"):
            return self._number(value)
        if not isinstance(value, (list, tuple)):
            raise ValueError(f"must be a list of numbers, got {_show(value)}")
        out = []
        for i, x in enumerate(value):
            try:
                out.append(self._number(x))
            except ValueError as e:
                raise ValueError(f"element {i + 1} {e}") from None
        return out

    def _number(self, value: Any) -> float:
        whole = self.kind in ("int", "ints")
        word = "a whole number" if whole else "a number"
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ValueError(f"must be {word}, got {_show(value)}")
        x = float(value)
        if not math.isfinite(x):
            raise ValueError(f"must be finite, got {x}")
        if whole and (x != math.trunc(x) or abs(x) > 2**53):
            raise ValueError(f"must be a whole number, got {x:g}")
        if self.min is not None and x < self.min:
            raise ValueError(f"must be at least {self.min:g}, got {x:g}")
        if self.max is not None and x > self.max:
            raise ValueError(f"must be at most {self.max:g}, got {x:g}")
        if self.above is not None and x <= self.above:
            raise ValueError(f"must be above {self.above:g}, got {x:g}")
        if self.below is not None and x >= self.below:
            raise ValueError(f"must be below {self.below:g}, got {x:g}")
        return int(x) if whole else x


def schema(settings: Optional[type]) -> List[Setting]:
    """Reads the schema of a settings dataclass. TypeError names a declaration that makes no sense."""
    if settings is None:
        return []
    if not dataclasses.is_dataclass(settings):
        raise TypeError(f"settings must be a dataclass, {settings!r} is none")
    hints = typing.get_type_hints(settings)
    return [_of_field(settings.__name__, f, hints[f.name]) for f in dataclasses.fields(settings)]


def _of_field(owner: str, f: "dataclasses.Field[Any]", annotation: Any) -> Setting:
    about = dict(f.metadata.get(_KEY, {}))
    if typing.get_origin(annotation) is typing.Literal:  # Literal["adam", "sgd"] declares choices
        about["choices"], annotation = list(typing.get_args(annotation)), str
    kind = _KINDS.get(annotation)
    if kind is None:
        raise TypeError(f"{owner}.{f.name}: type {annotation!r} cannot be a setting; float, int, bool, str, list[float] and list[int] can")
    if f.default is not dataclasses.MISSING:
        default = f.default
    elif f.default_factory is not dataclasses.MISSING:
        default = f.default_factory()
    else:
        raise TypeError(f"{owner}.{f.name}: a setting needs a default")
    s = Setting(f.name, kind, default, **about)
    try:
        s.default = s.normal(default)
    except ValueError as e:
        raise TypeError(f"{owner}.{f.name}: default {e}") from None
    return s


def decode(settings: Optional[type], text: str) -> Any:
    """Fills the dataclass from a JSON object; refuses what the schema does not allow."""
    try:
        values = json.loads(text)
    except ValueError as e:
        raise Refuse(f"settings_json is no JSON object: {e}") from None
    if not isinstance(values, dict):
        raise Refuse("settings_json is no JSON object")
    known = {s.name: s for s in schema(settings)}
    filled: Dict[str, Any] = {}
    for name in sorted(values):
        if name not in known:
            raise Refuse(f'there is no setting "{name}"', _suggest(name, list(known)))
        try:
            filled[name] = known[name].normal(values[name])
        except ValueError as e:
            raise Refuse(f"setting {name} {e}", known[name].doc) from None
    return settings(**filled) if settings else None


def complete(settings: Optional[type], values: Mapping[str, Any]) -> Any:
    """The dataclass filled with values and defaults, as the host would send them."""
    return decode(settings, json.dumps(dict(values)))


def _suggest(name: str, known: List[str]) -> str:
    close = difflib.get_close_matches(name, known, 1)
    if close:
        return f'did you mean "{close[0]}"?'
    return "known: " + ", ".join(known) if known else "there are none"


def _show(value: Any) -> str:
    return "nothing" if value is None else json.dumps(value, default=str)
