from dataclasses import fields

import pytest

from tfcmp.command.parser import field_meanings
from tfcmp.config.fields import (
    DataSettings,
    LinearArchitecture,
    RecurrentArchitecture,
    TrainingSettings,
    TransformerArchitecture,
)

GROUPS = (
    DataSettings,
    LinearArchitecture,
    RecurrentArchitecture,
    TransformerArchitecture,
    TrainingSettings,
)


@pytest.mark.parametrize("group", GROUPS)
def test_every_setting_has_its_meaning_in_its_place(group):
    assert list(field_meanings(group)) == [field.name for field in fields(group)]


def test_recurrent_models_and_the_transformer_share_the_defaults_of_what_they_share():
    recurrent, transformer = RecurrentArchitecture(), TransformerArchitecture()
    shared = {field.name for field in fields(recurrent)} & {
        field.name for field in fields(transformer)
    }
    assert {"vocabulary_size", "embedding_size", "pooling", "dropout"} < shared
    for name in shared:
        assert getattr(recurrent, name) == getattr(transformer, name)
