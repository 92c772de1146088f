import pytest

from tfcmp.errors import CallError
from tfcmp.models.catalogue import default_configuration, find_model
from tfcmp.search.settings import (
    annotation_of,
    check_value,
    is_numeric,
    is_whole,
    setting_of,
    with_settings,
)

GRU = default_configuration(find_model("gru"))


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
