"""Which explanations are compared: those of the same texts, by leaving words out, of the margin."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from tfcmp.evaluation.differences import Difference
from tfcmp.evaluation.intervals import Interval, ratio_contributions
from tfcmp.evaluation.seeds import seed_difference
from tfcmp.records.explanation import Explanation
from tfcmp.reporting.load.models import ModelResult
from tfcmp.reporting.load.runs import Run, mean_of

EXPLAINED_AXES = ("comprehensiveness", "sufficiency", "plausibility")
METHODS = {"ig": "integrated gradients", "occlusion": "leaving a word out"}
# The method that every model allows.
METHOD: Final = "occlusion"
WAY = "python -m tfcmp.explain RUN --evaluate"
NO_MEASURE = (
    "its file has probabilities only, which depend on the temperature of the model and not on its "
    f"words alone; {WAY} measures it again"
)
NO_METHOD = f"by integrated gradients only, not by leaving words out; {WAY} measures both"


class Setting(NamedTuple):
    """What the figures depend on apart from the model; None where a file says nothing."""

    texts_of: str | None
    texts: int | None
    seed: int | None
    shares_of_words: tuple[float, ...] | None

    def words(self) -> tuple[str, ...]:
        """Each of them as it is told."""
        shares = ", ".join(f"{share:.0%}" for share in self.shares_of_words or ())
        return (
            f"texts of {self.texts_of}",
            f"{self.texts} texts",
            f"seed {self.seed} of the sample",
            f"{shares} of the words",
        )


def setting_of(run: Run) -> Setting | None:
    """How the explanations of a run were measured; None where they are not comparable."""
    content = run.measured.get("explanation")
    if content is None or _own_reason(content) is not None:
        return None
    sample, shares = content.get("sample", {}), content.get("settings", {}).get("shares_of_words")
    texts = sample.get("texts")
    return Setting(
        sample.get("texts_of"),
        # A text that a model reads no word of was drawn like the others.
        None if texts is None else texts + len(sample.get("left_out", ())),
        sample.get("seed"),
        None if shares is None else tuple(shares),
    )


def usual_setting(models: Sequence[ModelResult]) -> Setting | None:
    """That of most runs; of equally many the first. None where nothing was measured."""
    found = [setting_of(run) for model in models for run in model.runs]
    counted = Counter(setting for setting in found if setting is not None)
    return counted.most_common(1)[0][0] if counted else None


def why_not_alike(run: Run, usual: Setting | None) -> str | None:
    """Why the explanations of a run are not compared; None where they are, or there are none."""
    content = run.measured.get("explanation")
    if content is None:
        return None
    reason, setting = _own_reason(content), setting_of(run)
    if reason is not None or setting is None or usual is None or setting == usual:
        return reason
    pairs = zip(setting, usual, setting.words(), usual.words(), strict=True)
    differing = [(mine, of_most) for one, other, mine, of_most in pairs if one != other]
    mine, of_most = (", ".join(words) for words in zip(*differing, strict=True))
    return f"{mine}; of most {of_most}"


def explained_axes(
    models: Sequence[ModelResult], usual: Setting | None
) -> dict[str, dict[str, Interval | float]]:
    """Label -> axis -> mean over those runs whose explanations are compared."""
    found: dict[str, dict[str, Interval | float]] = {}
    for model in models:
        alike = [run.measured["explanation"] for run in _compared(model, usual)]
        means = {axis: mean_of([content.get(axis) for content in alike]) for axis in EXPLAINED_AXES}
        found[model.label] = {axis: mean for axis, mean in means.items() if mean is not None}
    return found


def explained_difference(
    first: ModelResult, second: ModelResult, axis: str, usual: Setting | None
) -> Difference | None:
    """Difference of two models on an axis of explanations, paired over the texts.

    None where one of both has no values by text, as in a file written by hand.

    Args:
        first, second: the models.
        axis: one of `EXPLAINED_AXES`.
        usual: the setting in which runs are compared.
    """
    sides = [[_by_text(run, axis) for run in _compared(one, usual)] for one in (first, second)]
    if not all(sides) or not all(found for side in sides for found in side):
        return None
    shared = set.intersection(*(set(found) for side in sides for found in side))
    ids = [text for text in sides[0][0] if text in shared]
    if not ids:
        return None
    groups = np.array([sides[0][0][text][0] for text in ids])
    values = [np.array([_contributions(found, ids) for found in side]) for side in sides]
    return seed_difference(values[0], values[1], groups)


def explanation_gaps(
    models: Sequence[ModelResult],
    usual: Setting | None,
    axes: Mapping[str, Mapping[str, Interval | float]],
) -> dict[str, dict[str, str]]:
    """Label -> axis -> why there is no value, of models whose explanations do not count.

    Args:
        models: all of them.
        usual: the setting in which explanations are compared.
        axes: label -> axis -> what counts.
    """
    found: dict[str, dict[str, str]] = {}
    for model in models:
        reasons = [why_not_alike(run, usual) for run in model.runs]
        reason = next((one for one in reasons if one is not None), None)
        if reason is not None and not axes[model.label]:
            found[model.label] = dict.fromkeys(
                EXPLAINED_AXES, f"was measured, but left out: {reason}"
            )
    return found


def explanation_notes(models: Sequence[ModelResult], usual: Setting | None) -> list[str]:
    """A sentence for each reason why explanations of runs are not compared, with these runs."""
    axes = f"{', '.join(EXPLAINED_AXES[:-1])} and {EXPLAINED_AXES[-1]}"
    by_reason: dict[str, list[str]] = {}
    for model in models:
        for run in model.runs:
            reason = why_not_alike(run, usual)
            if reason is not None:
                by_reason.setdefault(reason, []).append(run.name)
    return [
        f"{', '.join(names)}: {axes} were measured, but have no part here: {reason}."
        for reason, names in by_reason.items()
    ]


def _own_reason(content: Explanation) -> str | None:
    """Why a file is not compared, whatever the others are. Written by hand, it has numbers only."""
    if "methods" not in content:
        return None
    if METHOD not in content["methods"]:
        return NO_METHOD
    return None if "measure" in content else NO_MEASURE


def _compared(model: ModelResult, usual: Setting | None) -> list[Run]:
    return [run for run in model.runs if usual is not None and setting_of(run) == usual]


def _by_text(run: Run, axis: str) -> dict[str, tuple[int, float, float]]:
    """Id of a text -> its group, its value, and the margin that the value is a share of."""
    found = {}
    for row in run.measured["explanation"].get("texts", []):
        of: Mapping[str, Any] = row.get(METHOD, {})
        value, whole = of.get(axis), 1.0 if axis == "plausibility" else row.get("margin")
        if axis != "plausibility":
            value = of.get(f"margin_{axis}")
        if value is not None and whole is not None:
            found[row["id"]] = (int(row["group"]), float(value), float(whole))
    return found


def _contributions(
    found: dict[str, tuple[int, float, float]], ids: Sequence[str]
) -> npt.NDArray[np.float64]:
    """(n,) contributions whose mean is the axis over the texts."""
    values, wholes = (np.array([found[text][place] for text in ids]) for place in (1, 2))
    return ratio_contributions(values, wholes)
