from dataclasses import replace

import numpy as np

from tfcmp.diagnostics.label_errors import label_error_table, with_places
from tfcmp.reporting.load.models import make_models
from tfcmp.reporting.load.runs import read_run


def entrants_answering(write_run, *answers):
    """Entrants of one seed whose p(pos) for four test texts, labelled neg pos neg pos, is given."""
    runs = []
    for seed, of_positive in enumerate(answers, start=1):
        run = read_run(write_run("gru", seed))
        first = run.answers["test"]
        rows = np.arange(4)
        answer = replace(
            first,
            ids=np.array(["a", "b", "c", "d"]),
            labels=np.array([0, 1, 0, 1]),
            probabilities=np.stack([1 - np.array(of_positive), of_positive], axis=1),
            groups=first.groups[rows],
            tokens=np.array([11, 12, 13, 14]),
        )
        runs.append(replace(run, answers={**run.answers, "test": answer}))
    return make_models(runs)


def test_what_all_runs_get_wrong_with_confidence_is_listed_least_likely_label_first(write_run):
    entrants = entrants_answering(write_run, [0.95, 0.05, 0.99, 0.97], [0.91, 0.02, 0.85, 0.9])
    table = label_error_table(entrants, ("neg", "pos"), 0.9)
    # c is doubted by one of the two only with 0.85; d is right.
    assert [row[:3] for row in table.rows] == [("b", "pos", "neg"), ("a", "neg", "pos")]
    np.testing.assert_allclose(table.rows[0][3:], (0.95, 0.965, 0.035, 12))
    assert "2 of 4 test texts" in table.note
    assert "by all 2 runs" in table.note


def test_a_lower_threshold_lists_more(write_run):
    entrants = entrants_answering(write_run, [0.95, 0.05, 0.99, 0.97], [0.91, 0.02, 0.85, 0.9])
    table = label_error_table(entrants, ("neg", "pos"), 0.8)
    assert {row[0] for row in table.rows} == {"a", "b", "c"}


def test_one_run_is_said_to_be_too_few(write_run):
    table = label_error_table(entrants_answering(write_run, [0.95, 0.5, 0.1, 0.9]), "np", 0.9)
    assert "add others" in table.note


def test_places_and_texts_stand_behind_each_row(write_run):
    entrants = entrants_answering(write_run, [0.95, 0.05, 0.99, 0.97])
    table = label_error_table(entrants, ("neg", "pos"), 0.9)
    ids = [row[0] for row in table.rows]
    places = {name: f"own.csv, line {name}" for name in ids}
    with_text = with_places(table, places, {name: name.upper() for name in ids})
    assert [row[-2:] for row in with_text.rows] == [(places[name], name.upper()) for name in ids]
    assert [row[-1] for row in with_places(table, places, None).rows] == list(places.values())
