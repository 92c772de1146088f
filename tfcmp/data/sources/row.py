"""A row of a table, whatever the format of its file."""

from typing import Any, NamedTuple

from tfcmp.errors import WorkError


class Row(NamedTuple):
    """The cells that were asked for, and where they stand.

    `place` is "line 7" of a text file (the first line of the row, the header counted), "object 7"
    of a JSON array, "row 7" of a sheet (the header counted) or of a Parquet file (from 1). `cells`
    maps column name to value: text in .csv, .tsv and .xlsx, any type elsewhere; an optional column
    that the table lacks is no key.
    """

    place: str
    cells: dict[str, Any]

    def text(self, column: str, file_name: str) -> str:
        """The text in a column, "" for null and NaN; WorkError (naming the file) for another type."""
        value = self.cells[column]
        if value is None or value != value:
            return ""
        if not isinstance(value, str):
            raise WorkError(
                f"{file_name}, {self.place}: expected a string in {column!r}, got a value of type "
                f"{type(value).__name__}; store the texts as strings."
            )
        return value
