"""Pairs of an original and a contrast text, from the user's file."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import NamedTuple

from tfcmp.data.sources.columns import Columns, Row, label_name
from tfcmp.data.sources.reading import Reading
from tfcmp.data.sources.rows import iterate_rows
from tfcmp.errors import CallError, WorkError
from tfcmp.inference.inputs import DEFAULT_READING

_SIDES = {"neg": "neg", "negative": "neg", "pos": "pos", "positive": "pos"}


@dataclass(frozen=True)
class PairColumns:
    """Names of the columns: texts and labels of both sides."""

    original: str = "original"
    contrast: str = "contrast"
    original_label: str = "original_label"
    contrast_label: str = "contrast_label"


class Pair(NamedTuple):
    """Two texts and the numbers of their classes."""

    original: str
    contrast: str
    original_class: int
    contrast_class: int


def read_pairs(
    path: Path,
    columns: PairColumns,
    classes: Sequence[str],
    reading: Reading = DEFAULT_READING,
) -> list[Pair]:
    """The pairs of a table; `reading` is how it is read.

    A label is the name of a class; where letters differ in case only, or where one side says
    positive and the other pos, they are taken for the same.

    Raises:
        CallError: no such file, one column for two things, or a label that is no class.
        WorkError: what the file holds is wrong; names the line or row.
    """
    names = astuple(columns)
    if len(set(names)) < len(names):
        raise CallError(f"--original-column and its kin: expected four columns, got {names}")
    flags = zip(
        names,
        ("--original-column", "--contrast-column", "--original-label-column",
         "--contrast-label-column"),
        strict=True,
    )  # fmt: skip
    rows = iterate_rows(path, Columns(dict(flags)), reading)
    pairs = [_pair(row, columns, classes, path.name) for row in rows]
    if not pairs:
        raise WorkError(f"{path} holds no rows: expected at least one pair")
    return pairs


def _pair(row: Row, columns: PairColumns, classes: Sequence[str], file: str) -> Pair:
    texts = []
    for column in (columns.original, columns.contrast):
        text = row.text(column, file)
        if not text.strip():
            raise WorkError(f"{file}, {row.place}: {column!r} is empty; fill it or remove the row")
        texts.append(text)
    numbers = [
        _class_number(row, column, classes, file)
        for column in (columns.original_label, columns.contrast_label)
    ]
    return Pair(texts[0], texts[1], numbers[0], numbers[1])


def _class_number(row: Row, column: str, classes: Sequence[str], file: str) -> int:
    label = label_name(row.cells[column])
    if label is not None:
        for same in (str, _plain):
            names = [same(name) for name in classes]
            if same(label) in names:
                return names.index(same(label))
    raise CallError(
        f"{file}, {row.place}: expected one of the run's classes ({', '.join(classes)}) in "
        f"{column!r}, got {label!r}; rename the labels in the file"
    )


def _plain(name: str) -> str:
    return _SIDES.get(name.lower(), name.lower())
