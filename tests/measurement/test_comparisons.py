import numpy as np
import pytest

from tfcmp.measurement.comparisons import (
    compare_lengths,
    crossing,
    find_scaling,
)

HARDWARE = "2 threads, Test CPU"


@pytest.fixture
def cells(make_cell):
    """Cells of one and two replicas, at a fixed batch of all and of each."""
    found = {}
    for loading, rates in (("global", (100, 150)), ("per_replica", (100, 180))):
        for replicas, rate in zip((1, 2), rates, strict=True):
            size = 8 * replicas if loading == "per_replica" else 8
            conditions = {"strategy": "mirrored", "replicas": replicas, "batch_size": size}
            by_process = [rate * factor for factor in (0.9, 0.95, 1.0, 1 / 0.95, 1 / 0.9)]
            cell = make_cell(
                rate=rate, by_process=by_process, loading=loading, conditions=conditions
            )
            found[f"{loading} {replicas}"] = cell
    return found


def test_speed_up_is_the_ratio_of_throughputs_and_efficiency_its_share(cells):
    found = find_scaling(cells)
    whole = found[f"lstm, length 64, float32, mirrored, global batch 8, {HARDWARE}"]
    assert whole["speed_up"]["2"]["value"] == pytest.approx(1.5)
    assert whole["efficiency"]["2"]["value"] == pytest.approx(0.75)
    each = found[f"lstm, length 64, float32, mirrored, batch per replica 8, {HARDWARE}"]
    assert each["efficiency"]["2"]["value"] == pytest.approx(0.9)


def test_the_interval_is_that_of_the_processes(cells):
    speed_up = next(iter(find_scaling(cells).values()))["speed_up"]["2"]
    assert 1.2 < speed_up["low"] < 1.5 < speed_up["high"] < 1.9


def test_few_processes_give_a_speed_up_without_an_interval(cells):
    cells["global 2"]["processes"] = 1
    speed_up = next(iter(find_scaling(cells).values()))["speed_up"]["2"]
    assert speed_up == {"value": 1.5, "low": None, "high": None}


def test_without_one_replica_there_is_no_speed_up(cells):
    only = {"two": cells["global 2"]}
    assert next(iter(find_scaling(only).values()))["speed_up"]["2"] is None


def test_one_device_without_a_strategy_is_no_case_of_scaling(make_cell):
    assert not find_scaling({"plain": make_cell()})


@pytest.mark.parametrize(
    "other",
    [
        {"threads": 4},
        {"device_names": ["Test GPU"]},
        {"accumulate": 2},
        {"optimizer": "sgd"},
        {"data": "imdb", "truncation": "head", "max_length": 400},
    ],
)
def test_cases_under_other_conditions_are_a_set_of_their_own(cells, other):
    apart = {
        f"other {key}": {**cell, "conditions": {**cell["conditions"], **other}}
        for key, cell in cells.items()
    }
    found = find_scaling({**cells, **apart})
    assert len(found) == 4
    assert all(set(one["speed_up"]) == {"1", "2"} for one in found.values())


LENGTHS = (64, 128, 256)


@pytest.fixture
def curves(make_cell):
    """The function rates of a recurrent model and of a transformer -> their cells."""

    def build(recurrent, transformer, spread=0.01, processes=5, **settings):
        # Multiples of the rate whose logarithms have mean 0.
        factors = np.exp(spread * np.linspace(-1, 1, processes))
        return tuple(
            [
                make_cell(label, family, rate, by_process=factors * rate, length=length, **settings)
                for length, rate in zip(LENGTHS, rates, strict=True)
            ]
            for label, family, rates in (
                ("lstm", "recurrent", recurrent),
                ("transformer", "transformer", transformer),
            )
        )

    return build


