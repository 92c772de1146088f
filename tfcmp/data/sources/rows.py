"""Rows of a table file as dicts, whichever format it has."""

from collections.abc import Iterator
from pathlib import Path

from tfcmp.data.sources.columns import Columns
from tfcmp.data.sources.delimited_rows import delimited_rows
from tfcmp.data.sources.dialect import Dialect, find_dialect
from tfcmp.data.sources.formats import DELIMITERS, TABLES
from tfcmp.data.sources.input_file import check_file, folder_files, format_of
from tfcmp.data.sources.json_rows import json_rows
from tfcmp.data.sources.parquet_rows import count_parquet_rows, parquet_rows
from tfcmp.data.sources.reading import Reading
from tfcmp.data.sources.row import Row
from tfcmp.errors import CallError, WorkError


def iterate_rows(
    path: Path, columns: Columns, reading: Reading, dialect: Dialect | None = None
) -> Iterator[Row]:
    """Yields the wanted cells of each row; memory does not grow with the file (.xlsx apart).

    Args:
        path: a file of one of the formats `TABLES`, or a folder of Parquet files.
        columns: what to read.
        reading: encoding and delimiter, of formats that have some.
        dialect: of a .csv or .tsv, where it is known already.

    Raises:
        CallError: no such file, a folder without Parquet files, or another extension.
        WorkError: what the file holds is wrong; names the line or row.
    """
    check_file(path, TABLES)
    if path.is_file() and path.stat().st_size == 0:
        raise WorkError(f"{path} is empty (0 bytes): it was perhaps never written whole.")
    match format_of(path):
        case "csv" | "tsv":
            known = dialect or dialect_of(path, columns, reading)
            assert known is not None
            yield from delimited_rows(path, columns, reading, known)
        case "jsonl":
            yield from json_rows(path, columns, reading.decoding())
        case "json":
            yield from json_rows(path, columns, reading.decoding(), may_be_array=True)
        case "xlsx":
            # openpyxl is an extra.
            from tfcmp.data.sources.xlsx_rows import xlsx_rows

            yield from xlsx_rows(path, columns)
        case "parquet" if path.is_dir():
            for file in folder_files(path):
                for row in parquet_rows(file, columns):
                    yield row._replace(place=f"{file.name}, {row.place}")
        case "parquet":
            yield from parquet_rows(path, columns)


def dialect_of(path: Path, columns: Columns, reading: Reading) -> Dialect | None:
    """How the cells of a .csv or .tsv are written; None for the other formats.

    Raises:
        CallError, WorkError: see `iterate_rows` and `find_dialect`.
    """
    check_file(path, TABLES)
    kind = format_of(path)
    return find_dialect(path, kind, columns, reading) if kind in DELIMITERS else None


def require_use(paths: list[Path], reading: Reading) -> None:
    """Refuses a delimiter or quoting where no file has any.

    Raises:
        CallError: one is set, and none of the files is a .csv or .tsv.
    """
    if any(format_of(path) in DELIMITERS for path in paths):
        return
    for name in ("delimiter", "quoting"):
        if getattr(reading, name) is not None:
            raise CallError(
                f"{reading.flag(name)} goes with a .csv or .tsv, and {paths[0].name} is none; "
                "leave it out"
            )


def count_rows(path: Path) -> int | None:
    """Number of rows where the file tells it without being read, as Parquet does; else None."""
    check_file(path, TABLES)
    if path.is_dir():
        return sum(map(count_parquet_rows, folder_files(path)))
    return count_parquet_rows(path) if format_of(path) == "parquet" else None
