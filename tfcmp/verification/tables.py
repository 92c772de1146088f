"""Compares tables cell by cell, numbers up to rounding."""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tfcmp.verification.findings import Finding
from tfcmp.verification.recompute import is_same

# Lines of a CSV file, the names of its columns first; None where there is no such file.
Lines = Sequence[Sequence[str]] | None


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
