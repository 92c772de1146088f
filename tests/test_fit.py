"""The command as its user meets it; most calls end before TensorFlow is imported."""

import errno
import json
import subprocess
import sys

import pytest

import tfcmp
from tfcmp import fit
from tfcmp.command.ending import run_command
from tfcmp.command.options import parse_configuration
from tfcmp.errors import CallError, WorkError
from tfcmp.runs.directory import create_run
from tfcmp.training import finish

TINY = [
    "--model",
    "gru",
    "--device",
    "cpu",
    "--data",
    "diagnostic",
    "--data.train_size",
    "60",
    "--data.max_length",
    "20",
    "--architecture.units",
    "3",
    "--architecture.embedding_size",
    "4",
    "--training.epochs",
    "1",
]


def call(arguments, monkeypatch, capsys):
    """Exit code, stdout and stderr of the command, run in this process."""
    monkeypatch.setattr(sys, "argv", ["fit.py", *map(str, arguments)])
    with pytest.raises(SystemExit) as end:
        run_command(fit.main)
    told = capsys.readouterr()
    return end.value.code, told.out, told.err


@pytest.fixture
def without_tensorflow(monkeypatch):
    monkeypatch.setattr(fit, "import_tensorflow", lambda: pytest.fail("went on to train"))


def refused(arguments, tmp_path, monkeypatch, capsys):
    """The one line that a refused call tells; nothing was made for it."""
    before = sorted(tmp_path.rglob("*"))
    places = ["--runs", tmp_path / "runs", "--cache", tmp_path / "cache"]
    code, out, told = call([*places, *arguments], monkeypatch, capsys)
    assert (code, out) == (2, "")
    assert told.startswith("error: ")
    assert told.count("\n") == 1
    assert [path for path in sorted(tmp_path.rglob("*")) if path.name != "cache"] == before
    return told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--model", "grru"], "did you mean gru?"),
        (["--model", "gru", "--training.learning_rat", "3"], "did you mean --training."),
        (["--model", "gru", "--seed", "3.5"], "--seed: expected int, got 3.5"),
        (["--model", "gru", "--data", "imbd"], "--data imbd: did you mean imdb? expected imdb, "),
        (["--model", "gru", "--data", "missing.csv"], "missing.csv"),
        (["--model", "gru", "--data", "diagnostic", "--name", "a/b"], "expected a folder name"),
        (["--config", "missing.yaml"], "missing.yaml: no such file"),
    ],
)
def test_a_wrong_call_ends_with_code_2_and_one_line(
    tmp_path, monkeypatch, capsys, without_tensorflow, arguments, told
):
    assert told in refused(arguments, tmp_path, monkeypatch, capsys)


def test_a_wrong_call_ends_the_process_with_code_2(tmp_path):
    command = [sys.executable, "-m", "tfcmp.fit", "--model", "grru"]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("error: unknown model 'grru'; did you mean gru?")
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize("option", ["--runs", "--cache"])
def test_a_file_in_the_place_of_a_folder_is_reported(
    tmp_path, monkeypatch, without_tensorflow, option
):
    (tmp_path / "file").touch()
    arguments = ["--runs", tmp_path / "runs", "--cache", tmp_path / "cache", *TINY]
    with pytest.raises(CallError, match=f"a file is in the way .* {option}"):
        fit.main([*map(str, arguments), option, str(tmp_path / "file")])


def test_settings_next_to_resume_are_refused(without_tensorflow):
    with pytest.raises(CallError, match="--seed and --resume contradict each other"):
        fit.main(["--resume", "run", "--seed", "3"])


def test_what_is_no_run_cannot_be_resumed(tmp_path, without_tensorflow):
    with pytest.raises(CallError, match="no such run directory"):
        fit.main(["--resume", str(tmp_path / "missing"), "--cache", str(tmp_path / "cache")])


