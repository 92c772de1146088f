from dataclasses import asdict, replace

import numpy as np
import pytest
import yaml

from tfcmp.config.fields import DataSettings
from tfcmp.data.corpus import text_id
from tfcmp.data.sources.record import Record
from tfcmp.diagnostics import label_errors
from tfcmp.diagnostics.label_errors import is_file, label_error_table, locate, with_places
from tfcmp.errors import CallError, WorkError
from tfcmp.reporting.load.models import make_models
from tfcmp.reporting.load.runs import read_run
from tfcmp.runs.directory import RunDirectory


def models_answering(write_run, *answers):
    """Models of one seed whose p(pos) for four test texts, labelled neg pos neg pos, is given."""
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
    models = models_answering(write_run, [0.95, 0.05, 0.99, 0.97], [0.91, 0.02, 0.85, 0.9])
    table = label_error_table(models, ("neg", "pos"), 0.9)
    # c is doubted by one of the two only with 0.85; d is right.
    assert [row[:3] for row in table.rows] == [("b", "pos", "neg"), ("a", "neg", "pos")]
    np.testing.assert_allclose(table.rows[0][3:], (0.95, 0.965, 0.035, 12))
    assert "2 of 4 test texts" in table.note
    assert "by all 2 runs" in table.note


def test_a_lower_threshold_lists_more(write_run):
    models = models_answering(write_run, [0.95, 0.05, 0.99, 0.97], [0.91, 0.02, 0.85, 0.9])
    table = label_error_table(models, ("neg", "pos"), 0.8)
    assert {row[0] for row in table.rows} == {"a", "b", "c"}


def test_one_run_is_said_to_be_too_few(write_run):
    table = label_error_table(models_answering(write_run, [0.95, 0.5, 0.1, 0.9]), "np", 0.9)
    assert "add others" in table.note


def test_places_and_texts_stand_behind_each_row(write_run):
    models = models_answering(write_run, [0.95, 0.05, 0.99, 0.97])
    table = label_error_table(models, ("neg", "pos"), 0.9)
    ids = [row[0] for row in table.rows]
    places = {name: f"own.csv, line {name}" for name in ids}
    with_text = with_places(table, places, {name: name.upper() for name in ids})
    assert [row[-2:] for row in with_text.rows] == [(places[name], name.upper()) for name in ids]
    assert [row[-1] for row in with_places(table, places, None).rows] == list(places.values())


@pytest.fixture
def run(tmp_path):
    """A run of which nothing is there but where its texts come from."""
    data = asdict(DataSettings(source=str(tmp_path / "own.csv")))
    (tmp_path / "config.yaml").write_text(yaml.safe_dump({"data": data}))
    (tmp_path / "own.csv").write_text('text,label\ngood,1\n"two\nlines",0\n' + "bad,0\n" * 5)
    return RunDirectory(tmp_path)


def test_a_text_is_found_with_file_and_line(run):
    found = locate(run, [text_id("two\nlines"), text_id("bad") + "-1"])
    assert [(one.text, one.where) for one in found.values()] == [
        ("two\nlines", "own.csv, line 3"),
        ("bad", "own.csv, line 5; own.csv, line 6; own.csv, line 7 and 2 more"),
    ]
    assert is_file(run)


def test_a_text_is_found_in_a_file_that_has_moved(run, tmp_path):
    moved = (tmp_path / "own.csv").rename(tmp_path / "moved.csv")
    found = locate(run, [text_id("good")], DataSettings(source=str(moved)))
    assert [one.where for one in found.values()] == ["moved.csv, line 2"]


def test_a_text_that_is_there_no_more_is_told(run):
    with pytest.raises(WorkError, match=r"1 of 1 texts are not in own\.csv"):
        locate(run, [text_id("gone")])


def test_a_file_that_is_gone_is_told(run, tmp_path):
    (tmp_path / "own.csv").unlink()
    with pytest.raises(CallError, match="not found"):
        locate(run, [text_id("bad")])


def test_of_other_sources_the_split_and_number_are_told(run, monkeypatch):
    class Numbered:
        name = "other"

        def records(self):
            splits = ("train", "train", "test", "train")
            return (Record(f"text {n}", "pos", split) for n, split in enumerate(splits))

    monkeypatch.setattr(label_errors, "open_source", lambda data: Numbered())
    found = locate(run, [text_id("text 2"), text_id("text 3")])
    assert [one.where for one in found.values()] == ["test, text 1", "train, text 3"]
    assert not is_file(run)
