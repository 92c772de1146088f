"""Tables in which the words that decide a text's label are marked: the column `rationale`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tfcmp.data.sources.columns import Columns, Row, label_name
from tfcmp.data.sources.delimited import Dialect
from tfcmp.data.sources.reading import Reading
from tfcmp.data.sources.rows import iterate_rows
from tfcmp.errors import WorkError
from tfcmp.explanation.words import Span
from tfcmp.inference.inputs import DEFAULT_READING

RATIONALE, GROUP = "rationale", "group"


class MarkedText(NamedTuple):
    """A row: its text, its group, and the places of its deciding words; None where not given."""

    text: str
    group: str | None
    rationale: tuple[Span, ...] | None


def read_rationales(
    path: Path,
    text_column: str,
    reading: Reading = DEFAULT_READING,
    flag: str | None = None,
    dialect: Dialect | None = None,
) -> Iterator[MarkedText]:
    """The rows of a table.

    A rationale is a list of phrases, each of which stands for all its occurrences, or of pairs of
    places (start, end) in characters. In .csv and .tsv it is such a list in JSON, or one phrase.

    Args:
        path: a table.
        text_column: name of the column of texts.
        reading: how it is read.
        flag: what a user names another column with.
        dialect: of a .csv or .tsv, where it is known already.

    Raises:
        CallError: no such file, or one of another kind.
        WorkError: what it holds is wrong; names the line or row.
    """
    columns = Columns({text_column: flag}, [RATIONALE, GROUP])
    for row in iterate_rows(path, columns, reading, dialect):
        text = row.text(text_column, path.name)
        yield MarkedText(text, label_name(row.cells.get(GROUP)), _rationale(row, text, path.name))


def _rationale(row: Row, text: str, file: str) -> tuple[Span, ...] | None:
    value = row.cells.get(RATIONALE)
    if value is None or value == "":
        return None
    parts = _parsed(value) if isinstance(value, str) else value
    if not isinstance(parts, list) or not parts:
        raise _wrong(row, file, value)
    spans: list[Span] = []
    for part in parts:
        found = _occurrences(part, text) if isinstance(part, str) else _place(part, text)
        if not found:
            raise _wrong(row, file, part)
        spans += found
    return tuple(sorted(set(spans)))


def _parsed(value: str) -> Any:
    try:
        parsed = json.loads(value)
    except ValueError:
        return [value]
    return parsed if isinstance(parsed, list) else [value]


def _occurrences(phrase: str, text: str) -> list[Span]:
    spans, start = [], text.find(phrase) if phrase else -1
    while start >= 0:
        spans.append(Span(start, start + len(phrase)))
        start = text.find(phrase, start + len(phrase))
    return spans


def _place(part: Any, text: str) -> list[Span]:
    is_pair = isinstance(part, list) and len(part) == 2 and all(type(n) is int for n in part)
    return [Span(*part)] if is_pair and 0 <= part[0] < part[1] <= len(text) else []


def _wrong(row: Row, file: str, value: Any) -> WorkError:
    return WorkError(
        f"{file}, {row.place}: expected in {RATIONALE!r} phrases of the text or pairs of places in "
        f"it, got {value!r}; correct it or leave it empty."
    )
