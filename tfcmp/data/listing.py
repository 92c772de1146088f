"""Lists in messages, cut where they would be long."""

from collections.abc import Sequence

# Of classes, which may be hundreds.
MOST = 10


def listed(parts: Sequence[str], most: int = MOST, separator: str = ", ") -> str:
    """The first `most` of the parts, and how many more there are."""
    more = len(parts) - most
    return separator.join(parts[:most]) + (f" and {more} more" if more > 0 else "")
