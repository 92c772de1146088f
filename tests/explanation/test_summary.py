import pytest

from tfcmp.explanation.summary import agreement_of_seeds, summarise


def row(group, value, **extra):
    of = {
        "comprehensiveness": value,
        "sufficiency": value / 2,
        "margin_comprehensiveness": 4 * value,
        "margin_sufficiency": value,
        "seconds": 1.0 + value,
        "steps": 50 if value < 0.5 else 400,
        "completeness_error": value / 10,
        "sanity": [-value],
        **extra,
    }
    return {
        "group": group,
        "margin": 4.0,
        "random": {
            "comprehensiveness": 0.1,
            "sufficiency": 0.4,
            "margin_comprehensiveness": 0.2,
            "margin_sufficiency": 2.0,
        },
        "ig": of,
        "occlusion": {**of, "seeds": [None]},
        "agreement": value,
    }


ROWS = [row(0, 0.2, seeds=[0.5]), row(1, 0.4, seeds=[None]), row(2, 0.6, seeds=[0.7])]


def test_the_axes_are_shares_of_the_margin_by_leaving_words_out_with_intervals():
    """Mean 0.4, standard deviation 0.2 of three groups, t quantile of 2 degrees 4.3027."""
    found = summarise(ROWS)
    assert (found["method"], found["measure"]) == ("occlusion", "share of the logit margin")
    half = 4.302653 * 0.2 / 3**0.5
    assert found["comprehensiveness"] == pytest.approx(
        {"value": 0.4, "low": 0.4 - half, "high": 0.4 + half, "texts": 3}
    )
    assert found["sufficiency"]["value"] == pytest.approx(0.1)
    assert found["methods"]["ig"]["comprehensiveness"]["value"] == pytest.approx(0.4)
    assert "plausibility" not in found


def test_texts_of_one_group_are_one_observation():
    found = summarise([row(7, value) for value in (0.2, 0.4, 0.6)])
    ends = found["methods"]["ig"]["comprehensiveness"]
    assert (ends["low"], ends["high"]) == (-1.0, 1.0)
    # A share of margins has no bounds.
    assert found["comprehensiveness"] == {"value": pytest.approx(0.4), "texts": 3}


def test_texts_weigh_by_their_margin():
    rows = [row(0, 0.2), {**row(1, 0.6), "margin": 12.0}, row(2, 0.4)]
    assert summarise(rows)["comprehensiveness"]["value"] == pytest.approx(4 * 1.2 / 20)


def test_without_any_margin_there_is_no_share():
    found = summarise([{**one, "margin": 0.0} for one in ROWS])
    assert found["comprehensiveness"] == {"value": None, "texts": 3}


def test_a_random_ranking_stands_beside_and_is_subtracted():
    found = summarise(ROWS)
    assert found["random"]["sufficiency"]["value"] == pytest.approx(0.4)
    of = found["methods"]["occlusion"]
    assert of["comprehensiveness_less_random"]["value"] == pytest.approx(0.3)
    assert of["sufficiency_less_random"]["value"] == pytest.approx(-0.2)


def test_plausibility_is_the_mean_over_the_texts_that_have_it():
    rows = [row(0, 0.2, plausibility=0.8, plausibility_by_magnitude=0.9), row(1, 0.4), row(2, 0.1)]
    found = summarise(rows)
    assert found["methods"]["ig"]["plausibility"]["value"] == 0.8
    assert found["plausibility"]["texts"] == 1
    assert found["methods"]["ig"]["plausibility_by_magnitude"]["value"] == 0.9


def test_completeness_and_price_are_distributions():
    of = summarise(ROWS)["methods"]["ig"]
    assert of["completeness"]["median"] == pytest.approx(0.04)
    assert of["completeness"]["share_within_tolerance"] == pytest.approx(2 / 3)
    assert of["completeness"]["texts_by_steps"] == {"50": 2, "400": 1}
    assert of["seconds"]["median"] == pytest.approx(1.4)


@pytest.mark.parametrize(
    ("values", "passed"), [((0.1, 0.12, 0.14), True), ((0.7, 0.8, 0.9), False)]
)
def test_a_method_that_shows_the_same_of_a_shuffled_model_is_marked(values, passed):
    sanity = summarise([row(number, value) for number, value in enumerate(values)])["sanity"]
    assert sanity["ig"]["resemblance"]["value"] == pytest.approx(values[1])
    assert sanity["ig"]["passed"] is passed


def test_agreement_leaves_out_texts_without_a_ranking():
    assert summarise(ROWS)["agreement"]["methods"]["value"] == pytest.approx(0.4)
    of = agreement_of_seeds(ROWS, 0)
    assert (of["ig"]["value"], of["ig"]["texts"]) == (pytest.approx(0.6), 2)
    assert of["occlusion"] == {"value": None, "low": None, "high": None, "texts": 0}
