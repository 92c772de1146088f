import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfcmp.config.default_paths import absolute_path, absolute_source, is_file_source, source_name
from tfcmp.errors import CallError


@pytest.fixture
def home(tmp_path, monkeypatch):
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


def test_the_home_folder_stands_in_place_of_its_sign(home):
    assert absolute_path("~/a b/ü") == home / "a b" / "ü"
    assert absolute_path("~") == home


def test_a_relative_path_begins_in_the_working_directory(home):
    assert absolute_path("runs/") == home.parent / "runs"
    assert absolute_path("./runs") == home.parent / "runs"


def test_links_stay_as_written_unless_a_path_goes_up(home):
    (home / "real" / "inner").mkdir(parents=True)
    (home / "link").symlink_to(home / "real" / "inner")
    assert absolute_path(home / "link" / "x") == home / "link" / "x"
    assert absolute_path(home / "link" / ".." / "x") == home / "real" / "x"


@pytest.mark.parametrize("written", ["~no_such_user_here/x", "~no_such_user_here"])
def test_an_unknown_home_is_refused(written):
    with pytest.raises(CallError, match="no home folder is known for ~no_such_user_here"):
        absolute_path(written)


def test_a_file_whose_name_begins_with_the_sign_is_found(home):
    (home.parent / "~draft.csv").touch()
    assert absolute_path("~draft.csv") == home.parent / "~draft.csv"


def test_a_name_that_is_not_in_utf_8_is_refused(tmp_path):
    name = os.fsdecode(b"r\xff.csv")
    with pytest.raises(CallError, match=r"r\\xff\.csv: expected a path in UTF-8") as refused:
        absolute_source(str(tmp_path / name))
    # It can be printed.
    str(refused.value).encode()


def test_nothing_is_no_path():
    with pytest.raises(CallError, match="got an empty one"):
        absolute_path("")


def test_a_working_directory_that_is_gone_is_told(tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(CallError, match="working directory is gone"):
        absolute_path("runs")
    assert absolute_path(tmp_path) == tmp_path


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1))
def test_an_absolute_path_is_left_alone(written):
    path = absolute_path(f"/{written}")
    assert path.is_absolute()
    assert absolute_path(path) == path


@pytest.mark.parametrize("name", ["imdb", "diagnostic", "tfds:glue/sst2", "imbd"])
def test_names_of_sources_are_no_places(name):
    assert not is_file_source(name)
    assert absolute_source(name) == source_name(name) == name


@pytest.mark.parametrize("written", ["a.csv", "../a.csv", "~/a.csv", "folder/a"])
def test_a_file_of_texts_is_kept_by_its_place_and_known_by_its_name(home, written):
    kept = absolute_source(written)
    assert os.path.isabs(kept)  # noqa: PTH117
    assert source_name(kept) == source_name(written) == written.rpartition("/")[2]


def test_a_file_of_any_name_is_a_place_where_it_is_there(home):
    (home.parent / "reviews").touch()
    assert absolute_source("reviews") == str(home.parent / "reviews")


@pytest.mark.parametrize(
    "written", ["https://example.org/a.csv", "s3://b/a.parquet", "file:///a.csv"]
)
def test_an_address_of_a_network_is_told_from_a_path(written):
    with pytest.raises(CallError, match="got an address; download the file first"):
        absolute_source(written)
