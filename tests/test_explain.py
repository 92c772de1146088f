import json
import shutil
import subprocess
import sys

import pytest

from tfcmp import explain
from tfcmp.errors import CallError, WorkError


@pytest.fixture
def call(finished_run, capsys):
    """Runs the command on the finished run; gives its objects."""

    def run(*arguments):
        explain.main([str(finished_run), *map(str, arguments)])
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return run


def test_texts_are_explained_a_json_object_a_line(call):
    first, second = call("--text", "a fine film", "--text", "")
    assert [word["word"] for word in first["words"]] == ["a", "fine", "film"]
    assert (first["method"], second["words"]) == ("ig", [])


def test_a_class_that_is_asked_for_is_explained_in_place_of_the_predicted_one(call, tmp_path):
    found = {}
    for name in ("neg", "pos"):
        asked = ("--class", name, "--method", "occlusion", "--html", tmp_path / f"{name}.html")
        (found[name],) = call("--text", "a fine film", *asked)
        assert found[name]["label"] == name
        assert found[name]["target"] == f"logit of {name}"
    assert found["neg"]["probability"] + found["pos"]["probability"] == pytest.approx(1)
    predicted = max(found, key=lambda name: found[name]["probability"])
    assert {one["predicted"] for one in found.values()} == {predicted}
    for name in found:
        told = f"(predicted: {predicted})" in (tmp_path / f"{name}.html").read_text()
        assert told == (name != predicted)
    scores = [[word["score"] for word in one["words"]] for one in found.values()]
    assert scores[0] != pytest.approx(scores[1])


def test_an_unknown_class_is_reported_with_those_there_are(finished_run, monkeypatch):
    monkeypatch.setattr(explain, "import_tensorflow", lambda: pytest.fail("loaded"))
    with pytest.raises(CallError, match="--class good: expected a class of the run, neg, pos"):
        explain.main([str(finished_run), "--text", "a", "--class", "good"])


def test_texts_of_a_file_are_explained_in_order(call, tmp_path):
    file = tmp_path / "texts.csv"
    file.write_text("text\ngood\nbad\n")
    explained = call("--input", file, "--method", "occlusion")
    assert [one["text"] for one in explained] == ["good", "bad"]
    assert {one["method"] for one in explained} == {"occlusion"}


def test_bytes_of_a_file_that_are_no_text_may_be_replaced(call, tmp_path):
    file = tmp_path / "texts.txt"
    file.write_bytes(b"fine \xff\n")
    with pytest.raises(WorkError, match="add --encoding-errors replace"):
        call("--input", file)
    (one,) = call("--input", file, "--encoding-errors", "replace")
    assert one["text"] == "fine \ufffd"


def test_a_page_is_written_next_to_the_lines(call, tmp_path):
    call("--text", "a fine film", "--html", tmp_path / "page.html")
    assert "fine" in (tmp_path / "page.html").read_text()


def test_a_terminal_gets_coloured_text(finished_run, monkeypatch, capsys):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    explain.main([str(finished_run), "--text", "a fine film", "--method", "occlusion"])
    shown = capsys.readouterr().out
    assert "\x1b[" in shown
    assert "leave-one-word-out occlusion" in shown


