import json
import shutil

import pytest

import tfcmp
from tfcmp.errors import CallError
from tfcmp.explanation import checks
from tfcmp.explanation.contrast.pairs import PairColumns
from tfcmp.runs.directory import MODEL, PREDICTIONS, SPLIT
from tfcmp.runs.files import sealed, sha256_of


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
    found = checks.check_behaviour(paths, cases=12, seed=1, command="the command")
    assert loads == ["one", "two"]
    assert [column.name for column in found.tables[0].columns[3:]] == ["one", "two"]
    written = json.loads((paths[0] / "behaviour.json").read_text())
    assert written["command"] == "the command"
    assert written["computed_from"] == {MODEL: sha256_of(paths[0] / MODEL)}
    assert written["test_set"]["seed"] == 1
    assert written["capabilities"]["negation"]["failure_rate"]["cases"] == 12


def test_another_run_is_not_tested_twice_on_the_same_cases(copies):
    paths, loads = copies
    first = checks.check_behaviour(paths, cases=12, seed=1, command="c")
    again = checks.check_behaviour(paths, cases=12, seed=1, command="c")
    assert loads == ["one", "two", "one"]
    assert again.tables == first.tables
    checks.check_behaviour(paths, cases=14, seed=1, command="c")
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
        checks.check_behaviour(paths[:1], cases=12, seed=1, command="c")
    found = checks.check_behaviour(
        paths[:1], cases=12, seed=1, negative="0", positive="1", command="c"
    )
    assert found.contents["one"]["classes"] == {"neg": "0", "pos": "1"}


def test_contrast_pairs_are_answered_and_written(copies, tmp_path):
    paths, _ = copies
    file = tmp_path / "pairs.csv"
    file.write_text(
        "original,contrast,original_label,contrast_label\nA good film.,A bad film.,pos,neg\n"
    )
    found = checks.check_contrast(paths[:1], file, PairColumns(), command="the command")
    written = json.loads((paths[0] / "contrast.json").read_text())
    assert written["pairs_file"]["sha256"] == sha256_of(file)
    assert set(written["computed_from"]) == {MODEL, PREDICTIONS}
    assert "not checked" in found.tables[0].note
