import json
import shlex
import subprocess
import sys

import pytest

from tfcmp.errors import CallError, WorkError
from tfcmp.runs import directory, files
from tfcmp.runs.directory import (
    RunDirectory,
    check_files,
    create_run,
    free_name,
    open_run,
    resume_run,
    worker_run,
    write_split,
)
from tfcmp.runs.files import sha256_of, write_json
from tfcmp.runs.layout import LISTED, LOCK, RUN_FORMAT


@pytest.fixture
def started(tmp_path):
    """An interrupted run, its lock given back."""
    run = create_run(tmp_path, "gru", "run")
    run.file("config.yaml").write_text("model: gru\n")
    write_json(run.file("environment.json"), {"run_format": RUN_FORMAT})
    run.unlock()
    return run


@pytest.fixture
def complete(started):
    """A run with something in each of its files."""
    for name in LISTED:
        if not started.file(name).exists():
            started.file(name).write_text(f'{{"file": "{name}"}}')
    started.complete({"model": "gru"})
    return started


def refusal(function, path, error=WorkError):
    with pytest.raises(error) as refused:
        function(path)
    message = str(refused.value)
    assert "\n" not in message
    return message


def test_a_run_is_called_by_its_name(tmp_path):
    run = create_run(tmp_path / "runs", "gru", "my-run_1.0+a")
    assert run.path == tmp_path / "runs" / "my-run_1.0+a"
    run.unlock()


def test_without_a_name_a_run_is_called_by_model_and_time(tmp_path):
    run = create_run(tmp_path, "gru", None)
    assert run.path.name.startswith("gru-20")
    run.unlock()


def test_a_name_that_is_taken_gets_a_number(tmp_path):
    (tmp_path / "gru").mkdir()
    (tmp_path / "gru-2").mkdir()
    assert free_name(tmp_path, "gru") == "gru-3"


@pytest.mark.parametrize("name", ["a/b", "../a", "/a", ".", "..", "", "a b", "a\n", "a\\b"])
def test_a_name_that_is_none_for_a_folder_is_refused(tmp_path, name):
    with pytest.raises(CallError, match="expected a folder name"):
        create_run(tmp_path, "gru", name)
    assert list(tmp_path.iterdir()) == []


def test_a_complete_run_is_not_overwritten(complete):
    with pytest.raises(CallError, match="holds a run already; choose another --name"):
        create_run(complete.path.parent, "gru", complete.path.name)


def test_an_interrupted_run_is_not_overwritten_and_the_way_on_is_told(started):
    with pytest.raises(CallError, match=f"go on with it by --resume {started.path}"):
        create_run(started.path.parent, "gru", started.path.name)


def test_a_second_fit_in_a_directory_is_refused(tmp_path):
    run = create_run(tmp_path, "gru", "run")
    with pytest.raises(WorkError, match="in use by another fit"):
        create_run(tmp_path, "gru", "run")
    run.unlock()


