from tfcmp.models.catalogue import default_configuration, find_model
from tfcmp.search.hyperparameters import grid_size, make_hyperparameters, settings_of
from tfcmp.search.plan import Budget
from tfcmp.search.space import BATCH, OPTIMIZER, RATE, default_space, make_space
from tfcmp.search.tuner import make_oracle

GRU = default_configuration(find_model("gru"))
ODD = {
    "architecture.units": {"low": 4, "high": 400, "scale": "log"},
    "architecture.dropout": {"low": 0.0, "high": 0.5},
    "data.max_length": [10, None],
    "training.nesterov": {"values": [True, False], "when": {OPTIMIZER: ["sgd"]}},
    "training.weight_decay": [0, 0.1],
}


def drawn(space, trials=60):
    """Settings that a random search would try."""
    hyperparameters = make_hyperparameters(space, "random")
    oracle = make_oracle("random", hyperparameters, Budget(trials), 0, 4)
    return [settings_of(oracle._random_values(), space) for _ in range(trials)]


def test_a_rate_is_one_setting_drawn_from_the_range_of_its_optimizer():
    for settings in drawn(make_space(default_space(GRU), GRU)):
        assert list(settings) == [OPTIMIZER, BATCH, RATE]
        low, high = (1e-2, 1.0) if settings[OPTIMIZER] == "sgd" else (1e-4, 1e-2)
        assert low <= settings[RATE] <= high


def test_rates_are_drawn_evenly_on_a_logarithmic_scale():
    trials = drawn(make_space(default_space(GRU), GRU), 200)
    rates = [one[RATE] for one in trials if one[OPTIMIZER] != "sgd"]
    below = sum(rate < 1e-3 for rate in rates) / len(rates)
    assert 0.35 < below < 0.65


def test_values_come_back_as_the_types_that_settings_have():
    trials = drawn(make_space({OPTIMIZER: ["sgd", "adam"], **ODD}, GRU), 100)
    assert {type(one["architecture.units"]) for one in trials} == {int}
    assert {one["data.max_length"] for one in trials} == {10, None}
    assert {one["training.weight_decay"] for one in trials} == {0.0, 0.1}


def test_a_setting_that_matters_to_some_values_of_another_is_set_for_those_only():
    trials = drawn(make_space({OPTIMIZER: ["sgd", "adam"], **ODD}, GRU), 40)
    assert {one.get("training.nesterov") for one in trials} == {True, False, None}
    assert all(("training.nesterov" in one) == (one[OPTIMIZER] == "sgd") for one in trials)


def test_a_grid_has_points_from_end_to_end():
    space = make_space({RATE: {"low": 1e-4, "high": 1e-1, "scale": "log"}, BATCH: [8, 16]}, GRU)
    (rate,) = [one for one in make_hyperparameters(space, "grid").space if one.name == RATE]
    assert list(rate.values) == [1e-4, 1e-3, 1e-2, 1e-1]
    assert grid_size(space) == 8


def test_the_default_grid_counts_each_range_once_for_each_optimizer():
    assert grid_size(make_space(default_space(GRU), GRU)) == 4 * 4 * 4


def test_hyperband_sets_the_epochs():
    space = make_space({BATCH: [8, 16]}, GRU)
    settings = settings_of({BATCH: 8, "tuner/epochs": 3}, space)
    assert settings == {BATCH: 8, "training.epochs": 3}