def test_curves_cross_between_two_lengths_on_a_logarithmic_scale(curves):
    # A ratio of 2 at 128 and of 1/2 at 256: the middle, on this scale, is 128 times the root of 2.
    found = crossing(*curves((400, 200, 50), (100, 100, 100)))
    assert found["crossings"][0]["value"] == pytest.approx(128 * 2**0.5)
    assert found["faster"] == ["recurrent", "recurrent", "transformer"]
    assert "cross at 181" in found["outcome"]


def test_the_interval_widens_with_the_spread_between_processes(curves):
    narrow, wide = (
        crossing(*curves((400, 200, 50), (100, 100, 100), spread=spread))["crossings"][0]
        for spread in (0.02, 0.2)
    )
    assert 128 < wide["low"] < narrow["low"] < 181 < narrow["high"] < wide["high"] < 256


@pytest.mark.parametrize("few", [{"processes": 4}, {"session": None}])
def test_few_processes_or_such_as_were_not_measured_in_turn_give_no_verdict(curves, few):
    found = crossing(*curves((400, 200, 50), (100, 100, 100), **few))
    assert found["crossings"] == [{"value": pytest.approx(181, abs=1), "low": None, "high": None}]
    assert found["faster"] is None
    assert "not tested" in found["outcome"]


def test_cells_of_two_benches_are_not_compared(curves):
    recurrent, transformer = curves((400, 200, 50), (100, 100, 100))
    for cell in transformer:
        cell["session"] = "another hour"
    assert crossing(recurrent, transformer)["faster"] is None


def test_curves_that_do_not_cross_say_who_is_faster(curves):
    found = crossing(*curves((50, 40, 30), (100, 90, 80)))
    assert found["crossings"] == []
    assert found["faster"] == ["transformer"] * 3
    assert "do not cross" in found["outcome"]


def test_curves_that_cross_twice_have_two_crossings(curves):
    found = crossing(*curves((200, 50, 200), (100, 100, 100)))
    assert [one["value"] for one in found["crossings"]] == pytest.approx([90.5, 181], abs=1)


def test_a_difference_that_is_not_significant_over_all_lengths_is_even(curves):
    found = crossing(*curves((300, 101, 30), (100, 100, 100), spread=0.1))
    assert found["faster"] == ["recurrent", "even", "transformer"]


def test_times_next_to_other_work_or_an_unknown_load_are_not_relied_on(curves):
    recurrent, transformer = curves((400, 200, 50), (100, 100, 100))
    assert not crossing(recurrent, transformer)["is_contended"]
    for share in (0.3, None):
        transformer[0]["others_share"] = share
        assert "not to be relied on" in crossing(recurrent, transformer)["outcome"]


def test_only_models_of_one_size_under_one_condition_are_compared(make_cell):
    def cells(**of_the_transformer):
        found = [make_cell(length=length) for length in LENGTHS]
        found += [
            make_cell("transformer", "transformer", length=length, **of_the_transformer)
            for length in LENGTHS
        ]
        return dict(enumerate(found))

    (name,) = compare_lengths(cells())
    assert name == "lstm against transformer, batch 8, float32, 2 threads, Test CPU"
    assert not compare_lengths(cells(parameters=1100))
    assert not compare_lengths(cells(conditions={"batch_size": 16}))
    assert not compare_lengths(cells(loading="global"))
    assert not compare_lengths(cells(conditions={"accumulate": 2}))


@pytest.mark.parametrize(
    "other",
    [
        {"threads": 4},
        {"device_names": ["Test GPU"]},
        {"accumulate": 2},
        {"optimizer": "sgd"},
    ],
)
def test_what_was_found_under_other_conditions_has_another_name(make_cell, other):
    cells = [
        make_cell(label, family, length=length, conditions=conditions)
        for conditions in ({"optimizer": "adam"}, {"optimizer": "adam", **other})
        for label, family in (("lstm", "recurrent"), ("transformer", "transformer"))
        for length in LENGTHS
    ]
    names = list(compare_lengths(dict(enumerate(cells))))
    assert "lstm (adam) against transformer (adam), batch 8, float32, 2 threads, Test CPU" in names
    assert len(names) == len(set(names)) >= 2
