"""Which of the names at hand the user most likely meant."""

import difflib
from collections.abc import Iterable


def nearest_name(name: str, names: Iterable[str]) -> str | None:
    """The one of `names` that is spelt most like `name`, whatever the case; None if none is near."""
    by_lower_case = {candidate.lower(): candidate for candidate in names}
    matches = difflib.get_close_matches(name.lower(), by_lower_case, n=1)
    return by_lower_case[matches[0]] if matches else None
