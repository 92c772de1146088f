"""Whether the runs of a study were trained and tested on the same texts and classes."""

import json

from tfcmp.errors import WorkError
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.layout import RESULT, SPLIT
from tfcmp.study.directory import StudyDirectory
from tfcmp.study.plan import Plan

PARTS = ("train", "validation", "test")


def require_agreement(study: StudyDirectory, plan: Plan) -> None:
    """Compares the fingerprints of all splits and the classes over the complete runs.

    Raises:
        WorkError: they differ, or a file of a run is damaged.
    """
    sides: dict[tuple[str, str], list[str]] = {}
    for run in plan.runs:
        path = study.run(run.name)
        if (path / RESULT).exists():
            sides.setdefault(_texts_of(RunDirectory(path)), []).append(run.name)
    if len(sides) > 1:
        told = "; ".join(
            f"{', '.join(names)}: classes {classes}, splits {prints}"
            for (classes, prints), names in sides.items()
        )
        raise WorkError(
            "the runs of this study were not trained and tested on the same texts and classes "
            f"({told}); bring back the texts as they were, or move one side away and fit it again"
        )


def _texts_of(run: RunDirectory) -> tuple[str, str]:
    split = run.read_json(SPLIT)
    try:
        prints = [split["splits"][part]["fingerprint"][:8] for part in PARTS]
        return json.dumps(split["classes"]), ", ".join(prints)
    except (KeyError, TypeError):
        raise WorkError(f"{run.file(SPLIT)} is damaged: expected classes and splits") from None
