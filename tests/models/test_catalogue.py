from dataclasses import fields, replace

import pytest

from tfcmp.config.checks import check_configuration
from tfcmp.config.fields import RecurrentArchitecture
from tfcmp.errors import CallError
from tfcmp.models.catalogue import CATALOGUE, ModelRecord, default_configuration, find_model

every_model = pytest.mark.parametrize("record", CATALOGUE, ids=lambda record: record.name)


def test_a_model_is_found_by_its_name() -> None:
    assert find_model("gru").name == "gru"


@pytest.mark.parametrize(
    ("misspelt", "nearest"), [("ltsm", "lstm"), ("transformers", "transformer"), ("GRU", None)]
)
def test_an_unknown_name_is_a_wrong_call_that_names_the_nearest(
    misspelt: str, nearest: str | None
) -> None:
    with pytest.raises(CallError) as error:
        find_model(misspelt)
    hint = f"did you mean {nearest}?" if nearest else "Known: bag_of_ngrams"
    assert hint in str(error.value)


def test_an_unknown_name_like_no_other_lists_all_models() -> None:
    with pytest.raises(CallError) as error:
        find_model("???")
    assert "did you mean" not in str(error.value)
    assert all(record.name in str(error.value) for record in CATALOGUE)


def test_no_two_models_share_a_name() -> None:
    names = [record.name for record in CATALOGUE]
    assert len(set(names)) == len(names)


@every_model
def test_every_default_of_a_model_names_an_existing_field(record: ModelRecord) -> None:
    configuration = default_configuration(record)
    for name in record.defaults:
        group, setting = name.split(".")
        assert setting in {field.name for field in fields(getattr(configuration, group))}


@every_model
def test_the_default_configuration_of_a_model_is_valid(record: ModelRecord) -> None:
    check_configuration(default_configuration(record))


def test_the_defaults_of_a_model_replace_those_of_the_fields() -> None:
    defaults = {"training.learning_rate": 0.25, "architecture.units": 7}
    configuration = default_configuration(replace(find_model("gru"), defaults=defaults))
    assert configuration.training.learning_rate == 0.25
    assert configuration.architecture == RecurrentArchitecture(units=7)


def test_defaults_without_a_field_are_an_error() -> None:
    record = replace(find_model("gru"), defaults={"training.learning_rat": 1.0})
    with pytest.raises(TypeError, match="learning_rat"):
        default_configuration(record)
