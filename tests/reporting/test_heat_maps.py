import pytest

from tfcmp.reporting.load.searches import Search, read_search
from tfcmp.reporting.sections.heat_maps import file_names, heat_maps


@pytest.fixture
def search(write_search, tmp_path):
    return read_search(write_search(tmp_path / "gru", trials=20))


def test_score_and_time_are_drawn_with_a_panel_an_optimizer(search):
    figures = heat_maps(search, "of-gru", is_timed=True)
    assert [figure.name for figure in figures] == ["heat_score_of-gru", "heat_seconds_of-gru"]
    for optimizer in ("adam", "adamw", "rmsprop", "sgd"):
        assert f">{optimizer}</text>" in figures[0].svg


def test_seconds_that_do_not_count_are_not_drawn(search):
    figures = heat_maps(search, "gru", is_timed=False)
    assert [figure.name for figure in figures] == ["heat_score_gru"]


def test_without_one_of_the_three_settings_nothing_is_drawn():
    trial = {"score": "0.5", "status": "complete", "seconds": "10", "training.optimizer": "adam"}
    assert heat_maps(Search("gru", (trial,)), "gru", is_timed=True) == []


def test_labels_become_different_names_of_files():
    names = file_names(["gru", "gru (runs)", "gru-runs", "gru runs", "a/b"])
    assert list(names.values()) == ["gru", "gru-runs", "gru-runs-2", "gru-runs-3", "a-b"]
