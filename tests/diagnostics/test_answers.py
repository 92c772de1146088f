import json
import shutil

import numpy as np
import pytest

import tfcmp
from tfcmp.diagnostics import answers
from tfcmp.diagnostics.answers import answer_all, behaviour_table, contrast_table
from tfcmp.diagnostics.contrast_pairs import PairColumns
from tfcmp.errors import CallError
from tfcmp.runs.files import sealed, sha256_of
from tfcmp.runs.layout import MODEL, PREDICTIONS, SPLIT


@pytest.fixture
def copies(finished_run, tmp_path, monkeypatch):
    """Two copies of the finished run, whose model is loaded once."""
    loaded = tfcmp.load(finished_run)
    loads = []

    def load(path, trust):
        loads.append(path.name)
        return loaded

    monkeypatch.setattr(tfcmp, "load", load)
    paths = [shutil.copytree(finished_run, tmp_path / name) for name in ("one", "two")]
    return paths, loads


def test_runs_are_tested_written_and_set_side_by_side(copies):
    paths, loads = copies
    found = answers.check_behaviour(paths, cases=12, seed=1, command="the command")
    assert loads == ["one", "two"]
    assert [column.name for column in found.tables[0].columns[3:]] == ["one", "two"]
    written = json.loads((paths[0] / "behaviour.json").read_text())
    assert written["command"] == "the command"
    assert written["computed_from"] == {MODEL: sha256_of(paths[0] / MODEL)}
    assert written["test_set"]["seed"] == 1
    assert written["capabilities"]["negation"]["failure_rate"]["cases"] == 12


def test_another_run_is_not_tested_twice_on_the_same_cases(copies):
    paths, loads = copies
    first = answers.check_behaviour(paths, cases=12, seed=1, command="c")
    again = answers.check_behaviour(paths, cases=12, seed=1, command="c")
    assert loads == ["one", "two", "one"]
    assert again.tables == first.tables
    answers.check_behaviour(paths, cases=14, seed=1, command="c")
    assert loads[-2:] == ["one", "two"]


def test_classes_without_telling_names_have_to_be_mapped(copies):
    paths, _ = copies
    file = paths[0] / SPLIT
    content = json.loads(file.read_text())
    result = json.loads((paths[0] / "result.json").read_text())
    content["classes"] = ["0", "1"]
    file.write_text(json.dumps(content))
    result["files"][SPLIT] = sha256_of(file)
    (paths[0] / "result.json").write_text(json.dumps(sealed(result)))
    with pytest.raises(CallError, match="--positive LABEL --negative LABEL"):
        answers.check_behaviour(paths[:1], cases=12, seed=1, command="c")
    found = answers.check_behaviour(
        paths[:1], cases=12, seed=1, negative="0", positive="1", command="c"
    )
    assert found.contents["one"]["classes"] == {"neg": "0", "pos": "1"}


def test_contrast_pairs_are_answered_and_written(copies, tmp_path):
    paths, _ = copies
    file = tmp_path / "pairs.csv"
    file.write_text(
        "original,contrast,original_label,contrast_label\nA good film.,A bad film.,pos,neg\n"
    )
    found = answers.check_contrast(paths[:1], file, PairColumns(), command="the command")
    written = json.loads((paths[0] / "contrast.json").read_text())
    assert written["pairs_file"]["sha256"] == sha256_of(file)
    assert set(written["computed_from"]) == {MODEL, PREDICTIONS}
    assert "not checked" in found.tables[0].note


def rates(value, seed=1):
    rate = {"value": value, "low": value / 2, "high": 2 * value, "failures": 1, "cases": 200}
    capability = {"kind": "MFT", "summary": "not good", "failure_rate": rate}
    capability["parts"] = {"expected neg": {**rate, "cases": 100}}
    return {
        "test_set": {"version": 1, "seed": seed, "cases": 200},
        "tolerance": 0.1,
        "capabilities": {"negation": capability},
    }


def test_every_run_has_a_column_of_failure_rates():
    table = behaviour_table({"gru-seed1": rates(0.25), "lstm-seed1": rates(0.1)})
    assert [column.heading for column in table.columns[3:]] == ["gru-seed1", "lstm-seed1"]
    assert table.rows == (
        ("negation", "MFT", 200, "25.0 % (12.5 to 50.0)", "10.0 % (5.0 to 20.0)"),
    )
    assert "by more than 0.1 against" in table.note


def test_one_run_has_space_for_what_is_tested_and_for_its_variations():
    table = behaviour_table({"gru": rates(0.25)}, parts=True)
    assert table.rows[0][:4] == ("negation", "MFT", "not good", 200)
    assert [row[0] for row in table.rows] == ["negation", "  expected neg"]


def test_runs_that_were_tested_on_other_cases_share_no_table():
    with pytest.raises(CallError, match="two was tested on another test set"):
        behaviour_table({"one": rates(0.25), "two": rates(0.25, seed=2)})


SHARE = {"value": 0.5, "low": 0.25, "high": 0.75}


def content(is_checked, warning):
    return {
        "pairs": 4,
        "original_accuracy": SHARE,
        "contrast_accuracy": SHARE,
        "consistency": SHARE,
        "training": {"is_checked": is_checked, "movie_in_training": 3},
        "warning": warning,
    }


def test_a_warning_stands_under_the_table_with_the_name_of_its_run():
    table = contrast_table(
        {"gru": content(True, "3 of 4 were in training"), "b": content(True, None)}
    )
    assert table.rows[0] == ("gru", 4, *["50.0 % (25.0 to 75.0)"] * 3, 3)
    assert "Warning, gru: 3 of 4 were in training." in table.note
    assert "Warning, b" not in table.note


def test_what_was_not_checked_is_no_zero():
    assert contrast_table({"gru": content(False, "not checked")}).rows[0][-1] is None


def test_answers_come_in_the_order_of_the_texts():
    def probabilities(texts):
        return np.array([[len(text), 0] for text in texts], np.float32)

    texts = ["a" * (n % 7) for n in range(3000)]
    answered = answer_all(probabilities, iter(texts), len(texts), "answering")
    assert answered[:, 0].tolist() == [n % 7 for n in range(3000)]
