from dataclasses import replace

import pytest

from tfcmp.measurement.cases import InferenceCase, model_label, spread_out
from tfcmp.models.catalogue import default_configuration, find_model


@pytest.fixture
def spread(tiny_configuration):
    """The function settings -> cases of the tiny gru."""

    def build(strategy="none", **given):
        configuration = replace(tiny_configuration("gru"), strategy=strategy)
        report_options = {"batch_sizes": (), "lengths": (), "precisions": (), "replicas": ()}
        return spread_out(configuration, **{**report_options, **given}, repetitions=6, seconds=2.0)

    return build


def test_without_lists_the_configuration_is_measured_as_it_is(spread, tiny_configuration):
    (case,) = spread()
    assert case.configuration == tiny_configuration("gru")


def test_lists_are_combined(spread):
    cases = spread(batch_sizes=(8, 16), precisions=("float32", "mixed_bfloat16"))
    found = {
        (case.configuration.training.batch_size, case.configuration.precision) for case in cases
    }
    assert len(found) == len(cases) == 4


def test_replicas_are_measured_with_the_batch_of_all_and_with_that_of_each_fixed(spread):
    cases = spread("mirrored", batch_sizes=(8,), replicas=(1, 2))
    found = [(a.loading, a.replicas, a.configuration.training.batch_size) for a in cases]
    assert found == [
        ("global", 1, 8),
        ("global", 2, 8),
        ("per_replica", 1, 8),
        ("per_replica", 2, 16),
    ]


def test_of_several_workers_each_has_one_replica(spread):
    cases = spread("multi_worker", replicas=(2,))
    assert {(case.workers, case.configuration.replicas, case.replicas) for case in cases} == {
        (2, None, 2)
    }


def test_what_differs_has_another_key(spread):
    cases = [
        *spread(),
        *spread(batch_sizes=(8,)),
        *spread(precisions=("mixed_bfloat16",)),
        *spread("mirrored", replicas=(1, 2)),
    ]
    keys = {case.key(length) for case in cases for length in (16, "real")}
    assert len(keys) == 2 * len(cases)


def test_a_label_names_what_is_not_as_it_comes():
    configuration = default_configuration(find_model("transformer"))
    assert model_label(configuration) == "transformer"
    sized = replace(configuration.architecture, match="lstm", layers=7)
    assert model_label(replace(configuration, architecture=sized)) == "transformer match=lstm"


def test_the_key_of_an_engine_has_its_precision_and_threads():
    case = InferenceCase("run", "onnx", "int8", 2, (), (), 1, 1, 1.0, is_full=False)
    assert case.key() == "onnx int8, 2 threads"


@pytest.mark.parametrize(
    ("setting", "value"),
    [("source", "imdb"), ("max_length", 20), ("truncation", "tail"), ("train_size", 100)],
)
def test_other_real_texts_have_another_key_and_made_up_ones_have_the_same(spread, setting, value):
    (case,) = spread()
    data = replace(case.configuration.data, **{setting: value})
    other = replace(case, configuration=replace(case.configuration, data=data))
    assert case.key("real") != other.key("real")
    assert case.key(16) == other.key(16)


def test_another_optimizer_has_another_key(spread):
    (case,) = spread()
    training = replace(case.configuration.training, optimizer="rmsprop")
    other = replace(case, configuration=replace(case.configuration, training=training))
    assert "rmsprop" in other.key(16)
    assert other.key(16).replace(", rmsprop", "") == case.key(16)


def test_the_name_of_a_case_has_all_its_lengths(spread):
    (case,) = spread(lengths=(16, 8))
    assert case.name == case.key("8/16")
    (real,) = spread()
    assert real.name == real.key("real")


def test_a_device_that_was_chosen_is_in_the_key_of_an_engine():
    case = InferenceCase("run", "keras", None, None, (), (), 1, 1, 1.0, is_full=False, device="cpu")
    assert case.key() == case.name == "keras float32, cpu"
