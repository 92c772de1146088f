"""Which explanations may stand beside each other: those of the same texts, by the same method."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from tfcmp.evaluation.intervals import Interval
from tfcmp.reporting.entrants import Entrant
from tfcmp.reporting.inference_times import joined
from tfcmp.reporting.reading import Run

AXES = ("comprehensiveness", "sufficiency", "plausibility")
METHODS = {"ig": "integrated gradients", "occlusion": "leaving a word out"}


class Setting(NamedTuple):
    """What the figures depend on beside the model; None where a file says nothing."""

    texts_of: str | None
    texts: int | None
    seed: int | None
    shares_of_words: tuple[float, ...] | None
    method: str | None

    def words(self) -> tuple[str, ...]:
        """Each of them as it is told."""
        shares = ", ".join(f"{share:.0%}" for share in self.shares_of_words or ())
        return (
            f"texts of {self.texts_of}",
            f"{self.texts} texts",
            f"seed {self.seed} of the sample",
            f"{shares} of the words",
            METHODS.get(str(self.method), str(self.method)),
        )


def setting_of(run: Run) -> Setting | None:
    """How the explanations of a run were measured; None where they were not."""
    content = run.measured.get("explanation")
    if content is None:
        return None
    sample, shares = content.get("sample", {}), content.get("settings", {}).get("shares_of_words")
    texts = sample.get("texts")
    return Setting(
        sample.get("texts_of"),
        # A text that a model reads no word of was drawn like the others.
        None if texts is None else texts + len(sample.get("left_out", ())),
        sample.get("seed"),
        None if shares is None else tuple(shares),
        content.get("method"),
    )


def usual_setting(entrants: Sequence[Entrant]) -> Setting | None:
    """That of most runs; of equally many the first. None where nothing was measured."""
    found = [setting_of(run) for entrant in entrants for run in entrant.runs]
    counted = Counter(setting for setting in found if setting is not None)
    return counted.most_common(1)[0][0] if counted else None


def why_not_alike(run: Run, usual: Setting | None) -> str | None:
    """How the explanations of a run were measured, where that is not as those of most."""
    setting = setting_of(run)
    if setting is None or usual is None or setting == usual:
        return None
    pairs = zip(setting, usual, setting.words(), usual.words(), strict=True)
    differing = [(mine, of_most) for one, other, mine, of_most in pairs if one != other]
    mine, of_most = (", ".join(words) for words in zip(*differing, strict=True))
    return f"{mine}; of most {of_most}"


def explained_axes(entrants: Sequence[Entrant]) -> dict[str, dict[str, Interval | float]]:
    """Label -> axis -> mean over those runs whose explanations were measured as those of most."""
    usual = usual_setting(entrants)
    found: dict[str, dict[str, Interval | float]] = {}
    for entrant in entrants:
        alike = [
            run.measured["explanation"]
            for run in entrant.runs
            if usual is not None and setting_of(run) == usual
        ]
        means = {axis: joined([content.get(axis) for content in alike]) for axis in AXES}
        found[entrant.label] = {axis: mean for axis, mean in means.items() if mean is not None}
    return found


def explanation_notes(entrants: Sequence[Entrant]) -> list[str]:
    """A sentence for every run whose explanations were measured otherwise than those of most."""
    usual, axes = usual_setting(entrants), f"{', '.join(AXES[:-1])} and {AXES[-1]}"
    return [
        f"{run.name}: {axes} have no part here, as they were measured otherwise: {reason}."
        for entrant in entrants
        for run in entrant.runs
        if (reason := why_not_alike(run, usual)) is not None
    ]