def test_the_measured_figures_and_their_file_are_printed(finished_run, tmp_path, capsys):
    run = tmp_path / "run"
    shutil.copytree(finished_run, run)
    explain.main([str(run), "--evaluate", "--sample", "3", "--method", "occlusion"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "3 texts of test"
    assert lines[-1] == str(run / "explanation.json")
    command = json.loads((run / "explanation.json").read_text())["command"]
    assert command.startswith("python -m tfcmp.explain")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "required: RUN"),
        (["run"], "expected one of --text, --input and --sample, got none .* --evaluate"),
        (["run", "--text", "a", "--sample", "3"], "got more than one"),
        (["run", "--text", "a", "--steps", "0"], "--steps 0: expected at least 1"),
        (["run", "--text", "a", "--method", "lime"], "--method.*lime"),
        (["run", "--text", "a", "--html", "nowhere/a.html"], "there is no folder .*nowhere"),
        (["run", "--text", "a", "--html", "."], "--html .* is a folder"),
        (["run", "--text", "a", "--other", "b"], "--other goes with --evaluate"),
        (["run", "--evaluate", "--text", "a"], "--text and --evaluate contradict"),
        (["run", "--evaluate", "--class", "a"], "--class and --evaluate contradict"),
        (["run", "--evaluate", "--html", "a"], "--html and --evaluate contradict"),
        (["run", "--evaluate", "--input", "a", "--sample", "3"], "contradict each other"),
        (["run", "--txt", "a"], "unknown option --txt; did you mean --text?"),
        (["missing", "--text", "a"], "missing: no such run directory"),
    ],
)
def test_a_wrong_call_is_refused_before_anything_is_loaded(arguments, told, monkeypatch):
    monkeypatch.setattr(explain, "import_tensorflow", lambda: pytest.fail("loaded"))
    with pytest.raises(CallError, match=told):
        explain.main(arguments)


def test_a_missing_file_or_an_empty_sample_is_reported_before_anything_is_loaded(
    finished_run, monkeypatch
):
    monkeypatch.setattr(explain, "import_tensorflow", lambda: pytest.fail("loaded"))
    for arguments, told in (
        (["--input", "missing.csv"], "missing.csv was not found"),
        (["--sample", "0"], "--sample 0"),
        (["--evaluate", "--sample", "-1"], "--sample -1"),
    ):
        with pytest.raises(CallError, match=told):
            explain.main([str(finished_run), *arguments])


def test_a_directory_that_is_no_run_is_reported(tmp_path):
    with pytest.raises(WorkError, match="it is no run directory"):
        explain.main([str(tmp_path), "--text", "a"])


@pytest.mark.slow
def test_the_command_prints_explanations_to_stdout_and_nothing_else_anywhere(finished_run):
    command = [sys.executable, "-m", "tfcmp.explain", str(finished_run), "--sample", "2"]
    ended = subprocess.run(command, capture_output=True)
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert len(ended.stdout.splitlines()) == 2


def test_what_cannot_be_written_is_reported_before_anything_is_loaded(
    finished_run, monkeypatch, tmp_path
):
    def closed(path, option):
        raise CallError(f"{path} is closed; {option}")

    monkeypatch.setattr(explain, "require_writable", closed)
    monkeypatch.setattr(explain, "import_tensorflow", lambda: pytest.fail("went on"))
    with pytest.raises(CallError, match=r"is closed; --out"):
        explain.main([str(finished_run), "--evaluate"])


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        ("run --behaviour --cases 150", "run --behaviour --cases 150"),
        ("run --contrast=pairs.csv", "run --contrast=pairs.csv"),
        ("run --label-errors --compare a b --json", "run --label-errors a b --json"),
        ("run --calibrate --compare=a", "run --calibrate a"),
        ("--curves run", "--curves run"),
    ],
)
def test_an_option_that_has_moved_is_answered_with_the_command_that_has_it(arguments, command):
    with pytest.raises(CallError, match=f"moved: python -m tfcmp.diagnose {command}$") as told:
        explain.main(arguments.split())
    assert told.value.exit_code == 2


def test_a_text_that_looks_like_an_option_that_has_moved_is_a_text(tmp_path):
    with pytest.raises(CallError, match="no such run directory"):
        explain.main(["--text", "a", "--", str(tmp_path / "--curves")])


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--text", "a", "--out", "x"], "--out goes with --evaluate"),
        (["--text", "a", "--data", "x.csv"], "expected --sample"),
        (["--sample", "2", "--data", "x.csv"], "are not at"),
    ],
)
def test_places_that_would_have_no_effect_are_refused(finished_run, arguments, told):
    with pytest.raises(CallError, match=told):
        explain.main([str(finished_run), *arguments])
