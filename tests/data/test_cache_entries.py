from pathlib import Path

import numpy as np
import pytest

from tfcmp.data.cache import find_entry, new_entry, read_arrays, write_arrays


def write(cache: Path, content: str = "the words") -> None:
    with new_entry(cache, "words-key", ".txt") as part:
        part.write_text(content)


def test_an_entry_is_found_under_its_name(tmp_path: Path) -> None:
    write(tmp_path / "cache")
    found = find_entry(tmp_path / "cache", "words-key", ".txt")
    assert found is not None
    assert found.read_text() == "the words"


def test_nothing_is_found_under_another_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path)
    assert find_entry(tmp_path, "words-other", ".txt") is None
    assert find_entry(tmp_path, "words", ".txt") is None
    assert find_entry(tmp_path, "words-key", ".npz") is None
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("content", ["", "the wo", "the birds", "the words\n"])
def test_a_damaged_entry_is_named_in_one_line(
    tmp_path: Path, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_text(content)
    assert find_entry(tmp_path, "words-key", ".txt") is None
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert str(file) in told


def test_a_new_entry_takes_the_place_of_others(tmp_path: Path) -> None:
    write(tmp_path, "old words")
    write(tmp_path)
    (file,) = tmp_path.iterdir()
    assert file.read_text() == "the words"


def write_half(cache: Path) -> None:
    with new_entry(cache, "words-key", ".txt") as part:
        part.write_text("half")
        raise OSError(28, "No space left on device")


def test_nothing_is_left_of_an_entry_that_was_not_finished(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space") as told:
        write_half(tmp_path)
    assert told.value.filename == str(tmp_path)
    assert not list(tmp_path.iterdir())


def test_equal_arrays_are_one_file_whenever_they_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
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
