"""A row of a table, whatever the format of its file."""

from typing import Any, NamedTuple

from tfcmp.errors import WorkError


class Row(NamedTuple):
    """The cells that were asked for, and where they stand.

    `place` is "line 7" of a text file (the first line of the row, the header counted) or "row 7"
    of a Parquet file (from 1). `cells` maps column name to value: text in .csv and .tsv, any type
    elsewhere; an optional column that the table lacks is no key.
    """

    place: str
    cells: dict[str, Any]

    def text(self, column: str, file_name: str) -> str:
        """The text in a column, "" for null; WorkError (naming the file) for another type."""
        value = self.cells[column]
        if value is None:
            return ""
        if not isinstance(value, str):
            raise WorkError(
                f"{file_name}, {self.place}: expected a string in {column!r}, got a value of type "
                f"{type(value).__name__}; store the texts as strings."
            )
        return value
