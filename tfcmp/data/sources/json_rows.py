"""Rows of a .jsonl file, a JSON object a line, streamed."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tfcmp.data.sources.columns import Columns
from tfcmp.data.sources.input_file import open_binary
from tfcmp.data.sources.lines import Decoding, decoded_lines
from tfcmp.data.sources.row import Row
from tfcmp.errors import WorkError

# JSON can escape half of a character ("\ud83d" alone), which no encoding can write again.
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")


def json_rows(path: Path, columns: Columns, decoding: Decoding) -> Iterator[Row]:
    """Yields a row for each line that is not blank, values as JSON has them.

    Raises:
        WorkError: a line is no JSON object, or lacks a required key; names the line.
    """
    with open_binary(path) as stream:
        lines = decoded_lines(stream, path.name, decoding)
        for number, line in enumerate(lines, start=1):
            if line.strip(" \t\r\n"):
                place = f"line {number}"
                found = _parsed(line, f"{path.name}, {place}")
                names = columns.present([key for key, _ in found], f"{path.name}, {place}")
                values = dict(found)
                cells = {name: _whole(values[name], path, place, decoding) for name in names}
                yield Row(place, cells)


class _Pairs(list[tuple[str, Any]]):
    """The keys and values of one JSON object, a key that stands there twice included."""


def _parsed(line: str, place: str) -> _Pairs:
    try:
        found = json.loads(line, object_pairs_hook=_Pairs)
    except (ValueError, RecursionError) as error:
        raise WorkError(
            f"{place}: expected a JSON object on one line, got malformed JSON ({error}). "
            "Write the file with a JSON library, an object a line."
        ) from None
    if not isinstance(found, _Pairs):
        raise WorkError(
            f'{place}: expected a JSON object such as {{"text": ...}}, got {_kind(found)}.'
        )
    return found


def _kind(value: object) -> str:
    kinds = {list: "an array", str: "a string", bool: "a truth value", type(None): "null"}
    return kinds.get(type(value), "a number")


def _whole(value: Any, path: Path, place: str, decoding: Decoding) -> Any:
    """The value without halves of characters, which are refused or replaced as `decoding` says."""
    if isinstance(value, _Pairs):
        return dict(value)
    if not isinstance(value, str) or not _HALF_CHARACTER.search(value):
        return value
    if decoding.errors == "replace":
        return _HALF_CHARACTER.sub("\ufffd", value)
    raise WorkError(
        f"{path.name}, {place}: an escape stands for half a character (a lone surrogate). "
        f"{decoding.advice}"
    )
