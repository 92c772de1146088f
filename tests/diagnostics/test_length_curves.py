from dataclasses import replace

import numpy as np

from tfcmp.diagnostics.length_curves import curves, finding
from tfcmp.evaluation.intervals import Interval
from tfcmp.evaluation.slices import Slice
from tfcmp.reporting.load.models import make_models
from tfcmp.reporting.load.runs import read_run

EXAMPLES = 1200


def forgetful(write_run, last_known):
    """A run that is right as long as the cue is at most so many words from the end."""
    run = read_run(write_run("simple_rnn"))
    labels = np.arange(EXAMPLES) % 2
    distances = np.arange(EXAMPLES) // 2 % 300
    right = distances <= last_known
    of_positive = np.where(right == (labels == 1), 0.9, 0.1)
    answers = replace(
        run.answers["test"],
        ids=np.array([f"{n:04}" for n in range(EXAMPLES)]),
        labels=labels,
        probabilities=np.stack([1 - of_positive, of_positive], axis=1),
        groups=np.arange(EXAMPLES),
        tokens=distances + 10,
        phenomena=np.where(7 * np.arange(EXAMPLES) % 10 < 8, "far_cue", "negation"),
        cue_distances=distances,
    )
    return make_models([replace(run, answers={**run.answers, "test": answers})])


def test_the_curve_shows_where_the_accuracy_drops(write_run):
    _, by_distance = curves(forgetful(write_run, last_known=60))
    accuracies = {row[2]: row[4] for row in by_distance.table.rows}
    assert list(accuracies) == [
        "0 to 9",
        "10 to 24",
        "25 to 49",
        "50 to 99",
        "100 to 199",
        "200 to 299",
    ]
    assert accuracies["25 to 49"] == 1
    assert 0 < accuracies["50 to 99"] < 0.5
    assert accuracies["100 to 199"] == 0
    assert by_distance.findings == (
        "simple_rnn: falls below its first part (0 to 9: 100.0 %) from 50 to 99 on (22.5 %).",
    )


def test_only_phenomena_with_the_same_sentences_are_compared(write_run):
    _, by_distance = curves(forgetful(write_run, last_known=60))
    assert sum(row[3] for row in by_distance.table.rows) == EXAMPLES * 8 // 10


def test_a_network_that_forgets_nothing_is_said_to_drop_nowhere(write_run):
    by_length, by_distance = curves(forgetful(write_run, last_known=1000))
    assert len(by_length.table.rows) == 10
    assert all("no part lies below" in told for told in by_distance.findings)
    assert by_length.figure.svg.startswith("<svg")


def test_a_network_that_never_learned_is_not_said_to_remember(write_run):
    _, by_distance = curves(forgetful(write_run, last_known=4))
    assert "nothing learned, nothing to forget" in by_distance.findings[0]


def test_texts_without_cues_have_a_curve_by_length_only(write_run):
    (model,) = forgetful(write_run, last_known=60)
    run = model.runs[0]
    plain = replace(run.answers["test"], phenomena=None, cue_distances=None)
    made = curves(make_models([replace(run, answers={**run.answers, "test": plain})]))
    assert [curve.table.name for curve in made] == ["curve_length"]


def test_a_part_of_few_texts_says_nothing():
    few = Slice("3", 1, 1, Interval(1.0, 0.0, 1.0))
    assert finding("gru", [few], 0.5) == (
        "gru: too few texts to say where it forgets, 1 in its first part (3: 100.0 %) and 20 needed."
    )


def test_few_texts_that_tell_a_drop_are_enough():
    parts = [Slice("3", 16, 16, Interval(1.0, 0.8, 1.0)), Slice("9", 40, 40, Interval(0, 0, 0.1))]
    assert "falls below its first part (3: 100.0 %) from 9 on" in finding("gru", parts, 0.5)


def test_an_interval_that_holds_the_share_of_the_most_frequent_class_is_no_proof_of_nothing():
    parts = [Slice("1 to 9", 30, 30, Interval(0.6, 0.4, 0.8))]
    assert "nothing can be said of forgetting" in finding("gru", parts, 0.5)
