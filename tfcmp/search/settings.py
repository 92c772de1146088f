"""Settings by their dotted names: which can be searched, what they take, how a trial sets them."""

from collections.abc import Mapping
from dataclasses import replace
from types import NoneType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from tfcmp.config.fields import Configuration
from tfcmp.errors import CallError

GROUPS = ("architecture", "data", "training")
# Of the data, what changes how much of a text is seen. All else changes which texts there are, and
# trials on other texts have scores that do not compare.
OF_THE_DATA = ("data.max_length", "data.truncation")
# Decides with which files a model reads its texts.
FIXED = ("architecture.preprocessor",)


def annotation_of(configuration: Configuration, name: Any) -> Any:
    """Type of the setting called `name`; to YAML a name may be a number.

    Raises:
        CallError: there is none of that name, or it cannot be searched.
    """
    group, _, field = str(name).partition(".")
    hints: dict[str, Any] = {}
    if group in GROUPS:
        hints = get_type_hints(type(getattr(configuration, group)))
    if field not in hints:
        known = f"{group} has {', '.join(hints)}" if hints else f"expected {_dotted()}"
        raise CallError(f"--search.space: unknown setting {name}; {known}")
    if name in FIXED or (group == "data" and name not in OF_THE_DATA):
        raise CallError(
            f"--search.space: {name} cannot be searched: trials on other texts have scores that do "
            f"not compare; of the data, {' and '.join(OF_THE_DATA)} can"
        )
    return hints[field]


def _dotted() -> str:
    return ", ".join(f"{group}.NAME" for group in GROUPS)


def check_value(name: str, value: Any, annotation: Any) -> Any:
    """The value as the setting takes it; YAML reads 1e-4 as text, which becomes a number.

    Raises:
        CallError: the setting does not take it.
    """
    options = get_args(annotation)
    if get_origin(annotation) is Literal:
        is_right = value in options
        expected = f"one of {', '.join(map(str, options))}"
    elif options:
        if value is None and NoneType in options:
            return None
        inner = [option for option in options if option is not NoneType]
        return check_value(name, value, inner[0])
    else:
        if annotation is float:
            value = _as_float(value)
        is_right = type(value) is annotation
        expected = f"a value of type {annotation.__name__}"
    if not is_right:
        raise CallError(f"--search.space: {name}: expected {expected}, got {value!r}")
    return value


def _as_float(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    try:
        return float(value)
    except (TypeError, ValueError):
        return value


def is_numeric(annotation: Any) -> bool:
    """Whether a range makes sense: int or float, with or without null."""
    return annotation in (int, float) or bool({int, float} & set(get_args(annotation)))


def is_whole(annotation: Any) -> bool:
    """Whether the setting takes whole numbers only."""
    return annotation is int or int in get_args(annotation)


def setting_of(configuration: Configuration, name: str) -> Any:
    """Value of the setting called `name`."""
    group, field = name.split(".")
    return getattr(getattr(configuration, group), field)


def with_settings(configuration: Configuration, values: Mapping[str, Any]) -> Configuration:
    """The configuration with other values of the named settings."""
    for name, value in values.items():
        group, field = name.split(".")
        part = replace(getattr(configuration, group), **{field: value})
        configuration = replace(configuration, **{group: part})
    return configuration
