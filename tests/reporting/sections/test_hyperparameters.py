from dataclasses import replace

import numpy as np
import pytest

from tfcmp.evaluation.budget import expected_maximum
from tfcmp.evaluation.effects import Alternative
from tfcmp.reporting.load.searches import Search, read_search
from tfcmp.reporting.sections.hyperparameters import (
    file_names,
    heat_maps,
    hyperparameters_section,
)


@pytest.fixture
def search(write_search, tmp_path):
    return read_search(write_search(tmp_path / "gru", trials=20))


HERE = {"device": "cpu", "device_names": ["Test CPU"], "threads": 2, "precision": "float32"}


@pytest.fixture
def section_of(compare):
    """The function (searches, further inputs) -> the section."""
    return lambda searches, **inputs: hyperparameters_section(compare(searches=searches, **inputs))


def test_the_learning_rate_that_decides_is_named_first(search, section_of, rows_of):
    effects = rows_of(section_of([search]), "effects")
    assert effects[0]["setting"] == "training.learning_rate"
    assert effects[0]["share"] > 0.2


def test_what_a_setting_explains_has_a_p_beside_it(search, section_of, rows_of):
    rows = rows_of(section_of([search]), "effects")
    found = {row["setting"]: row["p"] for row in rows}
    assert found["training.learning_rate"] < 0.05 < found["training.batch_size"]


def test_whether_the_rate_depends_on_the_batch_is_told(search, section_of, rows_of):
    (row,) = rows_of(section_of([search]), "interactions")
    assert (row["setting"], row["with"]) == ("training.learning_rate", "training.batch_size")
    assert (row["trials"], 0 < row["p"] <= 1) == (20, True)


def test_trials_are_compared_after_equally_many_steps_as_well(search, section_of, rows_of):
    """Batches of 32 take twice as many steps an epoch; only their first epoch compares."""
    courses = [
        [(100, 0.5), (200, 0.9)]
        if trial["training.batch_size"] == "32"
        else [(50, 0.6), (100, 0.7)]
        for trial in search.trials
    ]
    section = section_of([replace(search, courses=tuple(courses))])
    rows = rows_of(section, "effects_at_equal_steps")
    means = {row["level"]: row["mean"] for row in rows if row["setting"] == "training.batch_size"}
    assert means == {"32": pytest.approx(0.5), "64": pytest.approx(0.7)}
    assert {row["steps"] for row in rows} == {100}
    assert any("took 100 to 200 steps" in note for note in section.notes)


def test_without_logs_trials_are_compared_in_equal_epochs_only(search, section_of, rows_of):
    section = section_of([search])
    assert not rows_of(section, "effects_at_equal_steps")
    assert any("equal epochs only" in note for note in section.notes)


def test_a_rate_of_two_ranges_has_an_effect_in_each(section_of, rows_of):
    ranges = {"sgd": np.geomspace(1e-2, 1, 6), "adam": np.geomspace(1e-4, 1e-2, 6)}
    tried = tuple(
        {
            "score": str(0.6 + 0.2 * (place > 2)),
            "status": "complete",
            "seconds": "10",
            "training.optimizer": optimizer,
            "training.learning_rate": str(rate),
        }
        for optimizer, rates in ranges.items()
        for place, rate in enumerate(rates)
    )
    name = "training.learning_rate"
    alternatives = tuple(
        Alternative(name, "training.optimizer", (optimizer,)) for optimizer in ranges
    )
    told = [Search("pooled", tried), Search("apart", tried, alternatives=alternatives)]
    rows = rows_of(section_of(told), "effects")
    shares = {(row["search"], row["setting"]): row["share"] for row in rows}
    assert shares["pooled", name] == 0
    assert shares["apart", f"{name} (sgd)"] == pytest.approx(1)
    assert shares["apart", f"{name} (adam)"] == pytest.approx(1)


def test_the_budget_curve_is_that_of_the_scores(search, section_of, rows_of):
    rows = rows_of(section_of([search]), "budget")
    np.testing.assert_allclose([row["expected"] for row in rows], expected_maximum(search.scores()))
    assert rows[-1]["seconds"] == pytest.approx(sum(search.seconds()))


def test_the_budget_at_which_the_ranking_flips_is_named(section_of, rows_of):
    (flip,) = rows_of(section_of(steady_and_lucky()), "flips")
    assert (flip["before"], flip["after"]) == ("steady", "lucky")
    assert 10 < flip["seconds"] < 40
    assert (flip["trials"], flip["note"]) == (None, None)


