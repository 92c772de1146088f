import pytest

from tfcmp.errors import WorkError
from tfcmp.models.catalogue import default_configuration, find_model
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.layout import CONFIG, LOCK, SEARCH, SPACE
from tfcmp.search.abandoned import discard_abandoned, is_abandoned, make_room
from tfcmp.search.budget import Budget
from tfcmp.search.plan import make_plan, write_plan

PLAN = make_plan(default_configuration(find_model("gru")), "random", Budget(3), 5, None, set())


@pytest.fixture
def search(tmp_path):
    """The directory of a search that was killed before its record was written."""
    (tmp_path / "s").mkdir()
    directory = RunDirectory(tmp_path / "s")
    write_plan(directory, PLAN, {})
    directory.file(SEARCH).unlink()
    directory.file(LOCK).touch()
    return directory


def names(search):
    return sorted(file.name for file in search.path.iterdir())


def test_the_space_is_written_before_the_configuration(tmp_path, monkeypatch):
    def broken(*_):
        raise OSError("no space left on device")

    monkeypatch.setattr("tfcmp.search.plan.write_configuration", broken)
    with pytest.raises(OSError, match="no space left"):
        write_plan(RunDirectory(tmp_path), PLAN, {})
    assert [file.name for file in tmp_path.iterdir()] == [SPACE]


def test_a_plan_without_a_record_goes(search):
    assert is_abandoned(search)
    discard_abandoned(search)
    assert names(search) == [LOCK]


@pytest.mark.parametrize("other", [SEARCH, "environment.json", "trials"])
def test_a_search_or_a_run_that_has_begun_stays(search, other):
    search.file(other).touch()
    discard_abandoned(search)
    make_room(search.path.parent, "s")
    assert names(search) == sorted([LOCK, CONFIG, SPACE, other])


def test_the_place_of_a_killed_search_is_free_again(search):
    make_room(search.path.parent, "s")
    assert not search.path.exists()


def test_files_that_no_killed_search_left_are_the_users(search):
    search.file(LOCK).unlink()
    make_room(search.path.parent, "s")
    assert names(search) == [CONFIG, SPACE]


@pytest.mark.parametrize("name", [None, "", ".", "..", "s/../s", "nowhere"])
def test_a_name_that_is_none_for_a_search_clears_nothing(search, name):
    make_room(search.path.parent, name)
    assert names(search) == [LOCK, CONFIG, SPACE]


def test_a_search_that_is_just_beginning_is_left_alone(search):
    search.lock()
    with pytest.raises(WorkError, match="in use by another"):
        make_room(search.path.parent, "s")
    search.unlock()
    assert names(search) == [CONFIG, SPACE]
