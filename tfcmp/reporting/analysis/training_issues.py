"""What the logs of the trainings show, found by rule and not written by hand."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from tfcmp.evaluation.stability import is_failed
from tfcmp.reporting.load.inputs import FailedRun
from tfcmp.reporting.load.models import ModelResult
from tfcmp.reporting.load.runs import Run
from tfcmp.reporting.render.document import OBSERVED, Claim

# A step is a gradient spike where its norm is that many times the usual: the median, over the
# segments of the run, of the largest norm of a step. Means of segments are no measure of a step.
GRADIENT_SPIKE = 10.0
# Validation loss above its lowest by this factor, while the training loss falls.
OVERFITTING = 1.10
COUNTED = "counted in metrics.jsonl and result.json; describes these runs, no inference"


class Rule(NamedTuple):
    """Something to look for in a run, and how it is told of several."""

    sentence: str
    shows: Callable[[Run], bool]


def observed(models: Sequence[ModelResult], failed: Sequence[FailedRun]) -> list[Claim]:
    """A claim per rule and model of which some run shows it, and one for runs without result."""
    claims = [
        _claim(model.label, rule.sentence, sum(map(rule.shows, model.runs)), len(model.runs))
        for model in models
        for rule in RULES
        if any(map(rule.shows, model.runs))
    ]
    for label in dict.fromkeys(run.label for run in failed):
        lost = sum(run.label == label for run in failed)
        ended = sum(len(model.runs) for model in models if model.runs[0].label == label)
        claims.append(_claim(label, "ended without a result", lost, lost + ended))
    return claims


def collapsed(run: Run) -> bool:
    """Whether it ended no better than the majority."""
    validation = run.result["validation"]
    return is_failed(validation["accuracy"]["value"], validation["majority"]["value"])


def slow_start(run: Run) -> bool:
    """Whether the first epoch taught nothing, and a later one did."""
    majority = run.result["validation"]["majority"]["value"]
    scores = [line.get("validation_accuracy") for line in run.epochs()]
    return len(scores) > 1 and is_failed(scores[0], majority) and not collapsed(run)


def overfitted(run: Run) -> bool:
    """Whether validation loss rose at the end while the training loss fell."""
    epochs = run.epochs()
    losses = [float(line.get("validation_loss", math.nan)) for line in epochs]
    # A comparison with NaN, where the log has no loss, is False.
    if len(epochs) < 2:
        return False
    fell = epochs[-1].get("loss", 0.0) < epochs[-2].get("loss", 0.0)
    return bool(fell and losses[-1] > OVERFITTING * min(losses))


def spiked(run: Run) -> bool:
    """Whether the loss rose to a spike."""
    return run.course.loss_spikes > 0


def had_gradient_spike(run: Run) -> bool:
    """Whether a step had a gradient far above the largest of most segments."""
    largest = run.course.largest_gradient_norm
    usual = run.course.usual_largest_gradient_norm
    return bool(largest is not None and usual and largest > GRADIENT_SPIKE * usual)


def was_resumed(run: Run) -> bool:
    """Whether it was interrupted."""
    return int(run.timing.get("sessions", 1)) > 1


RULES = (
    Rule("ended no better than always answering the majority class", collapsed),
    Rule("learned nothing in the first epoch, and later did", slow_start),
    Rule(
        f"ended with a validation loss {100 * (OVERFITTING - 1):.0f} % or more above its lowest "
        "while the training loss fell",
        overfitted,
    ),
    Rule("had a loss spike, to 1.5 times the lowest mean loss before", spiked),
    Rule(
        f"had a step with a gradient norm of more than {GRADIENT_SPIKE:.0f} times the largest norm "
        "of its median segment",
        had_gradient_spike,
    ),
    Rule("was interrupted and resumed", was_resumed),
)


def _claim(label: str, sentence: str, count: int, runs: int) -> Claim:
    return Claim(
        f"{label}: {count} of {runs} run{'s' if runs > 1 else ''} {sentence}.",
        OBSERVED,
        "stability",
        float(count),
        unit="run" if count == 1 else "runs",
        test=COUNTED,
        examples=runs,
        seeds=str(runs),
    )
