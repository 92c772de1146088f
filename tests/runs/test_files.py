import errno
import hashlib
import os

import pytest

from tfcmp.errors import CallError
from tfcmp.runs.files import (
    is_sound,
    make_folder,
    require_writable,
    sealed,
    sha256_of,
    whole_file,
    write_json,
)


def write(file, content):
    with whole_file(file) as part:
        part.write_text(content)


def fail(file, error):
    with whole_file(file) as part:
        part.write_text("ne")
        raise error


def test_a_file_appears_with_its_content(tmp_path):
    write(tmp_path / "a.txt", "new")
    assert (tmp_path / "a.txt").read_text() == "new"


def test_nothing_else_stays_behind(tmp_path):
    write(tmp_path / "a.txt", "new")
    assert [file.name for file in tmp_path.iterdir()] == ["a.txt"]


def test_the_old_content_is_there_while_the_new_is_written(tmp_path):
    file = tmp_path / "a.txt"
    write(file, "old")
    with whole_file(file) as part:
        part.write_text("new")
        assert file.read_text() == "old"
    assert file.read_text() == "new"


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "full"), KeyboardInterrupt(), ValueError("bad")]
)
def test_a_write_that_fails_in_the_middle_leaves_the_old_file_alone(tmp_path, error):
    file = tmp_path / "a.txt"
    write(file, "old")
    with pytest.raises(type(error)):
        fail(file, error)
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
    assert file.read_text() == "old"


def test_a_first_write_that_fails_leaves_no_file(tmp_path):
    with pytest.raises(OSError, match="full"):
        fail(tmp_path / "a.txt", OSError(errno.ENOSPC, "full"))
    assert list(tmp_path.iterdir()) == []


def test_the_suffix_of_the_temporary_file_is_that_of_the_file(tmp_path):
    with whole_file(tmp_path / "model.keras") as part:
        part.touch()
        assert part.suffix == ".keras"
        assert part.parent == tmp_path


def test_a_value_that_json_cannot_hold_leaves_the_old_file(tmp_path):
    file = tmp_path / "a.json"
    write_json(file, {"a": 1})
    with pytest.raises(ValueError, match="JSON"):
        write_json(file, {"a": float("nan")})
    assert file.read_text() == '{\n  "a": 1\n}\n'


@pytest.mark.parametrize("size", [0, 1, 2**20 + 1])
def test_the_checksum_is_that_of_the_whole_content(tmp_path, size):
    content = os.urandom(size)
    (tmp_path / "a").write_bytes(content)
    assert sha256_of(tmp_path / "a") == hashlib.sha256(content).hexdigest()


def test_a_folder_is_made_with_those_above_it(tmp_path):
    make_folder(tmp_path / "a" / "b", "--runs")
    make_folder(tmp_path / "a" / "b", "--runs")
    assert (tmp_path / "a" / "b").is_dir()


@pytest.mark.parametrize("below", ["", "runs", "runs/gru"])
def test_a_file_in_the_way_of_a_folder_is_refused(tmp_path, below):
    (tmp_path / "file").touch()
    with pytest.raises(CallError, match="a file is in the way of that folder; change --runs"):
        make_folder(tmp_path / "file" / below, "--runs")


def test_a_name_too_long_for_a_folder_is_refused(tmp_path):
    with pytest.raises(CallError, match="too long; change --name"):
        make_folder(tmp_path / "new" / ("a" * 300), "--name")


def test_sealed_content_tells_that_it_was_altered():
    content = sealed({"b": {1: 0.5}, "a": (1, 2)})
    assert is_sound(content)
    assert sealed(content) == content
    assert not is_sound({**content, "a": [1, 3]})
    assert is_sound({"a": 1})


def test_a_folder_that_can_be_written_to_is_left_as_it_is(tmp_path):
    require_writable(tmp_path, "--runs")
    require_writable(tmp_path / "new" / "below", "--runs")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("below", ["", "runs/gru"])
def test_a_file_in_the_way_is_told_before_anything_is_written(tmp_path, below):
    (tmp_path / "file").touch()
    with pytest.raises(CallError, match=r"a file is in the way .*--runs"):
        require_writable(tmp_path / "file" / below, "--runs")


def test_a_link_that_leads_nowhere_is_told(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "gone")
    with pytest.raises(CallError, match="--cache"):
        require_writable(tmp_path / "link" / "below", "--cache")


def test_a_folder_closed_to_us_is_told(tmp_path, monkeypatch):
    def closed(**_options):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("tempfile.TemporaryFile", closed)
    with pytest.raises(CallError, match=r"Permission denied.*--out"):
        require_writable(tmp_path, "--out")
