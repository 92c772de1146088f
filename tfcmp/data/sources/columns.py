"""Which columns of a table are wanted, and whether they are there."""

import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tfcmp.data.listing import listed
from tfcmp.data.sources.spelling import nearest_name
from tfcmp.errors import WorkError

# Of a place whose names could be something else.
HEADER = "(the header)"
_SHOWN_NAMES = 20
_SHOWN_CHARACTERS = 40


@dataclass(frozen=True)
class Columns:
    """The columns to read of a table.

    Attributes:
        required: name of each column that must be there -> the flag that would name another one,
            or None where no flag does.
        optional: names of the columns that are read if they are there.
    """

    required: Mapping[str, str | None]
    optional: Sequence[str] = ()

    def present(self, names: Sequence[str], place: str, separator: str = "") -> list[str]:
        """The wanted ones among the names of a table's columns, each once.

        Args:
            names: the columns of the table, in its order.
            place: what an error calls the header: file and line.
            separator: what the names were separated by, where a file could have it otherwise.

        Raises:
            WorkError: a wanted name stands there twice, or a required one is missing.
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
        # Quoted where a shell needs it: a name may hold blanks.
        way = f"name the right one with {flag} {shlex.quote(nearest or 'NAME')}"
        if not nearest and HEADER in place:
            # Rows without a header, or a title above it.
            way += ", or see that the names of the columns are what the file begins with"
        return f"{place}: {found}; {way}."
    near = f" ({nearest!r} is the nearest)" if nearest else ""
    return f"{place}: {found}; rename the column{near}."


def _shown(names: Sequence[str]) -> str:
    # A file without a header shows its first texts here: a glimpse is enough to see that.
    shown = [
        repr(name if len(name) <= _SHOWN_CHARACTERS else name[:_SHOWN_CHARACTERS] + "...")
        for name in names
    ]
    return listed(shown, _SHOWN_NAMES) or "none"
