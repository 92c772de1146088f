"""Why an axis of a model has no value: what was measured, but does not count, is told as such."""

from collections.abc import Mapping, Sequence

from tfcmp.reporting.load.models import ModelResult
from tfcmp.reporting.sections.inference import AXES, cells, usual_axes

IDLE = "measure it again on an idle machine"
OTHERWISE = "with another engine or under other conditions than most"


def why_left_out(entrants: Sequence[ModelResult]) -> dict[str, str]:
    """Label -> why its inference times do not count, of those that were measured in vain."""
    counted = usual_axes(entrants)
    found: dict[str, str] = {}
    for cell in cells(entrants):
        label = cell.entrant.label
        if cell.gives_axes and not counted[label]:
            reason = f"{cell.left_out}; {IDLE}" if cell.is_contended else OTHERWISE
            # Of several runs, one on an idle machine tells what else keeps them out.
            found[label] = reason if label not in found or not cell.is_contended else found[label]
    return found


def told_gaps(left_out: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Label -> axis -> what is said of it instead of "was not measured"."""
    return {
        label: dict.fromkeys(AXES, f"was measured, but left out: {reason}")
        for label, reason in left_out.items()
    }


def left_out_note(axis: str, left_out: Mapping[str, str]) -> str:
    """A sentence on an axis that no model has a value of, though some were measured on it."""
    models = ", ".join(left_out)
    reasons = "; ".join(dict.fromkeys(left_out.values()))
    return f"{axis} of {models} was measured, but left out: {reasons} (python -m tfcmp.bench RUN)."
