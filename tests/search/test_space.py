from dataclasses import replace

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tfcmp.errors import CallError
from tfcmp.models.catalogue import CATALOGUE, default_configuration, find_model
from tfcmp.search.settings import (
    annotation_of,
    check_value,
    is_numeric,
    is_whole,
    setting_of,
    with_settings,
)
from tfcmp.search.space import (
    ADAPTIVE,
    BATCH,
    OPTIMIZER,
    RATE,
    default_space,
    make_space,
    read_space_file,
    write_space,
)

GRU = default_configuration(find_model("gru"))


def rates(model, **architecture):
    """(low, high) of the learning rate, of sgd and of adam."""
    configuration = default_configuration(find_model(model))
    changed = replace(configuration.architecture, **architecture)
    sgd, adaptive = default_space(replace(configuration, architecture=changed))[RATE]
    return (sgd["low"], sgd["high"]), (adaptive["low"], adaptive["high"])


@pytest.mark.parametrize("model", [record.name for record in CATALOGUE])
def test_every_model_has_a_space_of_optimizer_rate_and_batch_size(model):
    configuration = default_configuration(find_model(model))
    space = make_space(default_space(configuration), configuration)
    assert set(space.settings()) == {OPTIMIZER, RATE, BATCH}
    ranges = [domain for domain in space.domains if domain.setting == RATE]
    assert {domain.scale for domain in ranges} == {"log"}
    assert [domain.parent_values for domain in ranges] == [("sgd",), ADAPTIVE]


@pytest.mark.parametrize("model", [record.name for record in CATALOGUE])
def test_the_default_learning_rate_of_a_model_lies_in_its_range(model):
    training = default_configuration(find_model(model)).training
    low, high = rates(model)[0 if training.optimizer == "sgd" else 1]
    assert low <= training.learning_rate <= high


def test_sgd_and_fine_tuning_have_ranges_of_their_own():
    scratch_sgd, scratch = rates("gru")
    tuned_sgd, tuned = rates("bert_small_en")
    assert scratch_sgd[1] > scratch[1]
    assert tuned_sgd[1] > tuned[1]
    assert tuned[1] < scratch[1]
    assert rates("bert_small_en", freeze=True)[1] == scratch
    assert rates("bert_small_en", lora_rank=8)[1] == scratch


def test_a_written_space_reads_as_the_same(tmp_path):
    entries = {
        **default_space(GRU),
        "architecture.units": {"low": 8, "high": 64, "scale": "log"},
        "data.max_length": [100, None],
        "training.nesterov": {"values": [True, False], "when": {OPTIMIZER: ["sgd"]}},
    }
    space = make_space(entries, GRU)
    write_space(tmp_path / "space.yaml", space)
    again = make_space(read_space_file(str(tmp_path / "space.yaml")), GRU)
    assert again == space
    assert again.digest() == space.digest()


@given(st.floats(1e-6, 1e-3), st.floats(2e-3, 10))
def test_the_digest_of_a_space_survives_yaml(low, high):
    space = make_space({RATE: {"low": low, "high": high, "scale": "log"}}, GRU)
    again = make_space(yaml.safe_load(yaml.safe_dump(space.entries())), GRU)
    assert again.digest() == space.digest()


def test_another_space_has_another_digest():
    digests = {
        make_space({**default_space(GRU), **change}, GRU).digest()
        for change in ({}, {BATCH: [16, 32]}, {BATCH: None}, {"architecture.dropout": [0.1, 0.2]})
    }
    assert len(digests) == 4


def test_a_rate_without_a_point_is_a_number():
    (domain,) = make_space(yaml.safe_load("training.learning_rate: [1e-4, 3e-4]"), GRU).domains
    assert domain.values == (1e-4, 3e-4)


