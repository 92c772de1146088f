import math
from itertools import permutations

import numpy as np
import pytest
import statsmodels.api
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tfcmp.evaluation.effects import Alternative, effect_p, interaction, main_effects


def trials(count=60, seed=0):
    """The optimizer matters much, the learning rate some, the batch size not at all."""
    generator = np.random.default_rng(seed)
    rows = []
    for _ in range(count):
        optimizer = generator.choice(["adam", "sgd", "rmsprop"])
        rate = 10 ** generator.uniform(-5, -1)
        score = 0.8 * (optimizer == "adam") - 0.1 * math.log10(rate) + generator.normal(0, 0.1)
        rows.append(
            {
                "optimizer": str(optimizer),
                "learning_rate": float(rate),
                "batch_size": int(generator.choice([16, 32])),
                "score": float(score),
            }
        )
    return rows


def effect_of(rows, name="x"):
    return main_effects(rows, [name], "score")[0]


def rows_of(values, scores):
    return [{"x": value, "score": score} for value, score in zip(values, scores, strict=True)]


def test_what_matters_comes_first():
    effects = main_effects(trials(), ["batch_size", "learning_rate", "optimizer"], "score")
    assert [effect.name for effect in effects] == ["optimizer", "learning_rate", "batch_size"]
    assert effects[0].share > 0.5 > effects[1].share > effects[2].share
    assert effects[2].share < 0.05


def test_the_share_is_the_adjusted_r_squared_of_a_regression_on_the_levels():
    rows = trials()
    names = np.array([row["optimizer"] for row in rows])
    dummies = (names[:, None] == np.unique(names)).astype(float)
    fit = statsmodels.api.OLS([row["score"] for row in rows], dummies, hasconst=True).fit()
    assert effect_of(rows, "optimizer").share == pytest.approx(fit.rsquared_adj)


def test_levels_have_their_means():
    effect = effect_of(rows_of(["a", "b", "a", "b", "a"], [0.2, 0.6, 0.4, 0.8, 0.3]))
    assert [(level.label, level.trials) for level in effect.levels] == [("a", 3), ("b", 2)]
    assert [level.mean for level in effect.levels] == pytest.approx([0.3, 0.7])


def test_few_numbers_are_levels_in_their_order():
    effect = effect_of(rows_of([128, 16, 32, 16, 128], [1, 2, 3, 4, 5]))
    assert [level.label for level in effect.levels] == ["16", "32", "128"]


def test_many_numbers_are_cut_into_ranges_of_equally_many_trials():
    values = [10.0**power for power in range(-10, 10)]
    levels = effect_of(rows_of(values, range(20))).levels
    assert [level.trials for level in levels] == [5, 5, 5, 5]
    assert levels[0].label == "1e-10 to 1e-06"
    assert [level.mean for level in levels] == [2, 7, 12, 17]


def test_few_trials_have_few_ranges():
    levels = effect_of(rows_of(range(12), range(12))).levels
    assert [level.trials for level in levels] == [6, 6]


def test_equal_numbers_share_a_range():
    values = [1, 1, 1, 1, 1, 1, 1, 2, 3, 4, 5, 6]
    levels = effect_of(rows_of(values, range(12))).levels
    assert [level.label for level in levels] == ["1", "2 to 6"]
    # Most of the fives rank above the middle.
    levels = effect_of(rows_of([1, 2, 3, 4, 5, 5, 5, 5, 5, 5, 5, 6], range(12))).levels
    assert [level.label for level in levels] == ["1 to 4", "5 to 6"]


@given(st.lists(st.floats(1e-5, 1e3), min_size=6, max_size=30), st.integers(0, 99))
def test_a_logarithmic_scale_changes_nothing(values, seed):
    scores = np.random.default_rng(seed).random(len(values))
    # Rounded, so that no two numbers become one.
    values = [round(value, 4) + 1e-4 for value in values]
    linear = effect_of(rows_of(values, scores))
    logarithmic = effect_of(rows_of(np.log(values), scores))
    assert linear.share == logarithmic.share
    assert [level[1:] for level in linear.levels] == [level[1:] for level in logarithmic.levels]


