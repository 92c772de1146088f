"""The columns of a table that are wanted, and what the cells of a row mean."""

import re
import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from tfcmp.data.listing import listed, nearest_name
from tfcmp.errors import WorkError

# Marks the place of a header in errors: its names could be something else.
HEADER = "(the header)"
_SHOWN_NAMES = 20
_SHOWN_CHARACTERS = 40
# Leaves out rows without a text or a label.
SKIP = "--data.skip_incomplete true"
_SPLITS = {
    "train": "train",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "dev": "validation",
    "test": "test",
}
_WITH_PARTS = (list, dict, bytes)
# Invisible characters, stripped like blanks: zero-width space, word joiner, byte order mark, soft
# hyphen, marks of direction.
_INVISIBLE = (
    "\u200b\u2060\ufeff\u00ad\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_INTEGRAL_FLOAT = re.compile(r"([+-]?\d+)\.0+", re.ASCII)


class Row(NamedTuple):
    """The requested cells of a row, and its place.

    `place` is "line 7" of a text file (the first line of the row), "object 7" of a JSON array,
    "row 7" of a sheet or a Parquet file; a header counts. `cells` maps column name to value: text in
    .csv, .tsv and .xlsx, any type elsewhere; optional columns that the table lacks are not there.
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


@dataclass(frozen=True)
class Columns:
    """The columns to read of a table.

    Attributes:
        required: name of each required column -> the flag that would name another one, if any.
        optional: names of the columns that are read if they are there.
    """

    required: Mapping[str, str | None]
    optional: Sequence[str] = ()

    def present(self, names: Sequence[str], place: str, separator: str = "") -> list[str]:
        """The wanted columns among those of a table.

        Args:
            names: the columns of the table, in its order.
            place: of the header in errors: file and line.
            separator: of the names, for errors, where it may be the wrong one.

        Raises:
            WorkError: a wanted name is there twice, or a required one is missing.
        """
        wanted = dict.fromkeys((*self.required, *self.optional))
        twice = [name for name, count in Counter(names).items() if name in wanted and count > 1]
        if twice:
            raise WorkError(
                f"{place}: column {_shown(twice)} stands there more than once; "
                "give every column a name of its own."
            )
        for name, flag in self.required.items():
            if name not in names:
                by = f" (separator: {separator})" if separator else ""
                raise WorkError(_missing(name, flag, names, place, by))
        return [name for name in wanted if name in names]


def _missing(name: str, flag: str | None, names: Sequence[str], place: str, by: str) -> str:
    nearest = nearest_name(name, names)
    found = f"expected a column {name!r}, found {_shown(names)}{by}"
    if flag:
        # A name with blanks is quoted for the shell.
        way = f"name the right one with {flag} {shlex.quote(nearest or 'NAME')}"
        if not nearest and HEADER in place:
            # Rows without a header, or a title above it.
            way += ", or see that the names of the columns are what the file begins with"
        return f"{place}: {found}; {way}."
    near = f" ({nearest!r} is the nearest)" if nearest else ""
    return f"{place}: {found}; rename the column{near}."


def _shown(names: Sequence[str]) -> str:
    # Shortened: without a header these are the texts of the first row.
    shown = [
        repr(name if len(name) <= _SHOWN_CHARACTERS else name[:_SHOWN_CHARACTERS] + "...")
        for name in names
    ]
    return listed(shown, _SHOWN_NAMES) or "none"


def label_of(row: Row, column: str, file: str, may_lack: bool = False) -> str | None:
    """The name of the class in a column, or None if it `may_lack`; WorkError if it is no single value."""
    value = row.cells[column]
    is_single = not isinstance(value, _WITH_PARTS)
    label = label_name(value) if is_single else None
    if label is None and not (is_single and may_lack):
        got = "nothing" if not value or value != value else f"a {type(value).__name__}"
        way = f", or add {SKIP}" if is_single else ""
        raise WorkError(
            f"{file}, {row.place}: expected one label in {column!r}, got {got}; label the text or "
            f"remove its row{way}."
        )
    return label


def split_of(row: Row, column: str | None, file: str, has_split: bool) -> str | None:
    """The declared split of a row; None where the table declares none.

    Args:
        row: of a table.
        column: with the split.
        file: name of the table in errors.
        has_split: whether the first row has the column.

    Raises:
        WorkError: the value is no split, or only some rows have the column.
    """
    if (column in row.cells) != has_split:
        raise WorkError(
            f"{file}, {row.place}: some lines have {column!r} and some do not; give it to all or "
            "to none."
        )
    if not has_split or column is None:
        return None
    value = row.cells[column]
    split = _SPLITS.get(str(value).strip().lower())
    if split is None:
        raise WorkError(
            f"{file}, {row.place}: expected train, validation or test in {column!r}, got "
            f"{value!r}; correct it, name another column with --data.split_column, or leave it "
            "out with --data.split_column none."
        )
    return split


def split_in_name(name: str) -> str | None:
    """The split in the name of a file such as train-00000-of-00001.parquet, or None."""
    words = re.split("[^a-z]+", name.lower())
    return next((_SPLITS[word] for word in words if word in _SPLITS), None)


def label_name(value: Any) -> str | None:
    """The stripped name of a class or group; None for null, NaN and blank.

    Integral floats become integers, also the "1.0" of a .csv, so that a table has the same labels
    in every format.
    """
    if value is None or value != value:
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    name = str(value).strip()
    if not name.isascii():
        while name != (name := name.strip(_INVISIBLE).strip()):
            pass
    integral = name.endswith("0") and _INTEGRAL_FLOAT.fullmatch(name)
    return (integral[1] if integral else name) or None
