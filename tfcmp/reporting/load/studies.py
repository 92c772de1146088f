"""What a study directory says of its runs, apart from what they hold."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tfcmp.errors import WorkError
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.layout import PUBLISHED, STUDY, STUDY_STATE

# Why times do not count, where a study names a run and gives no reason.
CONTENDED = "other work ran beside it"


@dataclass(frozen=True)
class Marks:
    """Marks of a study on its runs, by the name of their folder, and on searches as LABEL-search.

    Attributes:
        failures: run or search -> why it has no result.
        contended: run or search -> why its times do not count.
    """

    failures: dict[str, str] = field(default_factory=dict)
    contended: dict[str, str] = field(default_factory=dict)


def is_study(path: Path) -> bool:
    """Whether it is the directory of a study, or a publication of runs, with their study or without."""
    return (path / STUDY).is_file() or is_publication(path)


def is_publication(path: Path) -> bool:
    """Whether scripts/publish_study.py wrote the folder."""
    return (path / PUBLISHED).is_file()


def read_marks(study: Path) -> Marks:
    """The marks of a study; none where it made none.

    Raises:
        WorkError: the file is damaged.
    """
    if not (study / STUDY_STATE).exists():
        return Marks()
    content: dict[str, Any] = RunDirectory(study).read_json(STUDY_STATE)
    failures, contended = content.get("failures", {}), content.get("contended", [])
    reasons = content.get("contention", {})
    if not (
        isinstance(failures, dict) and isinstance(contended, list) and isinstance(reasons, dict)
    ):
        raise WorkError(
            f"{study / STUDY_STATE} is damaged: expected failures (run: reason), contended (runs) and "
            "contention (run: reason)"
        )
    return Marks(
        {name: str(why) for name, why in failures.items()},
        {name: str(reasons.get(name, CONTENDED)) for name in contended},
    )


def label_and_seed(name: str) -> tuple[str, int | None]:
    """Both from the name of a run's folder, LABEL-seedN; no seed where it is none of that form."""
    label, _, seed = name.rpartition("-seed")
    return (label, int(seed)) if label and seed.isdecimal() else (name, None)
