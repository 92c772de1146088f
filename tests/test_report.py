import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from tfcmp import report
from tfcmp.errors import CallError

# Files of tests are no modules to import from.
WRITTEN = runpy.run_path(str(Path(__file__).parent / "reporting" / "conftest.py"))
write_run_directory, lines_of = WRITTEN["make_run_directory"], WRITTEN["lines_of"]


@pytest.fixture
def runs(tmp_path):
    return [str(write_run_directory(tmp_path, model)) for model in ("gru", "lstm")]


def test_the_path_of_the_page_is_the_result(runs, tmp_path, capsys):
    report.main([*runs, "--out", str(tmp_path / "out")])
    told = capsys.readouterr()
    assert told.out == f"{tmp_path / 'out' / 'report.html'}\n"
    assert told.err == ""
    assert (tmp_path / "out" / "report.md").exists()
    assert (tmp_path / "out" / "tables" / "claims.csv").exists()


def test_runs_whose_only_batch_is_the_compiling_one_are_reported(tmp_path):
    lines = [{**line, "examples_per_second": None} for line in lines_of(1)]
    models = ("lstm", "transformer")
    runs = [str(write_run_directory(tmp_path, model, lines=lines)) for model in models]
    report.main([*runs, "--out", str(tmp_path / "out")])
    assert ",nan," not in (tmp_path / "out" / "tables" / "claims.csv").read_text()


def test_requirements_reach_the_decision(runs, tmp_path):
    wish = ["--require", "parameters<=3200", "--require=accuracy>=0", "--prefer", "parameters"]
    report.main([*wish, *runs, "--out", str(tmp_path / "out")])
    decision = (tmp_path / "out" / "tables" / "decision.csv").read_text().splitlines()
    assert decision[1].startswith("gru,take,3000")
    assert decision[2].startswith("lstm,not eligible")


def test_the_axis_that_decides_ties_reaches_the_decision(runs, tmp_path):
    report.main([*runs, "--margin", "90", "--then", "parameters", "--out", str(tmp_path / "out")])
    decision = (tmp_path / "out" / "tables" / "decision.csv").read_text().splitlines()
    assert decision[1].startswith("gru,")
    assert "decides the tie: parameters" in decision[1]


def test_a_study_keeps_its_report(tmp_path, capsys):
    study = tmp_path / "study"
    write_run_directory(study / "runs", "gru")
    (study / "study.yaml").write_text("name: a study\n")
    report.main([str(study)])
    assert capsys.readouterr().out == f"{study / 'report' / 'report.html'}\n"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "--out is missing"),
        (["--require", "beauty>1"], "'beauty' is no axis"),
        (["--require", "accuracy"], "expected an axis, one of"),
        (["--prefer", "beauty"], "'beauty' is no axis"),
        (["--then", "beauty"], "'beauty' is no axis"),
        (["--margin", "0"], "expected points above 0"),
        (["--prefered", "x"], "unknown option --prefered; did you mean --prefer"),
    ],
)
def test_a_wrong_requirement_is_reported(runs, options, message):
    with pytest.raises(CallError, match=message):
        report.main([*runs, *options])


def test_a_user_who_errs_sees_one_sentence(tmp_path):
    line = [sys.executable, "-m", "tfcmp.report", str(tmp_path), "--out", str(tmp_path / "out")]
    ended = subprocess.run(line, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert ended.stderr.startswith("error: ")
    assert ended.stderr.count("\n") == 1
