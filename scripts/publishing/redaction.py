"""Content of JSON and YAML files as it can be published: no place of the machine, and no text."""

import shlex
from pathlib import PurePath
from typing import Any

from tfcmp.data.corpus import text_id
from tfcmp.reporting.render.format import portable

# Names under which later commands keep texts, or words of them.
TEXTS = frozenset(
    (
        "text",
        "texts",
        "word",
        "words",
        "token",
        "tokens",
        "original",
        "originals",
        "contrast",
        "contrasts",
        "snippet",
        "context",
        "sentence",
    )
)
COMMANDS = frozenset(("command", "curves_command"))


def redacted(value: Any, name: str = "") -> Any:
    """The value with places reduced to their last part, and ids in the place of texts.

    Numbers stay, whatever they are called: "words" may be a count. Texts under a name of `TEXTS`
    become the ids of those texts, under the name with "_ids" behind it.
    """
    if isinstance(value, dict):
        return dict(_entry(key, of) for key, of in value.items())
    if name in COMMANDS:
        return _command(value)
    if isinstance(value, list):
        return [redacted(of) for of in value]
    return without_place(value) if isinstance(value, str) else value


def _entry(name: str, value: Any) -> tuple[str, Any]:
    if name in TEXTS and _holds_text(value):
        return f"{name}_ids", _ids(value)
    return name, redacted(value, name)


def _holds_text(value: Any) -> bool:
    if isinstance(value, list):
        return any(_holds_text(of) for of in value)
    return isinstance(value, str)


def _ids(value: Any) -> Any:
    if isinstance(value, list):
        return [_ids(of) for of in value]
    return text_id(value) if isinstance(value, str) else redacted(value)


def _command(value: Any) -> Any:
    if isinstance(value, list):
        return shlex.split(portable(shlex.join(map(str, value))))
    return portable(value) if isinstance(value, str) else value


def without_place(text: str) -> str:
    """An absolute path, or one behind a scheme such as "preset:", reduced to its last part."""
    scheme, colon, rest = text.partition(":")
    if colon and scheme.isidentifier() and len(scheme) > 1 and rest.startswith(("/", "~")):
        # Addresses (https://...) are no paths.
        return text if rest.startswith("//") else f"{scheme}:{PurePath(rest).name}"
    is_path = text.startswith(("/", "~")) or text[1:3] in (":\\", ":/")
    return PurePath(text.replace("\\", "/")).name if is_path else text
