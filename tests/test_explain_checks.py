import json
import runpy
from pathlib import Path

import pytest

from tfcmp import explain
from tfcmp.errors import CallError, WorkError

write_run_directory = runpy.run_path(str(Path(__file__).parent / "reporting" / "conftest.py"))[
    "make_run_directory"
]


@pytest.fixture
def run(tmp_path):
    return write_run_directory(tmp_path / "runs", "gru", 1)


def test_a_temperature_is_fitted_and_the_command_kept(run, capsys):
    explain.main([str(run), "--calibrate", "--json"])
    content = json.loads(capsys.readouterr().out)
    assert content["gru-seed1"]["temperature"]["value"] > 0
    written = json.loads((run / "temperature.json").read_text())
    assert written["command"] == f"python -m tfcmp.explain {run} --calibrate --json"


def test_label_errors_and_curves_are_tables(run, capsys):
    explain.main([str(run), "--label-errors", "--confidence", "0.5"])
    assert "Candidates for label errors" in capsys.readouterr().out
    explain.main([str(run), "--curves"])
    told = capsys.readouterr().out
    assert "Accuracy by length of the text" in told
    assert "Accuracy by distance of the deciding word" in told


def test_several_runs_stand_in_one_table(run, tmp_path, capsys):
    other = write_run_directory(tmp_path / "runs", "lstm", 1)
    explain.main([str(run), "--calibrate", "--compare", str(other), "--json"])
    assert list(json.loads(capsys.readouterr().out)) == ["gru-seed1", "lstm-seed1"]


@pytest.mark.parametrize(
    ("arguments", "error", "told"),
    [
        (["missing", "--behaviour"], CallError, "no such run directory"),
        (["missing", "--calibrate"], CallError, "no such run directory"),
        (["missing", "--curves"], CallError, "expected a run directory"),
        (["missing", "--behaviour", "--curves"], CallError, "at a time"),
    ],
)
def test_a_wrong_call_is_told_before_anything_is_loaded(arguments, error, told):
    with pytest.raises(error, match=told):
        explain.main(arguments)


def test_an_incomplete_run_says_how_to_finish_it(tmp_path):
    run = write_run_directory(tmp_path / "runs", "gru", 1, is_complete=False)
    with pytest.raises(WorkError, match="--resume"):
        explain.main([str(run), "--behaviour"])
