from dataclasses import replace

import pytest

from tfcmp.reporting.analysis.comparability import modal_conditions
from tfcmp.reporting.analysis.search_costs import SearchCost, search_costs
from tfcmp.reporting.load.models import make_entrants
from tfcmp.reporting.load.runs import read_run
from tfcmp.reporting.load.searches import read_search


@pytest.fixture
def search(write_search, tmp_path):
    """Four trials of 46 seconds together, in a folder called gru."""
    return read_search(write_search(tmp_path / "searches" / "gru", trials=4))


def costs(runs, *searches):
    entrants = make_entrants(runs)
    return search_costs(entrants, searches, modal_conditions(entrants))


def test_a_model_has_the_cost_of_the_search_of_its_name(write_run, search):
    runs = [read_run(write_run(model)) for model in ("gru", "lstm")]
    assert costs(runs, search) == {"gru": SearchCost(4, 46.0), "lstm": SearchCost()}


def test_models_that_were_told_apart_keep_the_cost_of_their_search(write_run, search):
    runs = [read_run(write_run("gru", 1))]
    runs.append(read_run(write_run("gru", 1, name="fast", training={"optimizer": "sgd"})))
    found = costs(runs, search)
    assert set(found) == {"gru (optimizer adam)", "gru (optimizer sgd)"}
    assert set(found.values()) == {SearchCost(4, 46.0)}


def test_a_search_that_was_told_apart_is_still_that_of_its_model(write_run, search):
    told_apart = replace(search, label="gru (searches)")
    assert costs([read_run(write_run())], told_apart)["gru"] == SearchCost(4, 46.0)


def test_which_of_two_searches_of_one_name_a_model_took_is_not_guessed(write_run, search):
    both = [replace(search, label=f"gru ({of})") for of in ("searches", "runs")]
    assert costs([read_run(write_run())], *both)["gru"] == SearchCost(
        left_out="search: 2 are called gru (gru (searches), gru (runs))"
    )


def test_a_search_whose_seconds_do_not_count_says_why(write_run, search):
    found = costs([read_run(write_run())], replace(search, contention="beside other work"))
    assert found["gru"] == SearchCost(4, None, "search: beside other work")
