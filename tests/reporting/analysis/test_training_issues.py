import pytest

from tfcmp.reporting.analysis.training_issues import observed
from tfcmp.reporting.load.inputs import gather


def epochs(*pairs):
    """Lines of epochs: training loss, validation loss and accuracy."""
    return [
        {
            "event": "epoch",
            "epoch": number,
            "loss": loss,
            "validation_loss": validation,
            "validation_accuracy": accuracy,
        }
        for number, (loss, validation, accuracy) in enumerate(pairs, start=1)
    ]


def segments(losses, largest_norm=1.0):
    return [
        {"event": "segment", "loss": loss, "gradient_norm": 1.0, "largest_gradient_norm": norm}
        for loss, norm in zip(losses, [largest_norm] + [1.0] * len(losses), strict=False)
    ]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (epochs((0.5, 0.4, 0.8), (0.2, 0.5, 0.8)), "above its lowest while the training loss fell"),
        (epochs((0.7, 0.7, 0.5), (0.5, 0.5, 0.8)), "learned nothing in the first epoch"),
        (segments([0.7, 0.3, 0.6]), "had a loss spike"),
        (segments([0.7, 0.3, 0.2], largest_norm=30.0), "gradient norm of more than 10 times"),
    ],
)
def test_what_the_log_shows_is_told_with_its_count(write_run, lines, told):
    inputs = gather([write_run("gru", 1, lines=lines), write_run("gru", 2)])
    (claim,) = observed(inputs.models, inputs.failed_runs)
    assert told in claim.sentence
    assert claim.sentence.startswith("gru: 1 of 2 runs ")
    assert (claim.estimate, claim.examples, claim.unit) == (1.0, 2, "run")
    # A count describes; no test supports it.
    assert claim.verdict == "observed"


def test_a_collapse_is_told(write_run):
    path = write_run(skill=0.0, sizes={"validation": 400, "test": 200})
    (claim,) = observed(gather([path]).models, ())
    assert "no better than always answering the majority class" in claim.sentence


def test_runs_without_result_are_told(write_run):
    inputs = gather([write_run(), write_run("gru", 2, lines=[], is_complete=False)])
    (claim,) = observed(inputs.models, inputs.failed_runs)
    assert claim.sentence == "gru: 1 of 2 runs ended without a result."


def test_quiet_trainings_give_no_observation(write_run):
    assert observed(gather([write_run()]).models, ()) == []


def test_the_largest_step_is_compared_with_those_of_other_segments_and_not_with_means(write_run):
    """Every segment has a step of 30 times its mean norm: that is how these gradients are."""
    lines = segments([0.7, 0.3, 0.2])
    for line in lines:
        line["largest_gradient_norm"] = 30.0
    assert observed(gather([write_run("gru", 1, lines=lines)]).models, ()) == []
