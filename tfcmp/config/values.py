"""Types of settings: how a value is read from a command line or a file, and what messages call it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

import yaml

from tfcmp.config.default_paths import absolute_path
from tfcmp.config.file import SettingsLoader, shown
from tfcmp.errors import CallError
from tfcmp.runs.files import require_writable

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(
    r"[-+]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)(e[-+]?[0-9]+)?|[-+]?\.?(inf|nan)", re.I
)


# What the elements of a list are called.
LISTED: dict[Any, str] = {int: "whole numbers above 0", str: "names"}


@dataclass(frozen=True)
class PathType:
    """Type of an option that names a path: absolute, `~` expanded.

    Attributes:
        name: what --help calls it.
        is_folder_to_write, is_file_to_write: whether something has to be writable there.
    """

    name: str
    is_folder_to_write: bool = False
    is_file_to_write: bool = False

    def __call__(self, text: str) -> str:
        """The path as text.

        Raises:
            CallError: see `absolute_path`.
        """
        return str(absolute_path(text))

    def require(self, path: Path, option: str) -> None:
        """Returns where something can be written to the path, if that is what it is for.

        Raises:
            CallError: it cannot; told before any work is done.
        """
        if self.is_folder_to_write:
            require_writable(path, option)
        if self.is_file_to_write:
            if not path.parent.is_dir():
                raise CallError(f"{option} {path}: there is no folder {path.parent}")
            if path.is_dir():
                raise CallError(f"{option} {path} is a folder; expected the name of a file")
            require_writable(path.parent, option)


local_path = PathType("path")
output_folder = PathType("folder", is_folder_to_write=True)
output_file = PathType("file", is_file_to_write=True)


def type_name(kind: Any) -> str:
    """What messages and --help call a type: "int or null", "one of 'a', 'b'"."""
    if isinstance(kind, PathType):
        return kind.name
    if get_origin(kind) is Literal:
        return f"one of {', '.join(map(repr, get_args(kind)))}"
    if get_origin(kind) in (Union, UnionType):
        return " or ".join(map(type_name, get_args(kind)))
    if get_origin(kind) is dict:
        return "a mapping"
    if get_origin(kind) is list:
        return (
            f"{LISTED.get(get_args(kind)[0]) or type_name(get_args(kind)[0])} (separated by commas)"
        )
    return "null" if kind is NoneType else str(kind.__name__)


def from_text(text: str, kind: Any) -> Any:
    """The value that a text of a command line stands for.

    Raises:
        ValueError: it is none of the type; says what was expected and what came.
        CallError: it is no path.
    """
    try:
        return _read(text, kind)
    except (ValueError, yaml.YAMLError):
        raise ValueError(f"expected {type_name(kind)}, got {text}") from None


def from_file(value: Any, kind: Any) -> Any:
    """The value of a YAML file as the type has it: a whole number is a float too.

    Raises:
        ValueError: it is none of the type; says what was expected and what came.
        CallError: it is no path.
    """
    try:
        return _check(value, kind)
    except ValueError:
        if value is None:
            raise ValueError("expected a value, got null") from None
        got = value if isinstance(value, str) else shown(value)
        raise ValueError(f"expected {type_name(kind)}, got {got}") from None


def _read(text: str, kind: Any) -> Any:
    if get_origin(kind) in (Union, UnionType):
        # Any text is a str, so that this is what is left.
        return _first(sorted(get_args(kind), key=lambda one: one is str), text, _read)
    if get_origin(kind) is dict:
        return _check(yaml.load(text, SettingsLoader) if text.startswith("{") else None, kind)
    if get_origin(kind) is list:
        words = list(filter(None, map(str.strip, text.split(","))))
        return _check([_read(word, get_args(kind)[0]) for word in words], kind)
    if kind is NoneType and text == "null":
        return None
    if kind is bool and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if kind is int and _INTEGER.fullmatch(text):
        return int(text)
    if kind is float and _FLOAT.fullmatch(text):
        return float(re.sub(r"\.(?=inf|nan)", "", text.lower()))
    # Of the types that are left, text and value are the same.
    return _check(text, kind)


def _check(value: Any, kind: Any) -> Any:
    if get_origin(kind) in (Union, UnionType):
        return _first(get_args(kind), value, _check)
    if isinstance(kind, PathType) and isinstance(value, str):
        return kind(value)
    if get_origin(kind) is Literal and isinstance(value, str) and value in get_args(kind):
        return value
    if get_origin(kind) is list and isinstance(value, str):
        return _read(value, kind)
    if get_origin(kind) is list and isinstance(value, list):
        # Counts and sizes are what is listed.
        if not value or any(type(one) is int and one < 1 for one in value):
            raise ValueError
        return [_check(one, get_args(kind)[0]) for one in value]
    if kind is float and type(value) is int:
        return float(value)
    # A bool is no int here.
    if type(value) is (get_origin(kind) or kind):
        return value
    raise ValueError


def _first(kinds: Sequence[Any], value: Any, read: Callable[[Any, Any], Any]) -> Any:
    for kind in kinds:
        try:
            return read(value, kind)
        except (ValueError, yaml.YAMLError):
            continue
    raise ValueError
