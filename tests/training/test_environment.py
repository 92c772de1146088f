import subprocess
import sys
from datetime import datetime

import pytest

from tfcmp.errors import WorkError
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.files import write_json
from tfcmp.runs.layout import ENVIRONMENT, RUN_FORMAT
from tfcmp.training import environment
from tfcmp.training.environment import (
    commit_of_package,
    describe_environment,
    note_session,
    package_versions,
)


def test_versions_hardware_command_and_format_are_told(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["fit.py", "--model", "gru"])
    told = describe_environment({"device": "cpu", "threads": 2})
    assert told["run_format"] == RUN_FORMAT
    assert (told["device"], told["threads"]) == ("cpu", 2)
    assert told["command"] == ["python", "-m", "tfcmp.fit", "--model", "gru"]
    assert told["versions"]["tensorflow"].startswith("2.")
    assert datetime.fromisoformat(told["started"]).tzinfo is not None


def test_a_package_that_is_not_installed_has_no_version(monkeypatch):
    monkeypatch.setattr(environment, "PACKAGES", ("numpy", "no-such-package"))
    versions = package_versions()
    assert versions["numpy"]
    assert versions["no-such-package"] is None


@pytest.mark.parametrize("error", [FileNotFoundError(), subprocess.TimeoutExpired("git", 10)])
def test_without_git_there_is_no_commit(monkeypatch, error):
    def fail(*given, **named):
        raise error

    monkeypatch.setattr(subprocess, "run", fail)
    assert commit_of_package() is None


def test_outside_of_a_checkout_there_is_no_commit(monkeypatch):
    outside = subprocess.CompletedProcess([], 128, stdout="", stderr="not a repository")
    monkeypatch.setattr(subprocess, "run", lambda *given, **named: outside)
    assert commit_of_package() is None


def test_a_resumed_session_is_noted(tmp_path):
    run = RunDirectory(tmp_path)
    hardware = {"device": "cpu", "precision": "float32", "pretrained": None, "threads": 2}
    write_json(run.file(ENVIRONMENT), describe_environment(hardware))
    note_session(run, {**hardware, "threads": 4})
    assert [session["threads"] for session in run.read_json(ENVIRONMENT)["resumed"]] == [4]


@pytest.mark.parametrize(("name", "value"), [("device", "gpu"), ("precision", "mixed_bfloat16")])
def test_a_run_does_not_go_on_with_another_device_or_precision(tmp_path, name, value):
    run = RunDirectory(tmp_path)
    hardware = {"device": "cpu", "precision": "float32", "pretrained": None, "threads": 2}
    write_json(run.file(ENVIRONMENT), describe_environment(hardware))
    with pytest.raises(WorkError, match=f"began with {name}"):
        note_session(run, {**hardware, name: value})
