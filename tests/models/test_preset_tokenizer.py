import json
import shutil

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfcmp.errors import CallError, WorkError
from tfcmp.models.preset_tokenizer import build_preset_tokenizer, position_limit

POSITIONS = 64
# Ids of the tiny BERT's vocabulary: five special tokens, then words.
START, END, THE, FILM, GOOD, BAD = 2, 3, 5, 6, 8, 9
FAST = ("bert", "albert")
every_family = pytest.mark.parametrize(
    "family",
    [
        *FAST,
        *(
            pytest.param(name, marks=pytest.mark.slow)
            for name in ("electra", "distilbert", "roberta", "deberta")
        ),
    ],
)


def ids_of(tokenizer, text):
    return tokenizer.encode(tf.constant([text]))[0].to_list()[0]


@pytest.fixture
def tokenizer(tiny_preset):
    return build_preset_tokenizer(tiny_preset("bert"), 6, "head")


def test_a_text_stands_between_start_and_end(tokenizer):
    assert ids_of(tokenizer, "The film good") == [START, THE, FILM, GOOD, END]


def test_an_empty_text_is_start_and_end(tokenizer):
    assert ids_of(tokenizer, "") == [START, END]


@pytest.mark.parametrize(
    ("truncation", "kept"),
    [
        ("head", [THE, FILM, GOOD, BAD]),
        ("tail", [GOOD, BAD, THE, FILM]),
        ("head+tail", [THE, BAD, THE, FILM]),
    ],
)
def test_a_long_text_keeps_start_and_end_whatever_is_cut(tiny_preset, truncation, kept):
    tokenizer = build_preset_tokenizer(tiny_preset("bert"), 6, truncation)
    assert ids_of(tokenizer, "the film good bad the film") == [START, *kept, END]


def test_lengths_before_truncation_count_start_and_end(tokenizer):
    lengths = tokenizer.encode(tf.constant(["the film good bad the", ""]))[1]
    assert lengths.numpy().tolist() == [7, 2]


@pytest.mark.parametrize("between", ["<br />", "<br><br/>", "\x00"])
def test_markup_and_nul_part_words_like_a_blank(tokenizer, between):
    assert ids_of(tokenizer, f"the{between}film") == ids_of(tokenizer, "the film")


def test_special_tokens_in_a_text_are_plain_words(tokenizer):
    assert START not in ids_of(tokenizer, "[CLS] film")[1:]
    assert tokenizer.padding_id not in ids_of(tokenizer, "[PAD]")


def test_a_lone_surrogate_and_an_emoji_are_encoded(tokenizer):
    ids, kept, full = tokenizer.encode_texts(["\ud800", "\U0001f600 film"])
    assert kept.tolist() == full.tolist()
    assert len(ids) == kept.sum()


@every_family
def test_the_layer_pads_what_it_encodes(tiny_preset, family):
    tokenizer = build_preset_tokenizer(tiny_preset(family), 9, "head")
    texts = tf.constant(["the film", "a", "not good, not bad. the the the"])
    padded, ids = tokenizer(texts).numpy(), tokenizer.encode(texts)[0].to_list()
    for row, expected in zip(padded, ids, strict=True):
        assert row[: len(expected)].tolist() == expected
        assert set(row[len(expected) :]) <= {tokenizer.padding_id}


@every_family
def test_a_text_never_holds_the_padding_id_or_one_outside_the_vocabulary(tiny_preset, family):
    tokenizer = build_preset_tokenizer(tiny_preset(family), None, "head")
    ids = tokenizer.encode_texts(["the film é ☃ <pad> [PAD] <s>", "", "\t\n"])[0]
    assert tokenizer.padding_id not in ids
    assert 0 <= ids.min() <= ids.max() < tokenizer.vocabulary_size


@every_family
def test_the_saved_layer_gives_the_same_ids(tiny_preset, tmp_path, family):
    tokenizer = build_preset_tokenizer(tiny_preset(family), 9, "head+tail")
    text = keras.Input((), dtype="string")
    keras.Model(text, tokenizer(text)).save(tmp_path / "tokenizer.keras")
    loaded = keras.saving.load_model(tmp_path / "tokenizer.keras", safe_mode=True)
    texts = tf.constant(["the film was good", "not bad"])
    np.testing.assert_array_equal(loaded(texts), tokenizer(texts))


def test_the_identity_changes_with_every_setting(tiny_preset):
    def identity(*settings, family="bert"):
        return build_preset_tokenizer(tiny_preset(family), *settings).identity()

    identities = {
        identity(9, "head"),
        identity(8, "head"),
        identity(9, "tail"),
        identity(9, "head", family="roberta"),
    }
    assert len(identities) == 4
    assert identity(9, "head") in identities


