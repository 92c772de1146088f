"""Rows of a sheet of an .xlsx workbook, streamed; the strings of a workbook lie in memory."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tfcmp.data.sources.columns import HEADER, Columns
from tfcmp.data.sources.row import Row
from tfcmp.errors import WorkError

# Excel holds a million rows; beyond this it is no table of texts but a file made to fill memory.
_LARGEST_UNPACKED = 1 << 31


def xlsx_rows(path: Path, columns: Columns) -> Iterator[Row]:
    """Yields the rows below the header, values as the text that a .csv of the sheet would have.

    They are those of the first sheet whose header has the required columns. Of a formula the value is read that the workbook was saved with. Rows without any value are no
    rows.

    Raises:
        WorkError: openpyxl is not installed, the file is no workbook or damaged, or it lacks a
            required column.
    """
    with _opened(path) as book:
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
        # Some programs write the size of a sheet wrongly, and no more than that would be read.
        sheet.reset_dimensions()
        if set(columns.required) <= set(_header(_filled_rows(sheet))[1]):
            return sheet
    return sheets[0]


def _filled_rows(sheet: Any) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """The rows that hold a value, with their numbers."""
    numbered = enumerate(sheet.values, start=1)
    return (row for row in numbered if any(cell is not None for cell in row[1]))


def _header(rows: Iterator[tuple[int, tuple[Any, ...]]]) -> tuple[int, list[str]]:
    first, cells = next(rows, (1, ()))
    return first, [_shown(cell) for cell in cells]


def _shown(value: Any = None) -> str:
    """A value as text; what Excel writes as _x000D_ (characters that XML cannot hold) decoded."""
    if not isinstance(value, str):
        return "" if value is None else str(value)
    # openpyxl is an extra, and at hand where there are values.
    from openpyxl.utils.escape import unescape

    # A character beyond 16 bits is written as two halves.
    return unescape(value).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
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
    # openpyxl has no error of its own for a damaged workbook: its XML parser's, and these.
    except (zipfile.BadZipFile, OSError, EOFError, KeyError, ValueError, SyntaxError) as error:
        raise WorkError(
            f"{path.name} cannot be read as a workbook ({error}): the file is damaged, encrypted or "
            "of another kind; save it again as .xlsx or as CSV UTF-8."
        ) from None
