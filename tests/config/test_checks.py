from dataclasses import fields, replace

import pytest

from tfcmp.config.checks import BOUNDS, POSITIVE, check_configuration, check_given
from tfcmp.errors import CallError
from tfcmp.models.catalogue import CATALOGUE, default_configuration, find_model


def changed(model, **settings):
    """The default configuration with settings changed; "group__name" is a setting of a group."""
    configuration = default_configuration(find_model(model))
    for name, value in settings.items():
        group, _, setting = name.rpartition("__")
        if group:
            value = replace(getattr(configuration, group), **{setting: value})
        configuration = replace(configuration, **{group or setting: value})
    return configuration


def complaint(configuration):
    """What is wrong with a configuration; None where it passes."""
    try:
        check_configuration(configuration)
    except CallError as error:
        return str(error)
    return None


@pytest.mark.parametrize("record", CATALOGUE, ids=lambda record: record.name)
def test_every_models_defaults_pass(record):
    assert complaint(default_configuration(record)) is None


def test_every_bounded_name_is_a_setting_of_some_model():
    known = set()
    for record in CATALOGUE:
        configuration = default_configuration(record)
        known |= {field.name for field in fields(configuration)}
        for group in ("architecture", "data", "training"):
            known |= {f"{group}.{field.name}" for field in fields(getattr(configuration, group))}
    assert {*BOUNDS, *POSITIVE} <= known


@pytest.mark.parametrize(
    ("value", "is_good"), [(0, True), (0.95, True), (-1e-9, False), (1, False)]
)
def test_bounds_are_inclusive(value, is_good):
    told = complaint(changed("gru", architecture__dropout=value))
    assert is_good == (told is None)
    assert is_good or "--architecture.dropout: expected 0 to 0.95, got" in told


def test_a_label_keeps_some_of_its_weight():
    assert complaint(changed("gru", training__label_smoothing=0.99)) is None
    assert "expected 0 to 0.9999, got 1" in complaint(changed("gru", training__label_smoothing=1.0))


def test_a_bound_on_one_side_is_told_as_one():
    with pytest.raises(CallError, match=r"--training.batch_size: expected at least 1, got 0"):
        check_configuration(changed("gru", training__batch_size=0))


@pytest.mark.parametrize("name", ["architecture__dropout", "training__learning_rate"])
def test_what_is_not_a_number_is_inside_no_bounds(name):
    with pytest.raises(CallError, match="got nan"):
        check_configuration(changed("gru", **{name: float("nan")}))


@pytest.mark.parametrize("value", [0.0, -1.0, float("inf")])
def test_a_rate_has_to_be_above_zero_and_finite(value):
    with pytest.raises(CallError, match=r"--training.learning_rate: expected a number above 0"):
        check_configuration(changed("gru", training__learning_rate=value))


@pytest.mark.parametrize("name", ["seed", "architecture__units", "training__optimizer"])
def test_null_is_refused_where_a_value_is_needed(name):
    option = name.replace("__", ".")
    with pytest.raises(CallError, match=rf"--{option}: expected a value, got null"):
        check_configuration(changed("gru", **{name: None}))


def test_null_is_taken_where_it_has_a_meaning():
    configuration = changed("gru", threads=None, training__patience=None, training__clip_norm=None)
    assert complaint(configuration) is None


def test_channels_that_heads_cannot_share_are_refused():
    with pytest.raises(CallError, match="10 channels cannot be shared by 4 heads evenly"):
        check_configuration(
            changed("transformer", architecture__embedding_size=10, architecture__heads=4)
        )


def test_nesterov_without_momentum_is_refused():
    with pytest.raises(CallError, match=r"give --training.nesterov false"):
        check_configuration(changed("gru", training__optimizer="sgd", training__momentum=0.0))


def test_momentum_is_of_no_matter_to_other_optimizers():
    configuration = changed("gru", training__optimizer="adam", training__momentum=0.0)
    assert complaint(configuration) is None


def test_a_vocabulary_that_n_grams_cannot_number_is_refused():
    with pytest.raises(CallError, match=r"expected at most 1048576 for bag_of_ngrams, got 1048577"):
        check_configuration(changed("bag_of_ngrams", architecture__vocabulary_size=2**20 + 1))


@pytest.mark.parametrize(
    ("option", "optimizer"),
    [
        ("--training.weight_decay", "adam"),
        ("--training.momentum", "adamw"),
        ("--training.nesterov", "rmsprop"),
    ],
)
def test_an_option_that_the_optimizer_does_not_use_is_refused(option, optimizer):
    configuration = default_configuration(find_model("gru"))
    configuration.training.optimizer = optimizer
    with pytest.raises(CallError, match=f"{option} and --training.optimizer {optimizer}"):
        check_given(configuration, {option})


@pytest.mark.parametrize("option", ["--architecture.layers", "--architecture.feed_forward_size"])
def test_a_size_beside_a_match_is_refused(option):
    configuration = default_configuration(find_model("transformer"))
    configuration.architecture.match = "lstm"
    with pytest.raises(CallError, match=f"{option} and --architecture.match lstm"):
        check_given(configuration, {option})
    check_given(configuration, set())


@pytest.mark.parametrize("split", ["validation", "test"])
def test_a_share_beside_the_file_of_its_split_is_refused(split):
    configuration = changed("gru", **{f"data__{split}": "own.csv"})
    with pytest.raises(CallError, match=rf"--data\.{split}_share and --data\.{split}"):
        check_given(configuration, {f"--data.{split}_share"})
    check_given(configuration, set())
