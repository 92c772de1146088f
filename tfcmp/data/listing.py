"""Names in messages: lists, cut where they would be long, and the name that was meant."""

import difflib
from collections.abc import Iterable, Sequence

# Of classes, which may be hundreds.
MOST = 10


def listed(parts: Sequence[str], most: int = MOST, separator: str = ", ") -> str:
    """The first `most` of the parts, and how many more there are."""
    more = len(parts) - most
    return separator.join(parts[:most]) + (f" and {more} more" if more > 0 else "")


def nearest_name(name: str, names: Iterable[str]) -> str | None:
    """The one of `names` that is spelt most like `name`, whatever the case; None if none is near."""
    by_lower_case = {candidate.lower(): candidate for candidate in names}
    matches = difflib.get_close_matches(name.lower(), by_lower_case, n=1)
    return by_lower_case[matches[0]] if matches else None