def test_a_complete_run_cannot_be_resumed(finished_run, tmp_path, without_tensorflow):
    with pytest.raises(WorkError, match="complete; there is nothing to resume"):
        fit.main(["--resume", str(finished_run), "--cache", str(tmp_path)])


def test_a_run_that_another_fit_works_on_is_refused(tmp_path, without_tensorflow):
    run = create_run(tmp_path, "gru", "mine")
    with pytest.raises(WorkError, match="in use by another fit"):
        fit.main([*TINY, "--runs", str(tmp_path), "--name", "mine", "--cache", str(tmp_path)])
    run.unlock()


def test_the_configuration_that_a_run_wrote_is_taken_back(finished_run, tiny_configuration):
    arguments = ["--config", str(finished_run / "config.yaml")]
    read = parse_configuration(arguments, "program", "description", fit._add_options)[0]
    assert read == tiny_configuration()


def test_an_interrupt_before_anything_is_written_leaves_and_promises_nothing(
    tmp_path, monkeypatch, capsys
):
    def interrupt(**_options):
        raise KeyboardInterrupt

    monkeypatch.setattr(fit, "import_tensorflow", interrupt)
    arguments = [*TINY, "--runs", tmp_path / "runs", "--cache", tmp_path / "cache"]
    assert call(arguments, monkeypatch, capsys) == (1, "", "error: interrupted\n")
    assert list((tmp_path / "runs").iterdir()) == []


@pytest.fixture(scope="module")
def full_disk(tmp_path_factory, shared_cache):
    """What a fit tells whose disk is full when it writes its predictions, and its directory."""
    folder = tmp_path_factory.mktemp("full")

    def no_room(*given):
        raise OSError(errno.ENOSPC, "No space left on device", "predictions.parquet")

    arguments = [*TINY, "--runs", folder, "--name", "run", "--cache", shared_cache]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(finish.pyarrow.parquet.ParquetWriter, "write_table", no_room)
        patch.setattr(sys, "argv", ["fit.py", *map(str, arguments)])
        written = []
        patch.setattr(sys.stderr, "write", written.append)
        with pytest.raises(SystemExit) as end:
            run_command(fit.main)
    return end.value.code, "".join(written), folder / "run"


def test_a_full_disk_ends_with_code_1_and_one_line(full_disk):
    code, told, _ = full_disk
    assert code == 1
    epoch, error = told.splitlines()
    assert epoch.startswith("epoch 1 of 1: loss ")
    assert error.startswith("error: No space left on device (predictions.parquet): ")


def test_after_a_full_disk_nothing_counts_as_complete(full_disk):
    run = full_disk[2]
    assert not (run / "result.json").exists()
    assert not [file for file in run.rglob("*") if ".part" in file.name]
    with pytest.raises(WorkError, match=f"finish it with python -m tfcmp.fit --resume {run}"):
        tfcmp.load(run)


def test_after_a_full_disk_the_run_can_be_finished(full_disk, shared_cache, monkeypatch, capsys):
    run = full_disk[2]
    arguments = ["--resume", run, "--cache", shared_cache]
    code, out, told = call(arguments, monkeypatch, capsys)
    assert (code, told) == (0, "")
    assert out.splitlines()[-1] == str(run)
    assert out.startswith("gru: test accuracy ")
    assert json.loads((run / "result.json").read_text())["model"] == "gru"


def test_a_fit_that_fails_on_its_texts_leaves_its_name_free(tmp_path, monkeypatch, capsys):
    file = tmp_path / "one_class.csv"
    file.write_text("text,label\n" + "good film,1\n" * 9)
    places = ["--runs", tmp_path / "runs", "--name", "mine", "--cache", tmp_path / "cache"]
    code, _, told = call(["--model", "gru", "--data", file, *places], monkeypatch, capsys)
    assert (code, "one class only" in told) == (1, True)
    assert not (tmp_path / "runs" / "mine").exists()
