"""Rows of a table file, whichever format it has; those of Parquet and .xlsx are read here."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tfcmp.data.sources.columns import HEADER, Columns, Row
from tfcmp.data.sources.delimited import Dialect, delimited_rows, find_dialect
from tfcmp.data.sources.input_file import DELIMITERS, TABLES, check_file, folder_files, format_of
from tfcmp.data.sources.json_rows import json_rows
from tfcmp.data.sources.reading import Reading
from tfcmp.errors import CallError, WorkError

if TYPE_CHECKING:
    from pyarrow import Array
    from pyarrow.parquet import ParquetFile

# Few, because a row may be a whole book.
_BATCH_ROWS = 64
_BUFFER_BYTES = 1 << 20
# More than Excel's million rows of text: a file made to fill the memory.
_LARGEST_UNPACKED = 1 << 31


def parquet_rows(path: Path, columns: Columns) -> Iterator[Row]:
    """Yields the rows, values as Python objects, null as None.

    Raises:
        WorkError: the file is no Parquet or damaged, or lacks a required column.
    """
    number = 0
    with _opened_parquet(path) as table:
        names = columns.present(table.schema_arrow.names, path.name)
        for batch in table.iter_batches(batch_size=_BATCH_ROWS, columns=names):
            values = [_values(batch.column(name)) for name in names]
            for cells in zip(*values, strict=True):
                number += 1
                yield Row(f"row {number}", dict(zip(names, cells, strict=True)))


def _values(column: "Array") -> list[Any]:
    import pyarrow

    values: list[Any] = column.to_pylist()
    if not pyarrow.types.is_float32(column.type):
        return values
    # As text a float of 32 bits is 0.1, as in a .csv; in 64 bits it would be 0.10000000149.
    return [None if value is None else float(str(np.float32(value))) for value in values]


def count_parquet_rows(path: Path) -> int:
    """Number of rows, from the file's footer."""
    with _opened_parquet(path) as table:
        return int(table.metadata.num_rows)


@contextmanager
def _opened_parquet(path: Path) -> Iterator["ParquetFile"]:
    import pyarrow
    from pyarrow.parquet import ParquetFile

    try:
        # Without both settings pyarrow reads a column of a whole row group, which may be the whole
        # file, into memory.
        with ParquetFile(path, pre_buffer=False, buffer_size=_BUFFER_BYTES) as table:
            yield table
    except (pyarrow.ArrowException, OSError, UnicodeDecodeError) as error:
        raise WorkError(
            f"{path.name} cannot be read as Parquet ({error}): the file is damaged or of another "
            "kind; write it again, or give it the extension of what it is."
        ) from None


def xlsx_rows(path: Path, columns: Columns) -> Iterator[Row]:
    """Yields the rows of the first sheet with the required columns, as a .csv would have them.

    Formulas have the value that they were saved with; empty rows are skipped. The strings of a
    workbook are in memory.

    Raises:
        WorkError: openpyxl is not installed, the file is no workbook or damaged, or it lacks a
            required column.
    """
    with _opened_workbook(path) as book:
        sheet = _sheet_with(book, columns)
        rows = _filled_rows(sheet)
        first, header = _header(rows)
        place = f"{path.name}, sheet {sheet.title!r}, row {first} {HEADER}"
        positions = {name: header.index(name) for name in columns.present(header, place)}
        for number, cells in rows:
            # A row ends with its last value.
            values = {name: cells[n : n + 1] for name, n in positions.items()}
            yield Row(f"row {number}", {name: _shown(*value) for name, value in values.items()})


def _sheet_with(book: Any, columns: Columns) -> Any:
    """The first sheet that has the required columns, else the first."""
    sheets = book.worksheets
    for sheet in sheets:
        # Some programs write a wrong size, beyond which nothing would be read.
        sheet.reset_dimensions()
        if set(columns.required) <= set(_header(_filled_rows(sheet))[1]):
            return sheet
    return sheets[0]


def _filled_rows(sheet: Any) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """The rows that are not empty, with their numbers."""
    numbered = enumerate(sheet.values, start=1)
    return (row for row in numbered if any(cell is not None for cell in row[1]))


def _header(rows: Iterator[tuple[int, tuple[Any, ...]]]) -> tuple[int, list[str]]:
    first, cells = next(rows, (1, ()))
    return first, [_shown(cell) for cell in cells]


def _shown(value: Any = None) -> str:
    """A value as text; escapes such as _x000D_, for characters that XML does not allow, decoded."""
    if not isinstance(value, str):
        return "" if value is None else str(value)
    # An optional dependency, which is installed where there are values.
    from openpyxl.utils.escape import unescape

    # A character beyond 16 bits is written as two halves.
    text: str = unescape(value)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


@contextmanager
def _opened_workbook(path: Path) -> Iterator[Any]:
    try:
        import openpyxl
    except ModuleNotFoundError:
        raise WorkError(
            f"{path.name}: reading .xlsx needs openpyxl; install it with pip install "
            "'tfcmp[xlsx]', or save the sheet as CSV UTF-8"
        ) from None
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(part.file_size for part in archive.infolist())
        if size > _LARGEST_UNPACKED:
            raise WorkError(f"{path.name} unpacks to {size:,} bytes; save the sheet as CSV UTF-8")
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            yield book
        finally:
            book.close()
    except WorkError:
        raise
    # What openpyxl and its XML parser raise for a damaged workbook.
    except (zipfile.BadZipFile, OSError, EOFError, KeyError, ValueError, SyntaxError) as error:
        raise WorkError(
            f"{path.name} cannot be read as a workbook ({error}): the file is damaged, encrypted or "
            "of another kind; save it again as .xlsx or as CSV UTF-8."
        ) from None


def iterate_rows(
    path: Path, columns: Columns, reading: Reading, dialect: Dialect | None = None
) -> Iterator[Row]:
    """Yields the wanted cells of each row; memory does not grow with the file, except for .xlsx.

    Args:
        path: a file of one of the formats `TABLES`, or a folder of Parquet files.
        columns: what to read.
        reading: encoding and delimiter, where the format has them.
        dialect: of a .csv or .tsv, where it is known already.

    Raises:
        CallError: no such file, a folder without Parquet files, or another extension.
        WorkError: the content is wrong; names the line or row.
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
            yield from xlsx_rows(path, columns)
        case "parquet" if path.is_dir():
            for file in folder_files(path):
                for row in parquet_rows(file, columns):
                    yield row._replace(place=f"{file.name}, {row.place}")
        case "parquet":
            yield from parquet_rows(path, columns)


def dialect_of(path: Path, columns: Columns, reading: Reading) -> Dialect | None:
    """The dialect of a .csv or .tsv, None for other formats; errors as for `iterate_rows`."""
    check_file(path, TABLES)
    kind = format_of(path)
    return find_dialect(path, kind, columns, reading) if kind in DELIMITERS else None


def require_use(paths: list[Path], reading: Reading) -> None:
    """Raises a CallError where a delimiter or quoting is set and no file is a .csv or .tsv."""
    if any(format_of(path) in DELIMITERS for path in paths):
        return
    for name in ("delimiter", "quoting"):
        if getattr(reading, name) is not None:
            raise CallError(
                f"{reading.flag(name)} goes with a .csv or .tsv, and {paths[0].name} is none; "
                "leave it out"
            )


def count_rows(path: Path) -> int | None:
    """Number of rows of Parquet files; None for formats that would have to be read."""
    check_file(path, TABLES)
    if path.is_dir():
        return sum(map(count_parquet_rows, folder_files(path)))
    return count_parquet_rows(path) if format_of(path) == "parquet" else None
