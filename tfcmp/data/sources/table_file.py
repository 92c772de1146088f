"""Labelled texts of the user: a table in one file, or one file for each declared split."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tfcmp.data.cache import content_key
from tfcmp.data.sources.columns import (
    SKIP,
    Columns,
    Row,
    label_name,
    label_of,
    split_in_name,
    split_of,
)
from tfcmp.data.sources.delimited import Dialect
from tfcmp.data.sources.input_file import TABLES, check_file, folder_files, split_name
from tfcmp.data.sources.reading import Reading
from tfcmp.data.sources.record import Record, Source, SourceDescription
from tfcmp.data.sources.rows import count_rows, dialect_of, iterate_rows, require_use
from tfcmp.errors import CallError, WorkError

# Names that leave out an optional column.
_NO_COLUMN = (None, "", "none")


@dataclass
class TableFileSource(Source):
    """A table of texts and labels, any number of classes.

    Attributes:
        path: the file, or a folder of Parquet files, which are of the split in their names
            (train-0.parquet, test-0.parquet), if any.
        text_column: name of the column of texts, which are strings and not blank.
        label_column: name of the column of labels, of any single-valued type; see `label_name`.
        split_column: column of "train", "validation" (also "valid", "val", "dev") and "test", in
            any case. Under its default name it may be absent; "none", "" and None leave it out.
        group_column: column of what has to be in the same split; null or empty: a group of its own.
            Its name as that of `split_column`.
        encoding, encoding_errors, delimiter, quoting: as in `Reading`.
        validation, test: files of the same columns with these splits; `path` is train then.
        skip_incomplete: leaves out rows without a text or a label, which are errors otherwise.
    """

    path: Path
    text_column: str = "text"
    label_column: str = "label"
    split_column: str | None = "split"
    group_column: str | None = "group"
    encoding: str = "utf-8"
    encoding_errors: str = "strict"
    delimiter: str | None = None
    quoting: str | None = None
    validation: Path | None = None
    test: Path | None = None
    skip_incomplete: bool = False
    name: str = field(init=False)
    _dialects: dict[Path, Dialect | None] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    _left_out: Counter[str] | None = field(init=False, repr=False, compare=False, default=None)

    def __post_init__(self) -> None:
        self.path = Path(self.path)
        self.name = self.path.name

    def prepare(self) -> None:
        """Reads the first row of every file, to find missing columns; errors as for `records`."""
        files = self.files()
        require_use(list(files), self.reading())
        for file, split in files.items():
            next(self._records_of(file, split, Counter()), None)

    def files(self) -> dict[Path, str | None]:
        """Each file or folder with the declared split of its rows.

        Raises:
            CallError: one is not there, of an unknown format, or named for two splits.
        """
        others = {"validation": self.validation, "test": self.test}
        declared = {split: Path(file) for split, file in others.items() if file is not None}
        files = {self.path: "train" if declared else None}
        for split, file in declared.items():
            if file.resolve() in {known.resolve() for known in files}:
                raise CallError(
                    f"--data.{split} {file} is named for another split too; expected files of "
                    "different texts"
                )
            files[file] = split
        for file in files:
            check_file(file, TABLES)
        if not declared and self.path.is_dir():
            return _by_names(self.path) or files
        return files

    def key(self, records: Path | None = None) -> str:
        """Changes with the content of the files and how they are read, but not with their folder."""
        parts: list[Any] = []
        for file, split in self.files().items():
            content = folder_files(file) if file.is_dir() else [file]
            parts.append(
                [content_key(content, records), [split_name(part.name) for part in content], split]
            )
        columns = (self.text_column, self.label_column, self.split_column, self.group_column)
        how = (self.encoding, self.encoding_errors, self.delimiter, self.quoting)
        return json.dumps([parts, self.skip_incomplete, *columns, *how])

    def size(self) -> int | None:
        """Number of rows of Parquet files; None with other formats."""
        counts = [count_rows(file) for file in self.files()]
        known = [count for count in counts if count is not None]
        return sum(known) if len(known) == len(counts) else None

    def records(self) -> Iterator[Record]:
        """Yields the records in the order of the files, streamed.

        Raises:
            CallError: a file or an option is wrong.
            WorkError: the content of a file is wrong; names the line or row.
        """
        files, left_out = self.files(), Counter[str]()
        require_use(list(files), self.reading())
        for file, split in files.items():
            for _, record in self._records_of(file, split, left_out):
                yield record
        self._left_out = left_out

    def placed_records(self) -> Iterator[tuple[str, Record]]:
        """The records, each with its place: "reviews.csv, line 7"."""
        for file, split in self.files().items():
            # In a folder the place of a row includes its file.
            prefix = "" if file.is_dir() else f"{file.name}, "
            for row, record in self._records_of(file, split, Counter()):
                yield prefix + row.place, record

    def describe(self) -> SourceDescription:
        """Dialects and rows left out, where there are any."""
        described: SourceDescription = {}
        if dialects := self.dialects():
            described["dialects"] = dialects
        if left_out := self.left_out():
            described["left_out"] = left_out
        return described

    def left_out(self) -> dict[str, int]:
        """How many rows were left out, by what they lack; reads the files if necessary."""
        if self.skip_incomplete and self._left_out is None:
            for _ in self.records():
                pass
        return dict(self._left_out or {})

    def dialects(self) -> dict[str, dict[str, str]]:
        """Delimiter and quoting of every .csv and .tsv, by name."""
        found = {file.name: self.dialect(file) for file in self.files()}
        return {name: one.describe() for name, one in found.items() if one is not None}

    def columns(self) -> Columns:
        """The columns that are read; CallError where one is named for two purposes."""
        optional = {"split": self.split_column, "group": self.group_column}
        wanted = {role: name for role, name in optional.items() if name not in _NO_COLUMN}
        names = (self.text_column, self.label_column, *wanted.values())
        if len(set(names)) < len(names):
            raise CallError(
                f"Text, label, split and group each need a column of their own; got {names}."
            )
        flags: dict[str, str | None] = {
            self.text_column: "--data.text_column",
            self.label_column: "--data.label_column",
        }
        # Columns that the user named are required: silently ignoring one would be a trap.
        flags |= {name: f"--data.{role}_column" for role, name in wanted.items() if name != role}
        return Columns(flags, [name for role, name in wanted.items() if name == role])

    def reading(self) -> Reading:
        """How the files are read."""
        return Reading(self.encoding, self.encoding_errors, self.delimiter, self.quoting)

    def dialect(self, file: Path) -> Dialect | None:
        """The dialect of one of the files; None where it has no delimiter."""
        if file not in self._dialects:
            self._dialects[file] = dialect_of(file, self.columns(), self.reading())
        return self._dialects[file]

    def _records_of(
        self, file: Path, declared: str | None, left_out: Counter[str]
    ) -> Iterator[tuple[Row, Record]]:
        rows = iterate_rows(file, self.columns(), self.reading(), self.dialect(file))
        has_split: bool | None = None
        for row in rows:
            if has_split is None:
                has_split = self.split_column in row.cells
                self._check_declared(file, declared, has_split)
            text = row.text(self.text_column, file.name)
            if not text.strip():
                if not self.skip_incomplete:
                    raise WorkError(self._empty_texts(file.name, row, rows))
                left_out["without_text"] += 1
                continue
            label = label_of(row, self.label_column, file.name, self.skip_incomplete)
            if label is None:
                left_out["without_label"] += 1
                continue
            split = declared or split_of(row, self.split_column, file.name, has_split)
            group = row.cells.get(self.group_column) if self.group_column else None
            yield row, Record(text, label, split, label_name(group))
        if has_split is None:
            raise WorkError(f"{file.name} holds no rows: expected at least one labelled text.")

    def _check_declared(self, file: Path, declared: str | None, has_split: bool) -> None:
        if declared and has_split:
            raise CallError(
                f"{file.name} has a column {self.split_column!r}, and a file for each split is "
                "declared too, by --data.validation, --data.test or the names in a folder; leave one "
                "of them out, the column with --data.split_column none"
            )

    def _empty_texts(self, name: str, first: Row, others: Iterator[Row]) -> str:
        count = 1 + sum(not row.text(self.text_column, name).strip() for row in others)
        return (
            f"{name}: {count} of the texts in {self.text_column!r} are empty or only whitespace, "
            f"the first in {first.place}; fill them, remove their rows, or add {SKIP}."
        )


def _by_names(folder: Path) -> dict[Path, str | None]:
    """The files of a folder with the splits in their names; empty where no name has one.

    Raises:
        CallError: only some names have one.
    """
    found = {file: split_in_name(file.name) for file in folder_files(folder)}
    untold = [file.name for file, split in found.items() if split is None]
    if len(untold) == len(found):
        return {}
    if untold:
        told = next(file.name for file, split in found.items() if split)
        raise CallError(
            f"{folder}: {told} is named for a split and {untold[0]} is not; name the files that are "
            "meant, with --data, --data.validation and --data.test, or move the others away"
        )
    return dict(found)
