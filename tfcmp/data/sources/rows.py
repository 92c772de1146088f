"""Rows of a table file as dicts, whichever of the four formats it has."""

from collections.abc import Iterator
from pathlib import Path

from tfcmp.data.sources.columns import Columns
from tfcmp.data.sources.delimited_rows import delimited_rows
from tfcmp.data.sources.input_file import check_file
from tfcmp.data.sources.json_rows import json_rows
from tfcmp.data.sources.lines import Decoding
from tfcmp.data.sources.parquet_rows import parquet_rows
from tfcmp.data.sources.row import Row
from tfcmp.errors import WorkError

TABLE_EXTENSIONS = (".csv", ".tsv", ".jsonl", ".parquet")


def iterate_rows(path: Path, columns: Columns, decoding: Decoding) -> Iterator[Row]:
    """Yields the wanted cells of each row; memory does not grow with the file.

    Args:
        path: a file with one of `TABLE_EXTENSIONS`.
        columns: what to read.
        decoding: encoding of .csv, .tsv and .jsonl; Parquet has its own.

    Raises:
        CallError: no such file, a folder, or another extension.
        WorkError: what the file holds is wrong; names the line or row.
    """
    check_file(path, TABLE_EXTENSIONS)
    if path.is_file() and path.stat().st_size == 0:
        raise WorkError(f"{path} is empty (0 bytes): it was perhaps never written whole.")
    match path.suffix.lower():
        case ".csv":
            yield from delimited_rows(path, columns, decoding, ",")
        case ".tsv":
            yield from delimited_rows(path, columns, decoding, "\t")
        case ".jsonl":
            yield from json_rows(path, columns, decoding)
        case ".parquet":
            yield from parquet_rows(path, columns)
