"""Names in messages: shortened lists, and the name that was probably meant."""

import difflib
from collections.abc import Iterable, Sequence

# There may be hundreds of classes.
MOST = 10


def listed(parts: Sequence[str], most: int = MOST, separator: str = ", ") -> str:
    """The first `most` of the parts, and how many more there are."""
    more = len(parts) - most
    return separator.join(parts[:most]) + (f" and {more} more" if more > 0 else "")


def nearest_name(name: str, names: Iterable[str]) -> str | None:
    """The most similar of `names`, ignoring case; None if none is similar."""
    by_lower_case = {candidate.lower(): candidate for candidate in names}
    matches = difflib.get_close_matches(name.lower(), by_lower_case, n=1)
    return by_lower_case[matches[0]] if matches else None