def test_pure_noise_explains_nothing_on_average():
    generator = np.random.default_rng(5)
    shares = [
        effect_of(rows_of(generator.choice(list("abcd"), size=20), generator.random(20))).share
        for _ in range(300)
    ]
    # Unadjusted it is 3/19; the rest is that no share is below 0.
    assert np.mean(shares) < 0.07
    assert np.median(shares) < 0.02


@pytest.mark.parametrize("failure", [None, math.nan, ""])
def test_a_failed_trial_counts_as_the_lowest_score(failure):
    effect = effect_of(rows_of(list("aabb"), [0.9, 0.7, 0.5, failure]))
    assert [level.mean for level in effect.levels] == pytest.approx([0.8, 0.5])
    assert [level.failed for level in effect.levels] == [0, 1]


def test_a_setting_that_makes_trials_fail_matters():
    rows = rows_of(["high"] * 5 + ["low"] * 5, [None] * 5 + [0.8, 0.81, 0.8, 0.82, 0.7])
    assert effect_of(rows).share > 0.4


def test_numbers_may_be_text():
    written = effect_of(rows_of(["16", "128", "32", "16"], ["0.5", "0.6", "0.8", "0.7"]))
    assert written == effect_of(rows_of([16, 128, 32, 16], [0.5, 0.6, 0.8, 0.7]))
    assert written.levels[-1].label == "128"


def test_what_is_not_set_is_a_level():
    rows = [{"x": 0.9, "score": 1}, {"score": 2}, {"x": None, "score": 3}, {"x": "", "score": 4}]
    levels = effect_of(rows).levels
    assert [(level.label, level.trials) for level in levels] == [("0.9", 1), ("not set", 3)]


def test_truth_values_are_names():
    levels = effect_of(rows_of([True, False, True], [1, 2, 4])).levels
    assert [level.label for level in levels] == ["False", "True"]


@pytest.mark.parametrize(
    ("values", "scores"),
    [("aaaa", [1, 2, 3, 4]), ("abcd", [1, 2, 3, 4]), ("aabb", [5, 5, 5, 5]), ("aabb", [0] * 4)],
    ids=["one level", "a level a trial", "equal scores", "zeros"],
)
def test_what_cannot_be_told_is_none(values, scores):
    effect = effect_of(rows_of(values, scores))
    assert effect.share is None
    assert sum(level.trials for level in effect.levels) == 4


@pytest.mark.parametrize("rows", [[], [{"x": 1}], rows_of([1, 2], [None, None])], ids=str)
def test_a_search_without_scores_tells_nothing(rows):
    assert effect_of(rows)[:3] == ("x", None, ())


SGD = Alternative("rate", "optimizer", ("sgd",))
ADAPTIVE = Alternative("rate", "optimizer", ("adam", "adamw"))


def conditional_trials():
    """In both ranges the higher half of the rates is better; the ranges are as good as each other."""
    ranges = {"sgd": np.geomspace(1e-2, 1, 6), "adam": np.geomspace(1e-4, 1e-2, 6)}
    return [
        {"optimizer": optimizer, "rate": rate, "score": 0.6 + 0.2 * (place > 2) + place / 1000}
        for optimizer, rates in ranges.items()
        for place, rate in enumerate(rates)
    ]


def test_a_setting_with_alternatives_is_told_apart_from_what_it_depends_on():
    (pooled,) = main_effects(conditional_trials(), ["rate"], "score")
    assert pooled.share == 0
    effects = main_effects(conditional_trials(), ["rate"], "score", [SGD, ADAPTIVE])
    assert [effect.name for effect in effects] == ["rate (sgd)", "rate (adam, adamw)"]
    for effect in effects:
        assert effect.share > 0.9
        assert [level.trials for level in effect.levels] == [3, 3]
        assert [level.mean for level in effect.levels] == pytest.approx([0.601, 0.804])
    assert effects[0].levels[0].label == "0.01 to 0.0630957"


