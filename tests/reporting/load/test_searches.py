import json

import pytest

from tfcmp.errors import WorkError
from tfcmp.reporting.load.searches import as_number, read_search


def test_a_search_is_read_with_its_settings_and_failed_trials(write_search, tmp_path):
    search = read_search(write_search(tmp_path / "gru", trials=6))
    assert search.label == "gru"
    assert search.settings() == [
        "training.optimizer",
        "training.learning_rate",
        "training.batch_size",
    ]
    assert [score is None for score in search.scores()] == [False] * 3 + [True] + [False] * 2
    assert search.seconds() == [10.0, 11.0, 12.0, 13.0, 14.0, 15.0]


@pytest.mark.parametrize("tuner", ["random", "bayesian", "hyperband", "grid"])
def test_the_record_tells_whether_a_search_was_random(write_search, tmp_path, tuner):
    folder = write_search(tmp_path / "gru", tuner=tuner)
    # As tune leaves it where no trial has a score.
    (folder / "budget.csv").unlink()
    assert read_search(folder).is_random == (tuner == "random")


def test_without_a_record_the_budget_curve_tells_it(write_search, tmp_path):
    folder = write_search(tmp_path / "gru")
    (folder / "search.json").unlink()
    assert read_search(folder).is_random
    (folder / "budget.csv").unlink()
    assert not read_search(folder).is_random


def test_a_table_without_scores_is_refused(tmp_path):
    (tmp_path / "trials.csv").write_text("trial\n1\n")
    with pytest.raises(WorkError, match="expected the columns score"):
        read_search(tmp_path)


@pytest.mark.parametrize("text", [None, "", "nan", "inf", "adam"])
def test_what_is_no_finite_number_is_none(text):
    assert as_number(text) is None


def test_where_a_search_was_made_is_read_from_its_record(write_search, tmp_path):
    folder = write_search(tmp_path / "gru", environment={"commit": "c0ffee"})
    assert read_search(folder).environment["commit"] == "c0ffee"
    (folder / "search.json").unlink()
    assert read_search(folder).environment == {}


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"environment": 3}'])
def test_a_damaged_record_is_told(write_search, tmp_path, content):
    folder = write_search(tmp_path / "gru")
    (folder / "search.json").write_text(content)
    with pytest.raises(WorkError, match=r"search\.json is damaged"):
        read_search(folder)


SPACE = """
training.optimizer: [sgd, adam, adamw]
training.learning_rate:
  - {low: 0.01, high: 1, scale: log, when: {training.optimizer: [sgd]}}
  - {low: 1e-4, high: 1e-2, scale: log, when: {training.optimizer: [adam, adamw]}}
training.momentum: {values: [0.0, 0.9], when: {training.optimizer: [sgd]}}
"""


def test_what_depends_on_another_setting_is_read_from_the_space(write_search, tmp_path):
    folder = write_search(tmp_path / "gru")
    assert read_search(folder).alternatives == ()
    (folder / "space.yaml").write_text(SPACE)
    assert [one.label() for one in read_search(folder).alternatives] == [
        "training.learning_rate (sgd)",
        "training.learning_rate (adam, adamw)",
        "training.momentum (sgd)",
    ]


@pytest.mark.parametrize("content", ["{", "[]", "a: {when: 3}", "a: {when: {b: 1, c: 2}}", "\0"])
def test_a_damaged_space_is_told(write_search, tmp_path, content):
    folder = write_search(tmp_path / "gru")
    (folder / "space.yaml").write_text(content)
    with pytest.raises(WorkError, match=r"space\.yaml is damaged"):
        read_search(folder)


def test_the_course_of_each_trial_is_read_from_its_log(write_search, tmp_path):
    path = write_search(tmp_path / "gru", trials=2)
    lines = [
        {"event": "segment", "epoch": 1, "step": 6},
        {"event": "segment", "epoch": 1, "step": 12},
        {"event": "epoch", "epoch": 1, "validation_accuracy": 0.6},
        {"event": "segment", "epoch": 2, "step": 12},
        {"event": "epoch", "epoch": 2, "validation_accuracy": 0.7},
    ]
    trial = path / "trials" / "0001"
    trial.mkdir(parents=True)
    (trial / "metrics.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    assert read_search(path).courses == ((), ((12, 0.6), (24, 0.7)))
