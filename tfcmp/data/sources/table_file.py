"""The user's own labelled texts, in a .csv, .tsv, .jsonl or .parquet file."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tfcmp.data.content_key import content_key
from tfcmp.data.sources.columns import Columns
from tfcmp.data.sources.input_file import check_file
from tfcmp.data.sources.lines import Decoding
from tfcmp.data.sources.parquet_rows import count_parquet_rows
from tfcmp.data.sources.record import Record
from tfcmp.data.sources.row import Row
from tfcmp.data.sources.rows import TABLE_EXTENSIONS, iterate_rows
from tfcmp.errors import CallError, WorkError

_SPLITS = {
    "train": "train",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "dev": "validation",
    "test": "test",
}
_INTEGRAL_FLOAT = re.compile(r"([+-]?\d+)\.0+", re.ASCII)


@dataclass
class TableFileSource:
    """A table of texts and labels, any number of classes.

    Attributes:
        path: the file; its extension tells the format.
        text_column: name of the column of texts, each a string with something in it.
        label_column: name of the column of labels, of any single-valued type; see `label_name`.
        split_column: optional column of "train", "validation" (also "valid", "val", "dev") and
            "test", in any case. Under its default name it may be absent.
        group_column: optional column of what must not be torn apart by a split; null or empty:
            the text stands for itself. Under its default name it may be absent.
        encoding: of .csv, .tsv and .jsonl, a name that Python knows.
        encoding_errors: "strict" or "replace".
    """

    path: Path
    text_column: str = "text"
    label_column: str = "label"
    split_column: str = "split"
    group_column: str = "group"
    encoding: str = "utf-8"
    encoding_errors: str = "strict"
    name: str = field(init=False)

    def __post_init__(self) -> None:
        self.path = Path(self.path)
        self.name = self.path.name

    def prepare(self) -> None:
        """Reads the first row, where a missing column shows.

        Raises:
            CallError, WorkError: as `records`.
        """
        next(self.records(), None)

    def key(self, records: Path | None = None) -> str:
        """Changes with the content of the file, wherever it lies, and with how it is read."""
        check_file(self.path, TABLE_EXTENSIONS)
        return json.dumps(
            [
                content_key([self.path], records),
                self.path.suffix.lower(),
                *(self.text_column, self.label_column, self.split_column, self.group_column),
                *(self.encoding, self.encoding_errors),
            ]
        )

    def size(self) -> int | None:
        """Number of records of a Parquet file; None for the others, which do not tell it."""
        check_file(self.path, TABLE_EXTENSIONS)
        is_parquet = self.path.suffix.lower() == ".parquet"
        return count_parquet_rows(self.path) if is_parquet else None

    def records(self) -> Iterator[Record]:
        """Yields the records in the order of the file, streamed.

        Raises:
            CallError: the file or an option is wrong.
            WorkError: what the file holds is wrong; names the line or row.
        """
        rows = iterate_rows(self.path, self._columns(), self._decoding())
        has_split: bool | None = None
        for row in rows:
            if has_split is None:
                has_split = self.split_column in row.cells
            if self._is_empty(row):
                raise WorkError(self._empty_texts(row, rows))
            yield self._record(row, has_split)
        if has_split is None:
            raise WorkError(f"{self.name} holds no rows: expected at least one labelled text.")

    def _columns(self) -> Columns:
        names = (self.text_column, self.label_column, self.split_column, self.group_column)
        if len(set(names)) < len(names):
            raise CallError(
                f"Text, label, split and group each need a column of their own; got {names}."
            )
        flags: dict[str, str | None] = {
            self.text_column: "--data.text_column",
            self.label_column: "--data.label_column",
        }
        optional = []
        for column, default in ((self.split_column, "split"), (self.group_column, "group")):
            # A name that the user chose is expected: leaving it out in silence would be a trap.
            if column == default:
                optional.append(column)
            else:
                flags[column] = f"--data.{default}_column"
        return Columns(flags, optional)

    def _decoding(self) -> Decoding:
        advice = (
            "Name the file's encoding with --data.encoding (for example cp1252 or utf-16), "
            "or save it as UTF-8."
        )
        return Decoding(self.encoding, self.encoding_errors, advice)

    def _is_empty(self, row: Row) -> bool:
        return not row.text(self.text_column, self.name).strip()

    def _empty_texts(self, first: Row, others: Iterator[Row]) -> str:
        count = 1 + sum(map(self._is_empty, others))
        return (
            f"{self.name}: {count} of the texts in {self.text_column!r} are empty or only "
            f"whitespace, the first in {first.place}; fill them or remove their rows."
        )

    def _record(self, row: Row, has_split: bool) -> Record:
        return Record(
            text=row.cells[self.text_column],
            label=self._label(row),
            split=self._split(row, has_split),
            group=label_name(row.cells.get(self.group_column)),
        )

    def _label(self, row: Row) -> str:
        value = row.cells[self.label_column]
        label = None if isinstance(value, list | dict | bytes) else label_name(value)
        if label is None:
            got = "nothing" if not value or value != value else f"a {type(value).__name__}"
            raise WorkError(
                f"{self.name}, {row.place}: expected one label in {self.label_column!r}, "
                f"got {got}; label the text or remove its row."
            )
        return label

    def _split(self, row: Row, has_split: bool) -> str | None:
        if (self.split_column in row.cells) != has_split:
            raise WorkError(
                f"{self.name}, {row.place}: some lines have {self.split_column!r} and some do "
                "not; give it to all or to none."
            )
        if not has_split:
            return None
        value = row.cells[self.split_column]
        split = _SPLITS.get(str(value).strip().lower())
        if split is None:
            raise WorkError(
                f"{self.name}, {row.place}: expected train, validation or test in "
                f"{self.split_column!r}, got {value!r}; correct it, or name another column "
                "with --data.split_column."
            )
        return split


def label_name(value: Any) -> str | None:
    """The name of a class or group as text; None for null, NaN and blank.

    Integral floats print as integers, also where a .csv spells them "1.0": the same table has the
    same labels in every format.
    """
    if value is None or value != value:
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    name = str(value).strip()
    integral = _INTEGRAL_FLOAT.fullmatch(name)
    return (integral[1] if integral else name) or None
