import numpy as np
import pytest

from tfcmp.measurement.crossings import compare_lengths, crossing

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
