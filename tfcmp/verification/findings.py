"""What a verification says: what differs, and what it could not check."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple


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
