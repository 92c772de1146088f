from dataclasses import replace

import numpy as np

from tfcmp.reporting.entrants import make_entrants
from tfcmp.reporting.forgetting import curves
from tfcmp.reporting.reading import read_run

EXAMPLES = 600


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
    return make_entrants([replace(run, answers={**run.answers, "test": answers})])


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
    (entrant,) = forgetful(write_run, last_known=60)
    run = entrant.runs[0]
    plain = replace(run.answers["test"], phenomena=None, cue_distances=None)
    made = curves(make_entrants([replace(run, answers={**run.answers, "test": plain})]))
    assert [curve.table.name for curve in made] == ["curve_length"]