def test_a_parent_that_is_not_searched_decides_by_its_configured_value():
    entries = {name: entry for name, entry in default_space(GRU).items() if name != OPTIMIZER}
    for optimizer, low in (("adam", 1e-4), ("sgd", 1e-2)):
        training = replace(GRU.training, optimizer=optimizer)
        space = make_space(entries, replace(GRU, training=training))
        (rate,) = [domain for domain in space.domains if domain.setting == RATE]
        assert (rate.low, rate.parent) == (low, "")


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        ({}, "at least one setting"),
        ({"training.rate": [1]}, "unknown setting training.rate; training has optimizer, "),
        ({"seed": [1, 2]}, "unknown setting seed; expected architecture.NAME"),
        ({"data.train_size": [10, 20]}, "data.train_size cannot be searched"),
        ({"data.source": ["imdb"]}, "data.source cannot be searched"),
        ({1: [2]}, "unknown setting 1; expected architecture.NAME"),
        ({RATE: {"low": 1, "high": 2, "when": {1: [2]}}}, "unknown setting 1; expected"),
        (
            {
                OPTIMIZER: ["sgd", "adam"],
                "training.nesterov": {"values": [True, False], "when": {OPTIMIZER: ["sgd"]}},
                BATCH: {"values": [8, 16], "when": {"training.nesterov": [True]}},
            },
            "when: expected a setting without a `when` of its own, got training.nesterov",
        ),
        ({BATCH: 16}, "training.batch_size: expected a list of values or {low"),
        ({BATCH: []}, "expected a list of values"),
        ({BATCH: [16.5]}, "expected a value of type int, got 16.5"),
        ({BATCH: [True]}, "expected a value of type int, got True"),
        ({BATCH: [0]}, "--training.batch_size: expected at least 1, got 0"),
        ({BATCH: {"low": 16}}, "expected both ends"),
        ({BATCH: {"low": 16, "high": 8}}, "expected low below high, got 16 and 8"),
        ({BATCH: {"low": 8, "high": 16, "step": 2}}, "unknown step"),
        ({BATCH: {"low": 8, "high": 16, "points": 1}}, "points: expected at least 2, got 1"),
        ({OPTIMIZER: ["adamax"]}, "expected one of sgd, rmsprop, adam, adamw, got 'adamax'"),
        ({OPTIMIZER: {"low": 1, "high": 2}}, "expected a list of values, got a range"),
        ({"architecture.dropout": {"low": 0, "high": 1, "scale": "log"}}, "scale linear, or log"),
        ({"architecture.dropout": {"low": 0, "high": 1.5}}, "expected 0 to 0.95, got 1.5"),
        ({RATE: [{"low": 1, "high": 2}, {"low": 1, "high": 3}]}, "expected `when` in each"),
        ({RATE: {"low": 1, "high": 2, "when": "sgd"}}, "when: expected one setting"),
        ({RATE: {"low": 1, "high": 2, "when": {OPTIMIZER: ["sgd"]}}}, "at least one setting"),
        ({RATE: [{"low": 1, "high": 2, "when": {OPTIMIZER: ["adam"]}}] * 2}, "adam, got 2"),
        (
            {
                BATCH: {"low": 8, "high": 16},
                RATE: {"low": 1, "high": 2, "when": {BATCH: [8]}},
            },
            "got training.batch_size with a range",
        ),
    ],
)
def test_a_wrong_entry_is_refused_by_name(entries, told):
    with pytest.raises(CallError) as refusal:
        make_space(entries, GRU)
    assert told in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_missing_space_file_is_named_by_its_option(tmp_path):
    with pytest.raises(CallError, match=r"--search.space .*: no such file"):
        read_space_file(str(tmp_path / "space.yaml"))


def test_a_model_named_by_its_place_has_the_space_of_its_family():
    spaces = [
        default_space(default_configuration(find_model(name)))
        for name in ("bert_small_en", "preset:somewhere", "saved_model:somewhere")
    ]
    assert spaces[0] == spaces[1] == spaces[2]


def test_all_four_optimizers_are_searched():
    space = default_space(default_configuration(find_model("bag_of_ngrams")))
    assert space[OPTIMIZER] == ["sgd", "rmsprop", "adam", "adamw"]
    assert space[BATCH] == [16, 32, 64, 128]


def test_settings_are_set_by_name_and_the_rest_stays():
    changed = with_settings(GRU, {"training.batch_size": 7, "architecture.units": 3})
    assert (changed.training.batch_size, changed.architecture.units) == (7, 3)
    assert setting_of(changed, "training.batch_size") == 7
    assert with_settings(changed, {"training.batch_size": 64, "architecture.units": 96}) == GRU


def test_whole_numbers_are_told_from_others():
    units = annotation_of(GRU, "architecture.units")
    length = annotation_of(GRU, "data.max_length")
    rate = annotation_of(GRU, "training.learning_rate")
    optimizer = annotation_of(GRU, "training.optimizer")
    assert [is_whole(one) for one in (units, length, rate)] == [True, True, False]
    assert [is_numeric(one) for one in (units, length, rate, optimizer)] == [True] * 3 + [False]


def test_null_is_a_value_of_settings_that_may_be_empty_only():
    assert check_value("n", None, annotation_of(GRU, "training.clip_norm")) is None
    with pytest.raises(CallError, match="got None"):
        check_value("n", None, annotation_of(GRU, "training.batch_size"))


def test_the_files_of_a_model_are_no_matter_of_search():
    configuration = default_configuration(find_model("saved_model:somewhere"))
    with pytest.raises(CallError, match="cannot be searched"):
        annotation_of(configuration, "architecture.preprocessor")