def test_a_failed_trial_of_an_alternative_counts_as_the_lowest_score_of_the_whole_search():
    rows = conditional_trials()
    rows[0]["score"], rows[6]["score"] = None, 0.1
    effects = main_effects(rows, ["rate"], "score", [SGD, ADAPTIVE])
    (sgd,) = [effect for effect in effects if effect.name == "rate (sgd)"]
    assert sgd.levels[0].mean == pytest.approx((0.1 + 0.601 + 0.602) / 3)
    assert [level.failed for level in sgd.levels] == [1, 0]


@pytest.mark.parametrize(
    ("cell", "value"), [("32", 32), ("32.0", 32), ("True", True), (None, None), ("", None)]
)
def test_an_alternative_knows_its_trials_from_a_csv_too(cell, value):
    alternative = Alternative("rate", "other", (value, "sgd"))
    assert alternative.holds({"other": cell})
    assert alternative.holds({"other": "sgd"})
    assert not alternative.holds({"other": "adam"})


def test_an_alternative_without_trials_has_no_levels():
    rows = [row for row in conditional_trials() if row["optimizer"] == "sgd"]
    effects = main_effects(rows, ["rate"], "score", [SGD, ADAPTIVE])
    assert effects[1][:3] == ("rate (adam, adamw)", None, ())


def test_p_is_the_share_of_all_orders_at_least_as_extreme():
    scores, index = np.array([0.9, 0.8, 0.7, 0.5, 0.4, 0.2]), np.array([0, 0, 0, 1, 1, 1])

    def between(values):
        return float(stats.f_oneway(np.array(values)[:3], np.array(values)[3:]).statistic)

    found = [between(order) >= between(scores) - 1e-9 for order in permutations(scores)]
    assert effect_p(scores, index) == pytest.approx(np.mean(found), abs=0.02)


def test_the_same_trials_have_the_same_p():
    scores, index = np.random.default_rng(1).random(12), np.arange(12) % 4
    assert effect_p(scores, index) == effect_p(scores, index)


def rates_and_batches(count, seed):
    generator = np.random.default_rng(seed)
    rates = 10 ** generator.uniform(-4, -2, count)
    return rates, generator.choice([16, 32, 64, 128], count), generator


def test_an_interaction_is_found_where_the_best_rate_depends_on_the_batch():
    rates, batches, generator = rates_and_batches(40, 1)
    fit = np.log10(rates) + 3 - 0.5 * np.log2(batches / 45)
    found = interaction(rates, batches, 0.9 - 0.1 * fit**2 + generator.normal(0, 0.01, 40))
    assert found.p < 0.01
    assert found.share > 0.05
    assert found.trials == 40


@pytest.mark.parametrize("batch", [np.full(20, 32), np.arange(20) * 0 + 64])
def test_a_setting_that_does_not_vary_has_no_interaction(batch):
    rates, _, generator = rates_and_batches(20, 2)
    assert interaction(rates, batch, generator.random(20)) is None


def test_few_trials_and_equal_scores_have_none():
    rates, batches, generator = rates_and_batches(7, 3)
    assert interaction(rates, batches, generator.random(7)) is None
    rates, batches, _ = rates_and_batches(20, 3)
    assert interaction(rates, batches, np.full(20, 0.5)) is None


@pytest.mark.slow
def test_without_an_effect_5_of_100_searches_of_12_trials_show_one():
    """Also where effects of both settings add up, of which the interaction knows nothing."""
    shown = np.zeros(2)
    for seed in range(300):
        rates, batches, generator = rates_and_batches(14, seed)
        noise = generator.normal(0, 0.05, 14)
        _, index = np.unique(batches, return_inverse=True)
        shown[0] += effect_p(noise, index) <= 0.05
        both = interaction(rates, batches, 0.05 * np.log(rates) - 0.1 * np.log(batches) + noise)
        shown[1] += both is not None and both.p <= 0.05
    assert (shown / 300 <= 0.09).all()
