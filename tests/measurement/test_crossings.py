import pytest

from tfcmp.measurement.crossings import crossing, find_crossings

LENGTHS = (64, 128, 256)


@pytest.fixture
def curves(make_cell):
    """The function rates of a recurrent model and of a transformer -> their cells."""

    def build(recurrent, transformer, spread=0.0):
        return tuple(
            [
                make_cell(label, family, rate, spread, length=length)
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
    assert found["outcome"] == (
        "cross at 181 tokens (181 to 181); the recurrent is faster at 64, 128; "
        "the transformer is faster at 256"
    )


def test_the_interval_is_where_the_ends_cross(curves):
    (found,) = crossing(*curves((400, 200, 50), (100, 100, 100), spread=0.1))["crossings"]
    assert 128 < found["low"] < found["value"] < found["high"] < 256


def test_curves_that_do_not_cross_say_who_is_faster(curves):
    found = crossing(*curves((50, 40, 30), (100, 90, 80)))
    assert found["crossings"] == []
    assert found["outcome"] == (
        "do not cross between 64 and 256 tokens; the transformer is faster at 64, 128, 256"
    )


def test_curves_that_cross_twice_are_told_to(curves):
    found = crossing(*curves((200, 50, 200), (100, 100, 100)))
    assert [one["low"] for one in found["crossings"]] == [None, None]
    assert found["outcome"].startswith("cross at 91 and 181 tokens; ")


def test_what_the_spread_does_not_tell_apart_is_even(curves):
    found = crossing(*curves((300, 101, 30), (100, 100, 100), spread=0.1))
    assert found["faster"] == ["recurrent", "even", "transformer"]
    assert "even within the spread at 128" in found["outcome"]


def test_times_beside_other_work_are_not_relied_on(curves):
    recurrent, transformer = curves((400, 200, 50), (100, 100, 100))
    assert not crossing(recurrent, transformer)["is_contended"]
    transformer[0]["others_share"] = 0.3
    assert "not to be relied on" in crossing(recurrent, transformer)["outcome"]


def test_only_models_of_one_size_under_one_condition_are_compared(make_cell):
    def cells(**of_the_transformer):
        found = [make_cell(length=length) for length in LENGTHS]
        found += [
            make_cell("transformer", "transformer", length=length, **of_the_transformer)
            for length in LENGTHS
        ]
        return dict(enumerate(found))

    (name,) = find_crossings(cells())
    assert name == "lstm against transformer, batch 8, float32, 2 threads, Test CPU"
    assert not find_crossings(cells(parameters=1100))
    assert not find_crossings(cells(conditions={"batch_size": 16}))
    assert not find_crossings(cells(loading="global"))
    assert not find_crossings(cells(conditions={"accumulate": 2}))


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
    names = list(find_crossings(dict(enumerate(cells))))
    assert "lstm (adam) against transformer (adam), batch 8, float32, 2 threads, Test CPU" in names
    assert len(names) == len(set(names)) >= 2
