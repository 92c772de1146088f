from pathlib import Path

import pytest

from tfcmp.models.presets import tfhub
from tfcmp.models.presets.handle import KAGGLE, parse_handle


@pytest.mark.parametrize(
    ("address", "handle"),
    [
        (
            "https://tfhub.dev/tensorflow/bert_en_uncased_preprocess/3",
            "tensorflow/bert/tensorFlow2/en-uncased-preprocess/3",
        ),
        (
            "tfhub.dev/tensorflow/small_bert/bert_en_uncased_L-4_H-512_A-8/1",
            "tensorflow/bert/tensorFlow2/bert-en-uncased-l-4-h-512-a-8/2",
        ),
        (
            "http://tfhub.dev/google/universal-sentence-encoder/4?tf-hub-format=compressed",
            "google/universal-sentence-encoder/tensorFlow2/universal-sentence-encoder/2",
        ),
        ("https://tfhub.dev/google/LaBSE", "google/labse/tensorFlow2/labse/2"),
    ],
)
def test_an_address_has_its_kaggle_form_whatever_its_version(address, handle):
    assert tfhub.is_tfhub_address(address)
    assert tfhub.kaggle_handle(address) == handle


def test_a_model_that_the_table_lacks_has_no_form():
    assert tfhub.kaggle_handle("https://tfhub.dev/google/unheard_of/1") is None


@pytest.mark.parametrize("place", ["keras/bert/keras/bert_base_en/3", "nottfhub.dev/x", "tfhub"])
def test_other_places_are_no_addresses_of_tf_hub(place):
    assert not tfhub.is_tfhub_address(place)


def test_the_page_for_users_has_the_whole_table():
    page = Path(__file__).parents[3].joinpath("docs/models.md").read_text(encoding="utf-8")
    for address, handle in tfhub.KAGGLE_HANDLES.items():
        assert f"| `{address}` | `{handle}` |" in page


@pytest.mark.parametrize("handle", tfhub.KAGGLE_HANDLES.values())
def test_every_form_in_the_table_is_a_versioned_handle(handle):
    parsed = parse_handle(handle, "--model")
    assert (parsed.kind, parsed.versioned) == (KAGGLE, handle)
    assert parsed.version
