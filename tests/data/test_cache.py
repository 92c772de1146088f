import hashlib
import os
import shutil
import subprocess

import numpy as np
import pytest

from tfcmp.data import cache as module
from tfcmp.data.cache import content_key, find_entry, new_entry, read_arrays, write_arrays
from tfcmp.errors import WorkError


def write(cache, content="the words"):
    with new_entry(cache, "words-key", ".txt") as part:
        part.write_text(content)


def test_an_entry_is_found_under_its_name_alone(tmp_path, capsys):
    write(tmp_path / "cache")
    found = find_entry(tmp_path / "cache", "words-key", ".txt")
    assert found.read_text() == "the words"
    for other in (("words-other", ".txt"), ("words", ".txt"), ("words-key", ".npz")):
        assert find_entry(tmp_path / "cache", *other) is None
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("content", ["", "the wo", "the birds", "the words\n"])
def test_a_damaged_entry_is_named_in_one_line(tmp_path, content, capsys):
    write(tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_text(content)
    assert find_entry(tmp_path, "words-key", ".txt") is None
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert str(file) in told


def test_a_new_entry_takes_the_place_of_others(tmp_path):
    write(tmp_path, "old words")
    write(tmp_path)
    (file,) = tmp_path.iterdir()
    assert file.read_text() == "the words"


def write_half(cache):
    with new_entry(cache, "words-key", ".txt") as part:
        part.write_text("half")
        raise OSError(28, "No space left on device")


def test_nothing_is_left_of_an_entry_that_was_not_finished(tmp_path):
    with pytest.raises(OSError, match="No space") as told:
        write_half(tmp_path)
    assert told.value.filename == str(tmp_path)
    assert not list(tmp_path.iterdir())


def test_equal_arrays_are_one_file_whenever_they_are_written(tmp_path, monkeypatch):
    arrays = {"numbers": np.arange(3), "names": np.array(["a", "bc"])}
    write_arrays(tmp_path, "index-key", arrays)
    first = {file.name for file in tmp_path.iterdir()}
    monkeypatch.setattr("time.time", lambda: 10**9)
    write_arrays(tmp_path, "index-key", arrays)
    assert {file.name for file in tmp_path.iterdir()} == first
    read = read_arrays(tmp_path, "index-key")
    assert read is not None
    for name, values in arrays.items():
        np.testing.assert_array_equal(read[name], values)


LONG_AGO = 10**18


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "table.csv"
    path.write_bytes(b"good,1\nbad,0\n")
    return path


@pytest.fixture
def records(tmp_path):
    folder = tmp_path / "cache"
    folder.mkdir()
    return folder


@pytest.fixture
def large(monkeypatch):
    """Every file counts as large, and as written long enough ago."""
    monkeypatch.setattr(module, "ALWAYS_READ", 0)
    monkeypatch.setattr(module, "_COARSEST_CLOCK_NS", 0)


@pytest.fixture
def reads(monkeypatch):
    """A line for each file that is read."""
    found = []
    digest = module.hashlib.file_digest

    def counted(stream, name):
        found.append(stream.name)
        return digest(stream, name)

    monkeypatch.setattr(module.hashlib, "file_digest", counted)
    return found


def key_of_file(file):
    return hashlib.sha256(file.read_bytes()).hexdigest()


def swap(file):
    """Other content of the same size."""
    file.write_bytes(file.read_bytes().translate(bytes.maketrans(b"01", b"10")))


def test_contents_and_their_order_make_the_key_wherever_they_lie(file, tmp_path):
    other = tmp_path / "copy.txt"
    shutil.copyfile(file, other)
    assert content_key([file]) == content_key([other])
    swap(other)
    assert content_key([file]) != content_key([other])
    assert content_key([file, other]) != content_key([other, file])


def test_a_small_file_is_read_every_time_and_a_large_one_once(file, records, reads, monkeypatch):
    assert content_key([file], records) == content_key([file], records)
    assert len(reads) == 2
    assert not list(records.iterdir())
    monkeypatch.setattr(module, "ALWAYS_READ", 0)
    monkeypatch.setattr(module, "_COARSEST_CLOCK_NS", 0)
    assert content_key([file], records) == content_key([file], records)
    assert len(reads) == 3


def test_many_small_files_are_large_together(file, records, reads, monkeypatch, tmp_path):
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
    file, records, reads, large, tmp_path
):
    other = tmp_path / "other.csv"
    other.write_bytes(b"else")
    content_key([file, other], records)
    other.write_bytes(b"something")
    content_key([file, other], records)
    assert reads == [str(file), str(other), str(other)]


def set_back_by_utime(file, times):
    swap(file)
    os.utime(file, ns=times)


def set_back_by_touch(file, times):
    reference = file.with_name("reference")
    reference.touch()
    os.utime(reference, ns=times)
    swap(file)
    subprocess.run(["touch", "-r", reference, file], check=True)


def set_back_by_copying(file, times):
    source = file.with_name("source")
    source.write_bytes(file.read_bytes())
    swap(source)
    os.utime(source, ns=times)
    subprocess.run(["cp", "-p", source, file], check=True)


@pytest.mark.parametrize("change", [set_back_by_utime, set_back_by_touch, set_back_by_copying])
def test_content_that_changes_under_old_times_is_noticed(file, records, large, change):
    os.utime(file, ns=(LONG_AGO, LONG_AGO))
    before, status = content_key([file], records), file.stat()
    change(file, (status.st_atime_ns, status.st_mtime_ns))
    assert (file.stat().st_size, file.stat().st_mtime_ns) == (status.st_size, status.st_mtime_ns)
    assert content_key([file], records) != before


def test_a_file_changed_just_before_it_was_hashed_is_not_put_on_record(
    file, records, reads, monkeypatch
):
    monkeypatch.setattr(module, "ALWAYS_READ", 0)
    # An old time of modification does not make it an old file: the status changed just now.
    os.utime(file, ns=(LONG_AGO, LONG_AGO))
    content_key([file], records)
    content_key([file], records)
    assert len(reads) == 2


@pytest.mark.parametrize(
    "content", [None, " ", "{", "[]", '{"files": {}}', '{"files": 3, "sha256": ""}']
)
def test_a_damaged_record_is_not_believed(file, records, reads, large, content):
    key = content_key([file], records)
    (record,) = records.iterdir()
    record.write_text(content or record.read_text().replace(key_of_file(file), "0" * 64))
    assert content_key([file], records) == key
    assert len(reads) == 2


def test_a_folder_that_takes_no_record_does_not_matter(file, records, large, monkeypatch):
    def read_only(*given):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(module, "write_json", read_only)
    assert content_key([file], records) == content_key([file])


def test_a_file_that_cannot_be_read_is_told_in_a_sentence(tmp_path):
    with pytest.raises(WorkError, match=r"gone\.csv cannot be read: No such file"):
        content_key([tmp_path / "gone.csv"])
