import pytest

from tfcmp.reporting.analysis.pairwise import accuracies, compare_all
from tfcmp.reporting.load.models import make_entrants
from tfcmp.reporting.load.runs import read_run
from tfcmp.reporting.sections.accuracy import accuracy_section

MARGIN = 0.005


@pytest.fixture
def section():
    def build(*paths):
        entrants = make_entrants([read_run(path) for path in paths])
        measured = accuracies(entrants, entrants[0].first.groups)
        return accuracy_section(entrants, measured, compare_all(entrants, MARGIN), MARGIN)

    return build


def rows_of(section):
    names = [column.name for column in section.tables[0].columns]
    return {row[0]: dict(zip(names, row, strict=True)) for row in section.tables[0].rows}


def test_mean_spread_and_interval_over_seeds(section, write_run):
    runs = [read_run(write_run("gru", seed)) for seed in (1, 2)]
    values = [run.result["test"]["accuracy"]["value"] for run in runs]
    row = rows_of(section(*(write_run("gru", n, name=f"again{n}") for n in (1, 2))))["gru"]
    assert row["mean"] == pytest.approx(sum(values) / 2)
    assert (row["lowest"], row["highest"]) == (min(values), max(values))
    assert row["low"] < row["mean"] < row["high"]
    assert row["covers"] == "seeds and test sampling"


def test_training_time_stands_beside_accuracy_and_differences(section, write_run):
    report = section(write_run("gru", 1), write_run("lstm", 3))
    assert rows_of(report)["gru"]["training_seconds"] == 21.0
    names = [column.name for column in report.tables[1].columns]
    (pair,) = [dict(zip(names, row, strict=True)) for row in report.tables[1].rows]
    expected = 21 / 23 if pair["model_a"] == "gru" else 23 / 21
    assert pair["time_ratio"] == pytest.approx(expected)


def test_one_run_covers_test_sampling_only(section, write_run):
    row = rows_of(section(write_run()))["gru"]
    assert (row["standard_deviation"], row["covers"]) == (None, "test sampling only")


def test_a_network_below_bag_of_ngrams_is_flagged(section, write_run):
    good, bad = write_run("lstm", skill=5.0), write_run("gru", skill=0.2)
    rows = rows_of(section(write_run("bag_of_ngrams"), good, bad))
    assert rows["gru"]["flag"] == "below bag_of_ngrams"
    assert rows["lstm"]["flag"] is None
    assert rows["bag_of_ngrams"]["flag"] is None


def test_the_flag_tells_where_the_difference_is_not_resolved(section, write_run):
    rows = rows_of(section(write_run("bag_of_ngrams", skill=1.0), write_run("gru", skill=0.95)))
    flags = {None, "below bag_of_ngrams, not resolved"}
    assert rows["gru"]["flag"] in flags
    assert (rows["gru"]["flag"] is None) == (rows["gru"]["mean"] >= rows["bag_of_ngrams"]["mean"])


def test_without_bag_of_ngrams_the_missing_row_is_told(section, write_run):
    assert "bag_of_ngrams is not among these runs" in section(write_run()).notes[0]


def test_the_majority_class_is_that_of_training(section, write_run):
    path = write_run(sizes={"validation": 60, "test": 151}, train_sizes=(10, 90))
    # 151 labels that take turns: 75 of them positive.
    assert rows_of(section(path))["majority class"]["mean"] == pytest.approx(75 / 151)


def test_what_the_group_alone_reaches_is_shown_where_it_was_recorded(section, write_run):
    recorded = {"baselines": {"group_majority": {"validation": 0.86, "test": 0.5}}}
    path = write_run(split=recorded, data={"grouping": "none"})
    assert rows_of(section(path))["group majority"]["validation"] == 0.86


def test_a_random_split_without_that_record_is_told(section, write_run):
    assert "did not record it" in section(write_run(data={"grouping": "none"})).notes[-1]