def test_another_process_is_kept_out(tmp_path):
    run = create_run(tmp_path, "gru", "run")
    program = (
        "import sys; from pathlib import Path; from tfcmp.runs.directory import RunDirectory\n"
        "try: RunDirectory(Path(sys.argv[1])).lock()\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    command = [sys.executable, "-c", program, str(run.path)]
    ended = subprocess.run(command, capture_output=True, text=True)
    run.unlock()
    assert ended.stdout.startswith(f"WorkError {run.path} is in use by another fit")


def test_a_second_process_that_resumes_is_kept_out(started):
    run = resume_run(started.path)
    assert "in use by another fit" in refusal(resume_run, started.path)
    run.unlock()


def test_a_lock_that_a_killed_process_left_keeps_nobody_out(started):
    started.file(".lock").touch()
    run = resume_run(started.path)
    assert "in use by another fit" in refusal(resume_run, started.path)
    run.unlock()


def test_a_directory_in_which_nothing_was_written_goes(tmp_path):
    create_run(tmp_path, "gru", "run").unlock()
    assert list(tmp_path.iterdir()) == []


def test_what_a_kill_left_half_written_goes_on_resuming(started):
    started.file(".model.123.part.keras").touch()
    resume_run(started.path).unlock()
    assert sorted(file.name for file in started.path.iterdir()) == [
        "config.yaml",
        "environment.json",
    ]


def test_a_complete_run_cannot_be_resumed(complete):
    assert "is complete; there is nothing to resume" in refusal(resume_run, complete.path)


def test_the_result_lists_the_checksum_of_every_file(complete):
    files = complete.read_json("result.json")["files"]
    assert list(files) == list(LISTED)
    assert all(files[name] == sha256_of(complete.file(name)) for name in LISTED)


def test_a_run_that_lacks_a_file_does_not_become_complete(started):
    with pytest.raises(FileNotFoundError):
        started.complete({})
    assert not started.is_complete()


def test_a_complete_run_opens(complete):
    assert open_run(complete.path).path == complete.path


def test_an_incomplete_run_says_how_to_finish_it(started):
    told = refusal(open_run, started.path)
    assert "is incomplete (no result.json)" in told
    assert f"python -m tfcmp.fit --resume {started.path}" in told


@pytest.mark.parametrize("function", [open_run, resume_run])
@pytest.mark.parametrize("kind", ["missing", "file"])
def test_what_is_no_directory_is_refused(tmp_path, function, kind):
    path = tmp_path / kind
    if kind == "file":
        path.touch()
    with pytest.raises(CallError, match="no such run directory"):
        function(path)


@pytest.mark.parametrize("function", [open_run, resume_run])
def test_a_directory_that_is_no_run_is_refused(tmp_path, function):
    assert "has no environment.json: it is no run directory" in refusal(function, tmp_path)


def test_an_export_and_a_folder_of_runs_are_told_as_what_they_are(tmp_path):
    (tmp_path / "gru").mkdir()
    (tmp_path / "gru" / "result.json").touch()
    assert "name one: gru" in refusal(open_run, tmp_path)
    (tmp_path / "labels.json").touch()
    assert "an export" in refusal(open_run, tmp_path)


@pytest.mark.parametrize("function", [open_run, resume_run])
def test_a_run_of_a_newer_version_is_refused(started, function):
    write_json(started.file("environment.json"), {"run_format": RUN_FORMAT + 1})
    told = refusal(function, started.path)
    assert f"made by a newer tfcmp (run format {RUN_FORMAT + 1}" in told
    assert "upgrade tfcmp" in told


@pytest.mark.parametrize("name", ["config.yaml", "environment.json", "split.json", "model.keras"])
def test_a_changed_file_is_told(complete, name):
    with complete.file(name).open("a") as stream:
        stream.write(" ")
    assert f"is damaged: {name} has not the checksum" in refusal(open_run, complete.path)


@pytest.mark.parametrize("name", ["config.yaml", "split.json", "model.keras"])
def test_a_missing_file_is_told(complete, name):
    complete.file(name).unlink()
    assert f"is damaged: {name} is missing" in refusal(open_run, complete.path)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[]", b"3"])
@pytest.mark.parametrize("name", ["result.json", "environment.json"])
def test_a_file_that_holds_no_json_object_is_told(complete, name, content):
    complete.file(name).write_bytes(content)
    assert f"{name} is damaged: it holds no JSON" in refusal(open_run, complete.path)


def test_a_file_that_the_result_does_not_list_counts_as_damaged(complete):
    complete.file("bench.json").touch()
    with pytest.raises(WorkError, match=r"bench\.json has not the checksum"):
        check_files(complete, ["bench.json"])


def test_metrics_are_added_line_by_line(tmp_path):
    run = RunDirectory(tmp_path)
    run.append_metrics({"event": "segment"})
    run.append_metrics({"event": "epoch"})
    assert run.file("metrics.jsonl").read_text() == '{"event": "segment"}\n{"event": "epoch"}\n'


def test_a_run_that_finds_other_splits_than_it_began_with_is_refused(tmp_path):
    run = RunDirectory(tmp_path)
    write_split(run, {"splits": {"train": {"fingerprint": "a"}}})
    write_split(run, {"splits": {"train": {"fingerprint": "a"}}})
    with pytest.raises(WorkError, match=r"not those that .* began with"):
        write_split(run, {"splits": {"train": {"fingerprint": "b"}}})


def test_a_run_goes_on_where_a_later_version_describes_more_of_its_texts(tmp_path):
    run = RunDirectory(tmp_path)
    write_split(run, {"splits": 1})
    write_split(run, {"splits": 1, "dialects": {"own.tsv": {"delimiter": "tab"}}})
    with pytest.raises(WorkError):
        write_split(run, {"dialects": {}})


def test_a_run_that_was_begun_with_other_words_is_refused(tmp_path):
    run = RunDirectory(tmp_path)
    write_split(run, {"splits": 1})
    with pytest.raises(WorkError, match="begun by another version of tfcmp"):
        write_split(run, {"splits": 1, "splitting": 2})


def test_a_run_goes_on_where_its_texts_have_another_name(tmp_path):
    run = RunDirectory(tmp_path)
    write_split(run, {"splits": 1, "dialects": {"old.tsv": {"delimiter": "tab"}}})
    write_split(run, {"splits": 1, "dialects": {"new.txt.tsv": {"delimiter": "tab"}}})
    with pytest.raises(WorkError):
        write_split(run, {"splits": 2, "dialects": {"old.tsv": {"delimiter": "tab"}}})


def test_a_directory_that_was_renamed_while_open_is_let_go(tmp_path):
    run = create_run(tmp_path, "gru", "a")
    run.path.rename(tmp_path / "b")
    run.unlock()
    assert not run.path.exists()
    again = RunDirectory(tmp_path / "b")
    again.lock()
    again.unlock()


def test_a_lock_file_that_was_taken_away_meanwhile_is_no_lock(tmp_path, monkeypatch):
    run = RunDirectory(tmp_path)
    monkeypatch.setattr(files.fcntl, "flock", lambda *_given: (tmp_path / LOCK).unlink())
    with pytest.raises(WorkError, match="until just now"):
        run.lock()


def test_a_command_to_go_on_with_can_be_pasted_whatever_the_path(tmp_path):
    run = create_run(tmp_path / "it's a run", "gru", "a")
    run.file("environment.json").write_text("{}")
    run.unlock()
    told = refusal(open_run, run.path)
    assert shlex.split(told.split("finish it with ")[1])[-1] == str(run.path)


def test_runs_that_begin_in_the_same_second_have_folders_of_their_own(tmp_path, monkeypatch):
    # Both have seen that the name is free.
    names = iter(["gru-1", "gru-1", "gru-1-2"])
    monkeypatch.setattr(directory, "free_name", lambda runs, name: next(names))
    runs = [create_run(tmp_path, "gru", None) for _ in range(2)]
    assert [run.path.name for run in runs] == ["gru-1", "gru-1-2"]
    for run in runs:
        run.unlock()


@pytest.mark.parametrize("version", ["2.0", None, [1]])
def test_a_version_that_is_no_number_is_told(complete, version):
    environment = {**complete.read_json("environment.json"), "run_format": version}
    complete.file("environment.json").write_text(json.dumps(environment))
    assert "is damaged: expected a number as run_format" in refusal(open_run, complete.path)


def test_a_worker_run_leaves_nothing_behind(tmp_path):
    with worker_run(tmp_path / "run", is_resumed=False) as run:
        assert run.known_as == tmp_path / "run"
        run.append_metrics({"event": "segment"})
    assert not run.path.exists()
    assert not (tmp_path / "run").exists()


def test_a_worker_run_goes_on_from_a_copy(tmp_path):
    (tmp_path / "config.yaml").write_text("model: gru")
    (tmp_path / "checkpoint").mkdir()
    (tmp_path / "checkpoint" / "state.safetensors").write_bytes(b"state")
    with worker_run(tmp_path, is_resumed=True) as run:
        run.file("config.yaml").write_text("changed")
        assert (run.file("checkpoint") / "state.safetensors").read_bytes() == b"state"
    assert (tmp_path / "config.yaml").read_text() == "model: gru"


def test_a_run_that_this_machine_does_not_see_cannot_be_gone_on_with(tmp_path):
    run = worker_run(tmp_path / "missing", is_resumed=True)
    with pytest.raises(CallError, match="workers share the folder of the run"), run:
        pass
