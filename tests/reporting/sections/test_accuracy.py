import pytest

from tfcmp.reporting.load.runs import read_run
from tfcmp.reporting.sections.accuracy import accuracy_section, pairs_figure


@pytest.fixture
def section(compare):
    return lambda *paths: accuracy_section(compare(paths))


@pytest.fixture
def by_model(rows_of):
    """The function (section) -> rows of the accuracies by model."""
    return lambda section: {row["model"]: row for row in rows_of(section, "accuracy")}


def test_mean_spread_and_interval_over_seeds(section, by_model, write_run):
    runs = [read_run(write_run("gru", seed)) for seed in (1, 2)]
    values = [run.result["test"]["accuracy"]["value"] for run in runs]
    row = by_model(section(*(write_run("gru", n, name=f"again{n}") for n in (1, 2))))["gru"]
    assert row["mean"] == pytest.approx(sum(values) / 2)
    assert (row["lowest"], row["highest"]) == (min(values), max(values))
    assert row["low"] < row["mean"] < row["high"]
    assert row["covers"] == "seeds and test sampling"


def test_training_time_stands_beside_accuracy_and_differences(
    section, by_model, write_run, rows_of
):
    report = section(write_run("gru", 1), write_run("lstm", 3))
    assert by_model(report)["gru"]["training_seconds"] == 21.0
    (pair,) = rows_of(report, "pairs")
    expected = 21 / 23 if pair["model_a"] == "gru" else 23 / 21
    assert pair["time_ratio"] == pytest.approx(expected)


def test_one_run_covers_test_sampling_only(section, by_model, write_run):
    row = by_model(section(write_run()))["gru"]
    assert (row["standard_deviation"], row["covers"]) == (None, "test sampling only")


def test_a_network_below_bag_of_ngrams_is_flagged(section, by_model, write_run):
    good, bad = write_run("lstm", skill=5.0), write_run("gru", skill=0.2)
    rows = by_model(section(write_run("bag_of_ngrams"), good, bad))
    assert rows["gru"]["flag"] == "below bag_of_ngrams"
    assert rows["lstm"]["flag"] is None
    assert rows["bag_of_ngrams"]["flag"] is None


def test_the_flag_tells_where_the_difference_is_not_resolved(section, by_model, write_run):
    rows = by_model(section(write_run("bag_of_ngrams", skill=1.0), write_run("gru", skill=0.95)))
    flags = {None, "below bag_of_ngrams, not resolved"}
    assert rows["gru"]["flag"] in flags
    assert (rows["gru"]["flag"] is None) == (rows["gru"]["mean"] >= rows["bag_of_ngrams"]["mean"])


def test_without_bag_of_ngrams_the_missing_row_is_told(section, write_run):
    assert "bag_of_ngrams is not among these runs" in section(write_run()).notes[0]


def test_the_majority_class_is_that_of_training(section, by_model, write_run):
    path = write_run(sizes={"validation": 60, "test": 151}, train_sizes=(10, 90))
    # 151 labels that take turns: 75 of them positive.
    assert by_model(section(path))["majority class"]["mean"] == pytest.approx(75 / 151)


def test_what_the_group_alone_reaches_is_shown_where_it_was_recorded(section, by_model, write_run):
    recorded = {"baselines": {"group_majority": {"validation": 0.86, "test": 0.5}}}
    path = write_run(split=recorded, data={"grouping": "none"})
    assert by_model(section(path))["group majority"]["validation"] == 0.86


def test_a_random_split_without_that_record_is_told(section, write_run):
    assert "did not record it" in section(write_run(data={"grouping": "none"})).notes[-1]


def test_a_picture_of_many_pairs_shows_those_with_the_best(compare, write_run, monkeypatch):
    skills = {"gru": 1.0, "lstm": 1.01, "bag_of_ngrams": 3.0}
    comparison = compare([write_run(model, skill=skill) for model, skill in skills.items()])
    assert pairs_figure(comparison).svg.count(" - ") == 3
    monkeypatch.setattr("tfcmp.reporting.sections.accuracy.MOST_PAIRS", 2)
    assert pairs_figure(comparison).svg.count(" - ") == 2


def test_one_model_has_no_picture_of_pairs(compare, write_run):
    assert pairs_figure(compare([write_run()])) is None
