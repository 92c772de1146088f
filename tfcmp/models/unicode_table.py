"""The shipped table by which word models normalise texts: one version of Unicode everywhere.

The file holds, in ascending order of code points:

- `replaced` (n,) and `lengths` (n,): code points that are replaced, and by how many code points
  (none: deleted); `replacements` (sum of lengths,): these, one behind the other;
- `ordered` (m,) and `classes` (m,) uint8: code points whose combining class is not 0;
- `unicode_version`.

`scripts/unicode_table.py` makes it and says what replaces what.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

TABLE_FILE = Path(__file__).with_name("unicode_table.npz")
# The one combining mark that case folding makes a letter. It stays a mark until all are in order.
YPOGEGRAMMENI, IOTA = 0x345, 0x3B9
CODE_POINTS = 0x110000
LAST_OF_ASCII = 0x7F
PAGE = 256
# Neighbours with fewer code points between them share a range of the pattern.
GAP = 4


@dataclass(frozen=True, eq=False)
class Pages:
    """A number per code point: `pages` (4352,) names the row of `rows` (n, 256) it stands in."""

    pages: np.ndarray
    rows: np.ndarray

    def __getitem__(self, point: int) -> int:
        return int(self.rows[self.pages[point // PAGE], point % PAGE])


@dataclass(frozen=True, eq=False)
class UnicodeTable:
    """The table, ready to be looked up; code points of ASCII are not in it.

    Attributes:
        version: of Unicode.
        pattern: what RE2 takes for a run of the code points that are replaced or put in order,
            and a few more.
        points: code points of the pattern, ascending.
        replacement_of: number of the replacement of every code point of the pattern, 0 of others.
        starts: (replacements + 1,) int64, where each replacement begins in `replacements`.
        replacements: int32 code points.
        class_of: combining class of every code point.
    """

    version: str
    pattern: str
    points: np.ndarray
    replacement_of: Pages
    starts: np.ndarray
    replacements: np.ndarray
    class_of: Pages

    def replacement(self, character: str) -> str:
        """What stands for a character in a normalised text; nothing for one that is deleted."""
        number = self.replacement_of[ord(character)]
        if number == 0:
            return character.lower() if ord(character) <= LAST_OF_ASCII else character
        first, last = self.starts[number : number + 2]
        return "".join(map(chr, self.replacements[first:last]))


@cache
def unicode_table() -> UnicodeTable:
    """Reads the shipped table."""
    with np.load(TABLE_FILE, allow_pickle=False) as file:
        replaced, classes = file["replaced"], np.zeros(CODE_POINTS, np.uint8)
        classes[file["ordered"]] = file["classes"]
        changed = np.union1d(replaced, file["ordered"])
        ranges = _ranges(changed[changed > LAST_OF_ASCII])
        points = np.concatenate([np.arange(first, last + 1) for first, last in ranges])
        numbers = np.zeros(CODE_POINTS, np.uint16)
        numbers[points] = np.arange(1, len(points) + 1)
        # Others of the ranges stand for themselves.
        replacement_of = dict(zip(points.tolist(), points[:, None].astype(np.int32), strict=True))
        ends = np.cumsum(file["lengths"])
        replacement_of |= zip(
            replaced.tolist(), np.split(file["replacements"], ends[:-1]), strict=True
        )
        parts = [replacement_of[point] for point in points.tolist()]
        return UnicodeTable(
            str(file["unicode_version"]),
            "[" + "".join(rf"\x{{{first:x}}}-\x{{{last:x}}}" for first, last in ranges) + "]+",
            points,
            _paged(numbers),
            np.concatenate([[0, 0], np.cumsum([len(part) for part in parts])]),
            np.concatenate(parts),
            _paged(classes),
        )


def _ranges(points: np.ndarray) -> np.ndarray:
    """First and last code point (n, 2) of the ranges that hold all `points`, given in order."""
    last = np.append(np.diff(points) > GAP, True)
    return np.stack([points[np.roll(last, 1)], points[last]], axis=1)


def _paged(values: np.ndarray) -> Pages:
    pages = values.reshape(-1, PAGE)
    used = np.flatnonzero(pages.any(axis=1))
    numbers = np.zeros(len(pages), np.int32)
    numbers[used] = np.arange(1, len(used) + 1)
    return Pages(numbers, np.concatenate([np.zeros((1, PAGE), pages.dtype), pages[used]]))
