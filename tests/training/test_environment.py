import subprocess
import sys
from datetime import datetime

import pytest

from tfcmp.runs.directory import RUN_FORMAT
from tfcmp.training import environment
from tfcmp.training.environment import commit_of_package, describe_environment, package_versions


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
