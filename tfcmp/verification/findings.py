"""What a verification says: what differs, and what it could not check; and how files are compared."""

import csv
import io
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tfcmp.runs.files import is_sound, sha256_of

# Sums of the same numbers differ by that much between machines.
TOLERANCE = 1e-9
# Lines of a CSV file, the names of its columns first; None where there is no such file.
Lines = Sequence[Sequence[str]] | None


class Finding(NamedTuple):
    """One sentence of a verification.

    Attributes:
        text: the file, and what is wrong with it.
        is_difference: False where something could not be checked, and nothing is known to be wrong.
    """

    text: str
    is_difference: bool = True


def unchecked(text: str) -> Finding:
    """What could not be checked, and why."""
    return Finding(text, is_difference=False)


def below(path: Path, findings: Iterable[Finding]) -> Iterator[Finding]:
    """The same findings, each with `path` in front."""
    for finding in findings:
        yield finding._replace(text=f"{path}: {finding.text}")


def differences(findings: Iterable[Finding]) -> list[str]:
    """The sentences on what differs."""
    return [finding.text for finding in findings if finding.is_difference]


def check_seal(name: str, content: Mapping[str, Any]) -> Iterator[Finding]:
    """Whether a file has a checksum of its own, and is what it was when that was written."""
    if "sha256" not in content:
        yield Finding(
            f"{name}: it has no checksum of its own (sha256): the line was removed, or tfcmp wrote "
            "the file before there was one, and what cannot be computed again is not known to be "
            "as it was written"
        )
    elif not is_sound(content):
        yield Finding(f"{name}: its checksum is not the one that was recorded")


def compare_checksums(
    path: Path, sums: Mapping[str, str], names: Sequence[str]
) -> Iterator[Finding]:
    """Files of `path` that are missing or have other checksums than were recorded."""
    for name in names:
        file = path / name
        if not file.is_file():
            yield Finding(f"{name}: missing")
        elif sha256_of(file) != sums.get(name):
            yield Finding(f"{name}: its checksum is not the one that was recorded")


def is_same(stated: Any, recomputed: Any) -> bool:
    """Whether two values agree, numbers up to rounding."""
    if isinstance(stated, int | float) and isinstance(recomputed, int | float):
        return math.isclose(stated, recomputed, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return bool(stated == recomputed)


def read_table(file: Path) -> Lines:
    """The cells of a CSV file."""
    if not file.is_file():
        return None
    return parse_table(file.read_text(encoding="utf-8", errors="replace"))


def parse_table(text: str) -> list[list[str]]:
    """The cells of CSV."""
    return list(csv.reader(io.StringIO(text)))


def compare_tables(stated: Lines, recomputed: Lines) -> Iterator[Finding]:
    """Names every cell that is not the recomputed one, by line and column."""
    if stated is None or recomputed is None:
        yield Finding("missing")
        return
    if list(stated[:1]) != list(recomputed[:1]):
        yield Finding(
            f"its columns are not those that this version of tfcmp computes "
            f"({_named(stated)}, recomputed {_named(recomputed)})"
        )
        return
    if len(stated) != len(recomputed):
        yield Finding(f"it has {len(stated) - 1} rows, recomputed {len(recomputed) - 1}")
        return
    for line, (old, new) in enumerate(zip(stated, recomputed, strict=True), start=1):
        for name, of_old, of_new in _differing(recomputed[0], old, new):
            yield Finding(f"line {line}, {name}: is {of_old!r}, recomputed {of_new!r}")


def _named(lines: Sequence[Sequence[str]]) -> str:
    return ", ".join(lines[0]) if lines else "none"


def _differing(
    names: Sequence[str], stated: Sequence[str], recomputed: Sequence[str]
) -> Iterator[tuple[str, str, str]]:
    if len(stated) != len(recomputed):
        yield "the row", f"{len(stated)} cells", f"{len(recomputed)} cells"
        return
    for name, old, new in zip(names, stated, recomputed, strict=True):
        if not is_same(_parsed(old), _parsed(new)):
            yield name, old, new


def _parsed(cell: str) -> Any:
    try:
        return float(cell)
    except ValueError:
        return cell