def test_no_limit_is_that_of_the_positions(tiny_preset):
    assert build_preset_tokenizer(tiny_preset("bert"), None, "head").max_length == POSITIONS


def test_more_tokens_than_positions_are_refused(tiny_preset):
    with pytest.raises(CallError, match=r"--data.max_length 65: expected at most 64"):
        build_preset_tokenizer(tiny_preset("bert"), POSITIONS + 1, "head")


def test_a_tokenizer_that_cannot_be_read_is_told(tiny_preset, tmp_path):
    folder = shutil.copytree(tiny_preset("bert"), tmp_path / "preset")
    (folder / "tokenizer.json").write_text("{")
    with pytest.raises(WorkError, match="cannot be read"):
        build_preset_tokenizer(folder, 9, "head")


def hugging_face_folder(folder, **tokenizer):
    """Configuration and vocabulary of a Hugging Face BERT, without weights."""
    config = {"model_type": "bert", "max_position_embeddings": 30}
    (folder / "config.json").write_text(json.dumps(config))
    settings = {"do_lower_case": True, **tokenizer}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "cafe"]
    (folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n")
    return folder


def test_a_hugging_face_tokenizer_strips_accents_as_it_does_there(tmp_path):
    tokenizer = build_preset_tokenizer(hugging_face_folder(tmp_path), 9, "head")
    assert ids_of(tokenizer, "Café") == [2, 5, 3]


def test_accents_stay_where_the_folder_says_so(tmp_path):
    folder = hugging_face_folder(tmp_path, strip_accents=False)
    assert ids_of(build_preset_tokenizer(folder, 9, "head"), "Café") == [2, 1, 3]


def test_an_uncased_preset_of_keras_hub_strips_accents(tiny_preset):
    tokenizer = build_preset_tokenizer(tiny_preset("bert"), 9, "head")
    assert ids_of(tokenizer, "Thé FÎLM") == ids_of(tokenizer, "the film")


def hugging_face_albert(folder, preset, **tokenizer):
    """Configuration and sentence pieces of a Hugging Face ALBERT, without weights."""
    config = {"model_type": "albert", "max_position_embeddings": 30}
    (folder / "config.json").write_text(json.dumps(config))
    if tokenizer:
        (folder / "tokenizer_config.json").write_text(json.dumps(tokenizer))
    shutil.copy(preset / "assets/tokenizer/vocabulary.spm", folder / "spiece.model")
    return folder


# KerasHub leaves the vocabulary's file open until it is collected.
left_open = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@left_open
@pytest.mark.parametrize("settings", [{}, {"do_lower_case": True}, {"tokenizer_class": "x"}])
def test_an_albert_of_hugging_face_reads_lower_case_without_accents(
    tiny_preset, tmp_path, settings
):
    folder = hugging_face_albert(tmp_path, tiny_preset("albert"), **settings)
    tokenizer = build_preset_tokenizer(folder, 30, "head")
    assert ids_of(tokenizer, "THE FÎLM") == ids_of(tokenizer, "the film")
    assert ids_of(tokenizer, "``the''") == ids_of(tokenizer, '"the"')


@left_open
def test_an_albert_that_says_so_keeps_its_capitals(tiny_preset, tmp_path):
    folder = hugging_face_albert(tmp_path, tiny_preset("albert"), do_lower_case=False)
    tokenizer = build_preset_tokenizer(folder, 30, "head")
    assert ids_of(tokenizer, "THE") != ids_of(tokenizer, "the")


def test_an_albert_of_keras_hub_whose_pieces_have_no_capitals_reads_lower_case(
    tiny_preset, tmp_path
):
    tokenizer = build_preset_tokenizer(tiny_preset("albert"), 30, "head")
    assert ids_of(tokenizer, "The Film") == ids_of(tokenizer, "the film")
    text = keras.Input((), dtype="string")
    keras.Model(text, tokenizer(text)).save(tmp_path / "tokenizer.keras")
    loaded = keras.saving.load_model(tmp_path / "tokenizer.keras", safe_mode=True)
    texts = tf.constant(["The Film"])
    np.testing.assert_array_equal(loaded(texts), tokenizer(texts))


@pytest.mark.parametrize(("kind", "limit"), [("bert", 514), ("roberta", 512)])
def test_the_positions_of_a_hugging_face_folder_are_known(tmp_path, kind, limit):
    config = {"model_type": kind, "max_position_embeddings": 514}
    (tmp_path / "config.json").write_text(json.dumps(config))
    assert position_limit(tmp_path) == limit
