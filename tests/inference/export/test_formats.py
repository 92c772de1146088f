import itertools
import json
import re
import unicodedata

import keras_hub
import numpy as np
import pytest
import tensorflow as tf

from tfcmp.errors import CallError
from tfcmp.inference.export.formats import write_tokenizer
from tfcmp.models.preset_tokenizer import build_preset_tokenizer
from tfcmp.models.saved_model.tokenizers import CharacterTokenizer
from tfcmp.models.word_tokenizer import WordTokenizer

TEXT = "The Film<br />was\x00not ``good''<br/>[MASK] Caf\u00e9 <pad> bad. "
NAMED = {
    "lower case": str.lower,
    "NFKD": lambda text: unicodedata.normalize("NFKD", text),
    # The one class of characters that Python's patterns do not have.
    r"\p{Mn}": lambda text: "".join(c for c in text if unicodedata.category(c) != "Mn"),
}


@pytest.fixture
def written(tmp_path):
    """The function tokenizer -> its settings as they are written, and the folder."""

    def write(tokenizer):
        folder = tmp_path / "tokenizer"
        write_tokenizer(tokenizer, folder)
        return json.loads((folder / "tokenizer.json").read_text()), folder

    return write


def ids_of(tokenizer, text):
    ids, _ = tokenizer.encode([text])
    return ids[0].numpy().tolist()


def by_table(table, text):
    """A text as the step of the table says it in words."""
    ends = np.cumsum(table["lengths"])
    replacements = np.split(table["replacements"], ends[:-1])
    replaced = dict(zip(table["replaced"].tolist(), replacements, strict=True))
    classes = dict(zip(table["ordered"].tolist(), table["classes"].tolist(), strict=True))
    points = [int(p) for c in text for p in replaced.get(ord(c), [ord(c)])]
    runs = itertools.groupby(points, lambda point: point in classes)
    points = [p for marks, run in runs for p in (sorted(run, key=classes.get) if marks else run)]
    return "".join(map(chr, points)).replace("\u0345", "\u03b9")


def rewritten(settings, text):
    for step, replacement in settings["steps"]:
        named = NAMED.get(step)
        text = named(text) if named else re.sub(step, replacement, text)
    return text


def cut(settings, ids):
    kept = settings["kept_of_longer_texts"]
    if kept is None or len(ids) <= kept["first"] + kept["last"]:
        return ids
    return ids[: kept["first"]] + ids[len(ids) - kept["last"] :]


def followed(settings, folder, text):
    """The ids of a text for one who has the files and KerasHub alone."""
    wrapped = getattr(keras_hub.tokenizers, settings["wraps"]).from_config(settings["settings"])
    wrapped.load_assets(str(folder))
    ids = [int(number) for number in wrapped(rewritten(settings, text))]
    return [settings["start_id"], *cut(settings, ids), settings["end_id"]]


@pytest.mark.parametrize("truncation", ["head", "tail", "head+tail"])
@pytest.mark.parametrize("max_length", [None, 12])
@pytest.mark.parametrize("family", ["bert", "albert"])
def test_the_written_steps_give_the_ids_of_the_layer(
    tiny_preset, written, family, max_length, truncation
):
    tokenizer = build_preset_tokenizer(tiny_preset(family), max_length, truncation)
    settings, folder = written(tokenizer)
    expected = ids_of(tokenizer, TEXT)
    assert followed(settings, folder, TEXT) == expected
    assert max_length is None or len(expected) == max_length


def test_a_break_is_no_word_and_a_special_token_is_parted(tiny_preset, written):
    settings, _ = written(build_preset_tokenizer(tiny_preset("bert"), None, "head"))
    assert rewritten(settings, "a<br />b\x00c [MASK]") == "a b c [ MASK]"


@pytest.mark.parametrize("family", ["bert", "albert"])
def test_a_tokenizer_that_folds_says_so(tiny_preset, written, family):
    tokenizer = build_preset_tokenizer(tiny_preset(family), None, "head")
    settings, _ = written(tokenizer)
    assert (["lower case", ""] in settings["steps"]) == tokenizer.folds == (family == "albert")


@pytest.mark.parametrize(
    ("truncation", "kept"),
    [
        ("head", {"first": 10, "last": 0}),
        ("tail", {"first": 0, "last": 10}),
        ("head+tail", {"first": 2, "last": 8}),
    ],
)
def test_what_is_kept_of_a_longer_text_is_told_in_ids(written, word_tokenizer, truncation, kept):
    tokenizer = WordTokenizer(10, truncation, name="tokenizer")
    tokenizer.set_vocabulary(word_tokenizer(20).lookup.get_vocabulary()[2:])
    settings, folder = written(tokenizer)
    assert settings["kept_of_longer_texts"] == kept
    words = (folder / "vocabulary.txt").read_text().splitlines()
    text = " ".join(f"word{number}" for number in range(2, 18))
    ids = [words.index(word) for word in text.split()]
    assert cut(settings, ids) == ids_of(tokenizer, text)


ODD = (
    "The ﬁlm\u2019s \u201cCAFE\u0323\u0301\u201d\u2014don\u2018t<BR />a\x00b\u00ad c\u200b -- Straße",
    "İ \u1fbc\u0301 ½ 한국 日本 ที่น้ำ 'x' ''y''",
)


@pytest.mark.parametrize("splitting", [1, 2])
@pytest.mark.parametrize("text", [TEXT, *ODD])
def test_the_written_steps_give_the_tokens_of_a_word_tokenizer(written, splitting, text):
    tokenizer = WordTokenizer(splitting=splitting)
    tokens = tokenizer.split_texts([text])
    settings, folder = written(tokenizer)
    for step, replacement in settings["steps"]:
        if step == "unicode_table.npz":
            with np.load(folder / step) as table:
                text = by_table(table, text)
        elif step == "lower case of ASCII":
            text = text.encode().lower().decode()
        elif step in NAMED:
            text = NAMED[step](text)
        else:
            text = tf.strings.regex_replace(text, step, replacement).numpy().decode()
    assert settings["splitting"] == splitting
    assert [token.encode() for token in text.split()] == tokens


def test_a_tokenizer_that_is_a_program_has_no_files(written):
    with pytest.raises(CallError, match="export it as saved_model"):
        written(CharacterTokenizer(None))
