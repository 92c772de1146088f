import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfcmp.errors import CallError
from tfcmp.models.presets.handle import (
    FOLDER,
    FRAMEWORKS,
    HUGGING_FACE,
    KAGGLE,
    KAGGLE_HANDLES,
    KERAS_HUB,
    Handle,
    is_tfhub_address,
    kaggle_handle,
    parse_handle,
)

NAMES = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}", fullmatch=True)
VERSIONS = st.one_of(st.just(""), st.integers(1, 999).map(str))


def parse(place):
    return parse_handle(place, "--model")


@st.composite
def kaggle_handles(draw):
    framework = draw(st.sampled_from(sorted(FRAMEWORKS.values())))
    name = f"{draw(NAMES)}/{draw(NAMES)}/{framework}/{draw(NAMES)}"
    return Handle(KAGGLE, name, draw(VERSIONS))


HANDLES = st.one_of(
    kaggle_handles(),
    st.builds("{}/{}".format, NAMES, NAMES).map(lambda name: Handle(HUGGING_FACE, name)),
    NAMES.map(lambda name: Handle(KERAS_HUB, name)),
)


@given(kaggle_handles(), st.sampled_from(["", "kaggle://", "https://www.kaggle.com/models/"]))
def test_a_kaggle_handle_is_read_with_and_without_its_scheme(handle, scheme):
    assert parse(f"{scheme}{handle.versioned}") == handle


@given(NAMES, NAMES, st.sampled_from(["hf://", "https://huggingface.co/"]))
def test_a_repository_of_hugging_face_is_read(owner, model, scheme):
    assert parse(f"{scheme}{owner}/{model}") == Handle(HUGGING_FACE, f"{owner}/{model}")


@given(st.text())
def test_whatever_is_written_is_a_handle_or_a_wrong_call(place):
    try:
        handle = parse(place)
    except CallError:
        return
    assert handle.name


@given(HANDLES, HANDLES)
def test_two_handles_never_share_a_folder(one, other):
    assert re.fullmatch(r"[A-Za-z0-9_.+-]+", one.folder_name)
    assert (one.folder_name == other.folder_name) == (one == other)


def test_capitals_of_the_framework_make_no_difference():
    assert parse("google/nnlm/TensorFlow2/en-dim50/1").name == "google/nnlm/tensorFlow2/en-dim50"


def test_a_bare_word_is_a_preset_of_keras_hub():
    assert parse("bge_small_v1.5_en") == Handle(KERAS_HUB, "bge_small_v1.5_en")


def test_an_existing_folder_comes_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bert_base_en").mkdir()
    assert parse("bert_base_en") == Handle(FOLDER, str(tmp_path / "bert_base_en"))


def test_a_tilde_is_the_users_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "encoder").mkdir()
    assert Path(parse("~/encoder").name) == tmp_path / "encoder"


def test_a_scheme_never_means_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a/b/keras/c").mkdir(parents=True)
    assert parse("kaggle://a/b/keras/c").kind == KAGGLE


@pytest.mark.parametrize(
    "place", ["/nowhere/encoder", "./encoder", "~/no-such-encoder", "encoder/"]
)
def test_a_folder_that_is_not_there_is_told_with_what_else_is_possible(place):
    with pytest.raises(CallError, match=f"{place}: there is no such folder.*Kaggle handle.*hf://"):
        parse(place)


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "model.keras").touch()
    with pytest.raises(CallError, match="is a file"):
        parse(str(tmp_path / "model.keras"))


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("", "no folder and no handle"),
        ("../no-such-folder", "there is no such folder"),
        ("a/b", "four or five parts"),
        ("a/../keras/b", "no folder and no handle"),
        ("a/b/pyTorch/c", "framework 'pyTorch' cannot be loaded"),
        ("a/b/keras/c/latest", "expected a number as version, got 'latest'"),
        ("a/b/keras/c/0", "expected a number as version"),
        ("hf://model", "expected hf://OWNER/MODEL"),
        ("gs://bucket/model", "no folder and no handle"),
        ("x" * 300, "no folder and no handle"),
        ("a b", "no folder and no handle"),
        ("~nobody-of-that-name/x", "there is no such folder"),
    ],
)
def test_what_is_no_handle_is_told(place, message):
    with pytest.raises(CallError, match=message):
        parse(place)


def test_an_address_of_tf_hub_is_answered_with_its_kaggle_form():
    with pytest.raises(CallError, match="is tensorflow/bert/tensorFlow2/en-uncased-preprocess/3"):
        parse("https://tfhub.dev/tensorflow/bert_en_uncased_preprocess/3")


def test_an_unknown_address_of_tf_hub_is_answered_with_where_to_look():
    with pytest.raises(CallError, match=r"--model https://tfhub\.dev/x/y/1.*kaggle\.com/models"):
        parse("https://tfhub.dev/x/y/1")


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
    assert is_tfhub_address(address)
    assert kaggle_handle(address) == handle


def test_a_model_that_the_table_lacks_has_no_form():
    assert kaggle_handle("https://tfhub.dev/google/unheard_of/1") is None


@pytest.mark.parametrize("place", ["keras/bert/keras/bert_base_en/3", "nottfhub.dev/x", "tfhub"])
def test_other_places_are_no_addresses_of_tf_hub(place):
    assert not is_tfhub_address(place)


def test_the_page_for_users_has_the_whole_table():
    page = Path(__file__).parents[3].joinpath("docs/models.md").read_text(encoding="utf-8")
    for address, handle in KAGGLE_HANDLES.items():
        assert f"| `{address}` | `{handle}` |" in page


@pytest.mark.parametrize("handle", KAGGLE_HANDLES.values())
def test_every_form_in_the_table_is_a_versioned_handle(handle):
    parsed = parse_handle(handle, "--model")
    assert (parsed.kind, parsed.versioned) == (KAGGLE, handle)
    assert parsed.version
