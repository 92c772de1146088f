"""The label and the split of a row, in the words of the package."""

import re
from typing import Any

from tfcmp.data.sources.row import Row
from tfcmp.errors import WorkError

# What leaves rows without a text or a label out.
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
# Marks that nobody sees, at the ends of a name as useless as blanks: zero-width space, word joiner,
# byte order mark, soft hyphen, marks of direction.
_INVISIBLE = (
    "\u200b\u2060\ufeff\u00ad\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_INTEGRAL_FLOAT = re.compile(r"([+-]?\d+)\.0+", re.ASCII)


def label_of(row: Row, column: str, file: str, may_lack: bool = False) -> str | None:
    """The name of the class in a column; None where there is none and it `may_lack`.

    Raises:
        WorkError: there is none, or something with parts; names the line or row.
    """
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
    """The split that a row is declared to be; None where the table declares none.

    Args:
        row: of a table.
        column: that declares it.
        file: what errors call the table.
        has_split: whether its first row has the column.

    Raises:
        WorkError: the value is no split, or some rows have the column and some do not.
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
    """The split that the name of a file tells, as in train-00000-of-00001.parquet; None without."""
    words = re.split("[^a-z]+", name.lower())
    return next((_SPLITS[word] for word in words if word in _SPLITS), None)


def label_name(value: Any) -> str | None:
    """The name of a class or group as text, without blanks around it; None for null, NaN and blank.

    Integral floats print as integers, also where a .csv spells them "1.0": the same table has the
    same labels in every format.
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
