import json
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from tfcmp import diagnose
from tfcmp.errors import CallError, WorkError

write_run_directory = runpy.run_path(str(Path(__file__).parent / "reporting" / "conftest.py"))[
    "make_run_directory"
]


@pytest.fixture
def run(tmp_path):
    return write_run_directory(tmp_path / "runs", "gru", 1)


def test_a_temperature_is_fitted_and_the_command_kept(run, capsys):
    diagnose.main([str(run), "--calibrate", "--json"])
    content = json.loads(capsys.readouterr().out)
    assert content["gru-seed1"]["temperature"]["value"] > 0
    written = json.loads((run / "temperature.json").read_text())
    assert written["command"] == f"python -m tfcmp.diagnose {run} --calibrate --json"


def test_label_errors_and_curves_are_tables(run, capsys):
    diagnose.main([str(run), "--label-errors", "--confidence", "0.5"])
    assert "Candidates for label errors" in capsys.readouterr().out
    diagnose.main([str(run), "--curves"])
    told = capsys.readouterr().out
    assert "Accuracy by length of the text" in told
    assert "Accuracy by distance of the deciding word" in told


def test_several_runs_stand_in_one_table_wherever_the_options_stand(run, tmp_path, capsys):
    other = write_run_directory(tmp_path / "runs", "lstm", 1)
    diagnose.main(["--calibrate", str(run), "--json", str(other)])
    assert list(json.loads(capsys.readouterr().out)) == ["gru-seed1", "lstm-seed1"]


def test_the_file_goes_where_it_is_sent(run, tmp_path):
    diagnose.main([str(run), "--calibrate", "--out", str(tmp_path / "later")])
    assert (tmp_path / "later" / "temperature.json").exists()
    assert not (run / "temperature.json").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "required: RUN"),
        (["run"], "expected one of --behaviour, .* got none"),
        (["run", "--behaviour", "--calibrate"], "got --behaviour and --calibrate"),
        (["run", "--curves", "--cases", "150"], "--cases goes with --behaviour"),
        (["run", "--curves", "--cases-seed", "0"], "--cases-seed goes with --behaviour"),
        (["run", "--calibrate", "--positive", "5"], "--positive goes with --behaviour"),
        (["run", "--curves", "--contrast-column", "a"], "goes with --contrast"),
        (["run", "--curves", "--encoding", "utf-8"], "--encoding goes with --contrast"),
        (["run", "--behaviour", "--figures", "x"], "--figures goes with --curves"),
        (["run", "--behaviour", "--confidence", "0"], "--confidence goes with --label-errors"),
        (["run", "--curves", "--data", "x.csv"], "--data goes with --label-errors"),
        (["run", "--curves", "--out", "x"], "--out goes with --behaviour"),
        (["run", "--behaviour", "--cases", "99"], "--cases 99: expected at least 100"),
        (["run", "--label-errors", "--confidence", "1.5"], "expected a number from 0 to 1"),
        (["missing", "--behaviour"], "no such run directory"),
        (["missing", "--calibrate"], "no such run directory"),
        (["missing", "--curves"], "expected a run directory"),
        (["run", "--calibrate", "run"], "given twice"),
    ],
)
def test_a_wrong_call_is_refused_before_tensorflow_is_loaded(arguments, told, monkeypatch):
    monkeypatch.setattr(diagnose, "import_tensorflow", lambda: pytest.fail("loaded"))
    with pytest.raises(CallError, match=told):
        diagnose.main(arguments)


def test_an_incomplete_run_says_how_to_finish_it(tmp_path):
    run = write_run_directory(tmp_path / "runs", "gru", 1, is_complete=False)
    with pytest.raises(WorkError, match="--resume"):
        diagnose.main([str(run), "--behaviour"])


@pytest.mark.parametrize("check", ["--behaviour", "--calibrate"])
def test_a_run_that_cannot_be_written_to_is_reported_before_anything_is_computed(
    run, monkeypatch, check
):
    def closed(path, option):
        raise CallError(f"{path} is closed; {option}")

    monkeypatch.setattr(diagnose, "require_writable", closed)
    with pytest.raises(CallError, match=r"is closed; --out"):
        diagnose.main([str(run), check])


@pytest.mark.parametrize("option", ["--calibrate", "--curves", "--label-errors"])
def test_what_predictions_tell_needs_no_tensorflow(run, option):
    program = (
        "import sys; from tfcmp.diagnose import main; main(sys.argv[1:]); "
        "sys.exit('tensorflow' in sys.modules)"
    )
    ended = subprocess.run([sys.executable, "-c", program, str(run), option], capture_output=True)
    assert ended.returncode == 0, ended.stderr
