import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tfcmp.data import cache as module
from tfcmp.data.cache import content_key
from tfcmp.errors import WorkError

LONG_AGO = 10**18


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "table.csv"
    path.write_bytes(b"good,1\nbad,0\n")
    return path


@pytest.fixture
def records(tmp_path: Path) -> Path:
    folder = tmp_path / "cache"
    folder.mkdir()
    return folder


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file counts as large, and as written long enough ago."""
    monkeypatch.setattr(module, "ALWAYS_READ", 0)
    monkeypatch.setattr(module, "_COARSEST_CLOCK_NS", 0)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A line for each file that is read."""
    found: list[str] = []
    digest = module.hashlib.file_digest

    def counted(stream, name):
        found.append(stream.name)
        return digest(stream, name)

    monkeypatch.setattr(module.hashlib, "file_digest", counted)
    return found


def swap(file: Path) -> None:
    """Other content of the same size."""
    file.write_bytes(file.read_bytes().translate(bytes.maketrans(b"01", b"10")))


def test_equal_contents_have_one_key_wherever_they_lie(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "copy.txt"
    shutil.copyfile(file, other)
    assert content_key([file]) == content_key([other])
    swap(other)
    assert content_key([file]) != content_key([other])


def test_the_order_of_the_files_is_part_of_the_key(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_bytes(b"else")
    assert content_key([file, other]) != content_key([other, file])


def test_a_small_file_is_read_every_time(file: Path, records: Path, reads: list[str]) -> None:
    assert content_key([file], records) == content_key([file], records)
    assert len(reads) == 2
    assert not list(records.iterdir())


def test_a_large_file_is_read_once(
    file: Path, records: Path, reads: list[str], large: None
) -> None:
    assert content_key([file], records) == content_key([file], records)
    assert len(reads) == 1


def test_many_small_files_are_large_together(
    file: Path, records: Path, reads: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(module, "ALWAYS_READ", file.stat().st_size)
    monkeypatch.setattr(module, "_COARSEST_CLOCK_NS", 0)
    other = tmp_path / "other.csv"
    other.write_bytes(b"else")
    for _ in range(2):
        content_key([file], records)
    for _ in range(2):
        content_key([file, other], records)
    assert reads == [str(file), str(file), str(file), str(other)]


def test_of_several_large_files_the_changed_one_is_read_again(
    file: Path, records: Path, reads: list[str], large: None, tmp_path: Path
) -> None:
    other = tmp_path / "other.csv"
    other.write_bytes(b"else")
    content_key([file, other], records)
    other.write_bytes(b"something")
    content_key([file, other], records)
    assert reads == [str(file), str(other), str(other)]


def set_back_by_utime(file: Path, times: tuple[int, int]) -> None:
    swap(file)
    os.utime(file, ns=times)


def set_back_by_touch(file: Path, times: tuple[int, int]) -> None:
    reference = file.with_name("reference")
    reference.touch()
    os.utime(reference, ns=times)
    swap(file)
    subprocess.run(["touch", "-r", reference, file], check=True)


def set_back_by_copying(file: Path, times: tuple[int, int]) -> None:
    source = file.with_name("source")
    source.write_bytes(file.read_bytes())
    swap(source)
    os.utime(source, ns=times)
    subprocess.run(["cp", "-p", source, file], check=True)


@pytest.mark.parametrize("change", [set_back_by_utime, set_back_by_touch, set_back_by_copying])
def test_content_that_changes_under_old_times_is_noticed(
    file: Path, records: Path, large: None, change
) -> None:
    os.utime(file, ns=(LONG_AGO, LONG_AGO))
    before, status = content_key([file], records), file.stat()
    change(file, (status.st_atime_ns, status.st_mtime_ns))
    assert (file.stat().st_size, file.stat().st_mtime_ns) == (status.st_size, status.st_mtime_ns)
    assert content_key([file], records) != before


def test_a_file_changed_just_before_it_was_hashed_is_not_put_on_record(
    file: Path, records: Path, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ALWAYS_READ", 0)
    # An old time of modification does not make it an old file: the status changed just now.
    os.utime(file, ns=(LONG_AGO, LONG_AGO))
    content_key([file], records)
    content_key([file], records)
    assert len(reads) == 2


@pytest.mark.parametrize("content", ["", "{", "[]", '{"files": {}}', '{"files": 3, "sha256": ""}'])
def test_a_damaged_record_is_not_believed(
    file: Path, records: Path, reads: list[str], large: None, content: str
) -> None:
    key = content_key([file], records)
    (record,) = records.iterdir()
    record.write_text(content)
    assert content_key([file], records) == key
    assert len(reads) == 2


def test_a_record_with_another_hash_is_not_believed(file: Path, records: Path, large: None) -> None:
    key = content_key([file], records)
    (record,) = records.iterdir()
    content = json.loads(record.read_text())
    content["files"][str(file)][1] = "0" * 64
    record.write_text(json.dumps(content))
    assert content_key([file], records) == key


def test_a_folder_that_takes_no_record_does_not_matter(
    file: Path, records: Path, large: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_only(*given: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(module, "write_json", read_only)
    assert content_key([file], records) == content_key([file])


def test_a_file_that_cannot_be_read_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(WorkError, match=r"gone\.csv cannot be read: No such file"):
        content_key([tmp_path / "gone.csv"])