@pytest.mark.parametrize(
    ("of_lucky", "reason"),
    [
        ({"contention": "beside other work"}, "beside other work"),
        ({"environment": {**HERE, "threads": 8}}, "threads 8, of most 2"),
        ({"environment": {**HERE, "device_names": ["GPU"]}}, "hardware GPU, of most Test CPU"),
        ({"environment": {}}, "where it was made is not known"),
    ],
)
def test_seconds_that_do_not_compare_are_left_out_and_budgets_told_in_trials(
    of_lucky, reason, section_of, rows_of
):
    steady, lucky = steady_and_lucky()
    section = section_of([steady, replace(lucky, **of_lucky)])
    (flip,) = rows_of(section, "flips")
    assert (flip["before"], flip["after"], flip["seconds"]) == ("steady", "lucky", None)
    assert 1 < flip["trials"] < 4
    assert flip["note"] == "by trials, as their seconds do not compare"
    costs = {
        row["search"]: (row["seconds"], row["left_out"]) for row in rows_of(section, "searches")
    }
    assert costs == {"steady": (40, None), "lucky": (None, reason)}
    budget = rows_of(section, "budget")
    assert {row["search"] for row in budget if row["seconds"] is None} == {"lucky"}


def test_no_flip_by_trials_says_so(section_of, rows_of):
    steady, _ = steady_and_lucky()
    worse = replace(steady, label="worse", trials=trials([0.5] * 4), contention="beside other work")
    (flip,) = rows_of(section_of([steady, worse]), "flips")
    assert flip["note"] == ("the ranking does not flip; by trials, as their seconds do not compare")


def test_a_search_whose_seconds_do_not_count_has_no_picture_of_them(search, section_of, rows_of):
    figures = section_of([replace(search, contention="beside other work")]).figures
    assert [figure.name for figure in figures] == ["heat_score_gru", "budget"]


def test_a_search_that_is_not_random_has_no_budget_curve(search, section_of, rows_of):
    learned = Search("learned", search.trials, is_random=False)
    section = section_of([learned])
    assert rows_of(section, "budget") == []
    assert "was not random" in section.notes[0]
    assert "budget" not in [figure.name for figure in section.figures]


def test_heat_maps_show_score_and_time(search, section_of, rows_of):
    figures = section_of([search]).figures
    assert [figure.name for figure in figures] == ["heat_score_gru", "heat_seconds_gru", "budget"]


def test_without_a_search_that_is_told(section_of, rows_of):
    assert "was not measured" in section_of([]).notes[0]


@pytest.mark.parametrize("others", [[], [Search("gru", ())]])
def test_a_search_that_found_nothing_is_told_with_its_reason(others, section_of, rows_of):
    section = section_of(others, failed_searches=[("lstm-search", "no memory left")])
    rows = rows_of(section, "failed_searches")
    assert rows == [{"search": "lstm-search", "reason": "no memory left"}]


def test_a_search_of_failed_trials_has_no_best_one(section_of, rows_of):
    section = section_of([Search("lost", trials(["", ""]))])
    (row,) = rows_of(section, "searches")
    assert (row["failed"], row["best"], row["settings"]) == (2, None, None)


def steady_and_lucky():
    """Two searches on one machine, of which the second is ahead once its best trial is likely."""
    return [
        Search("steady", trials([0.80, 0.80, 0.80, 0.80]), environment=HERE),
        Search("lucky", trials([0.60, 0.60, 0.60, 0.95]), environment=HERE),
    ]


def trials(scores):
    return tuple(
        {"score": str(score), "status": "complete", "seconds": "10", "training.batch_size": "32"}
        for score in scores
    )


def test_score_and_time_are_drawn_with_a_panel_an_optimizer(search):
    figures = heat_maps(search, "of-gru", is_timed=True)
    assert [figure.name for figure in figures] == ["heat_score_of-gru", "heat_seconds_of-gru"]
    for optimizer in ("adam", "adamw", "rmsprop", "sgd"):
        assert f">{optimizer}</text>" in figures[0].svg


def test_seconds_that_do_not_count_are_not_drawn(search):
    figures = heat_maps(search, "gru", is_timed=False)
    assert [figure.name for figure in figures] == ["heat_score_gru"]


def test_without_one_of_the_three_settings_nothing_is_drawn():
    trial = {"score": "0.5", "status": "complete", "seconds": "10", "training.optimizer": "adam"}
    assert heat_maps(Search("gru", (trial,)), "gru", is_timed=True) == []


def test_labels_become_different_names_of_files():
    names = file_names(["gru", "gru (runs)", "gru-runs", "gru runs", "a/b"])
    assert list(names.values()) == ["gru", "gru-runs", "gru-runs-2", "gru-runs-3", "a-b"]
