"""Answers as records, and as files of records: .jsonl, .csv, .parquet."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tfcmp.errors import CallError
from tfcmp.inference.answering import Answers
from tfcmp.runs.files import whole_file

# Rows of Parquet that are kept together: in small groups a file is larger and slower to read.
ROWS_PER_GROUP = 1 << 15
BYTES_PER_GROUP = 1 << 26

Record = dict[str, Any]


class Fields(NamedTuple):
    """What a record holds in addition to text, label and probability.

    Attributes:
        classes: names of the classes.
        top: so many of the likeliest labels, with their probabilities; None leaves them out.
        has_all: whether the probability of every class is in it.
    """

    classes: tuple[str, ...]
    top: int | None = None
    has_all: bool = False

    @property
    def ranks(self) -> range:
        """Ranks of the likeliest labels, from 0; none where they are left out."""
        return range(min(self.top or 0, len(self.classes)))


def records_of(answers: Answers, fields: Fields) -> Iterator[Record]:
    """A record per text: text, label, probability, and what `fields` asks for."""
    rows = zip(answers.predictions(), answers.ranking, answers.probabilities, strict=True)
    for prediction, order, row in rows:
        record: Record = prediction._asdict()
        if fields.top is not None:
            record["top"] = [
                {"label": fields.classes[index], "probability": float(row[index])}
                for index in order[: len(fields.ranks)]
            ]
        if fields.has_all:
            record["probabilities"] = dict(zip(fields.classes, map(float, row), strict=True))
        yield record


def json_line(record: Record) -> str:
    """The record as a line of JSON."""
    return json.dumps(record, ensure_ascii=False) + "\n"


def write_records(
    file: Path,
    windows: Iterable[list[Record]],
    fields: Fields,
    advance: Callable[[float], None] = lambda _units: None,
) -> int:
    """Writes records as they come; the file is there once all are written, and not before.

    Args:
        file: with one of the suffixes of `FORMATS`; an older one is replaced.
        windows: lists of records, streamed.
        fields: what the records hold.
        advance: told of how many more are done.

    Returns:
        The number of records.
    """
    count = 0

    def counted() -> Iterator[list[Record]]:
        nonlocal count
        for window in windows:
            count += len(window)
            yield window
            advance(len(window))

    with whole_file(file) as part:
        FORMATS[file.suffix.lower()](part, counted(), fields)
    return count


def check_output(file: Path, source: Path | None) -> None:
    """Returns where a format is known for `file`, and it is not the file of the texts.

    Args:
        file: to be written.
        source: the file that the texts are read from, if any.

    Raises:
        CallError: another suffix, or it is the file of the texts.
    """
    if file.suffix.lower() not in FORMATS:
        raise CallError(
            f"--output {file}: expected a name that ends in {', '.join(FORMATS)}, which says the format"
        )
    if source is not None and file.exists() and source.exists() and file.samefile(source):
        raise CallError(f"--output {file} is the file of --input; choose another name")


def _write_jsonl(part: Path, windows: Iterable[list[Record]], _fields: Fields) -> None:
    # Half of a character, which UTF-8 cannot hold, becomes the escape that JSON has for it.
    with part.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as stream:
        for window in windows:
            stream.writelines(map(json_line, window))


def _write_csv(part: Path, windows: Iterable[list[Record]], fields: Fields) -> None:
    with part.open("w", encoding="utf-8", errors="backslashreplace", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(_csv_header(fields))
        for window in windows:
            writer.writerows(map(_csv_row, window))


def _csv_header(fields: Fields) -> list[str]:
    header = ["text", "label", "probability"]
    for rank in fields.ranks:
        header += [f"top_{rank + 1}_label", f"top_{rank + 1}_probability"]
    if fields.has_all:
        header += [f"probabilities.{name}" for name in fields.classes]
    return header


def _csv_row(record: Record) -> list[Any]:
    row = [record["text"], record["label"], record["probability"]]
    for one in record.get("top", ()):
        row += [one["label"], one["probability"]]
    return [*row, *record.get("probabilities", {}).values()]


def _write_parquet(part: Path, windows: Iterable[list[Record]], fields: Fields) -> None:
    import pyarrow
    import pyarrow.parquet

    schema = _parquet_schema(fields)
    with pyarrow.parquet.ParquetWriter(part, schema) as writer:
        kept: list[pyarrow.RecordBatch] = []
        for window in windows:
            for record in window:
                record["text"] = record["text"].encode("utf-8", "replace").decode()
            kept.append(pyarrow.RecordBatch.from_pylist(window, schema))
            rows = sum(batch.num_rows for batch in kept)
            if rows >= ROWS_PER_GROUP or sum(batch.nbytes for batch in kept) >= BYTES_PER_GROUP:
                writer.write_table(pyarrow.Table.from_batches(kept))
                kept.clear()
        if kept:
            writer.write_table(pyarrow.Table.from_batches(kept))


def _parquet_schema(fields: Fields) -> Any:
    import pyarrow

    number, name = pyarrow.float64(), pyarrow.string()
    columns = [("text", name), ("label", name), ("probability", number)]
    if fields.top is not None:
        one = pyarrow.struct([("label", name), ("probability", number)])
        columns.append(("top", pyarrow.list_(one)))
    if fields.has_all:
        every = pyarrow.struct([(label, number) for label in fields.classes])
        columns.append(("probabilities", every))
    return pyarrow.schema(columns)


Write = Callable[[Path, Iterable[list[Record]], Fields], None]
FORMATS: dict[str, Write] = {
    ".parquet": _write_parquet,
    ".csv": _write_csv,
    ".jsonl": _write_jsonl,
}
