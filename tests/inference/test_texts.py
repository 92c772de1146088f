import threading
import time
from collections import OrderedDict, deque
from enum import Enum
from itertools import chain
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pyarrow
import pytest

from tfcmp.inference import texts as texts_module
from tfcmp.inference.texts import ArrivingTexts, checked_texts

TEXTS = ["a fine film", "", "d\u00e9j\u00e0 vu \U0001f600"]


class Colour(str, Enum):  # noqa: UP042 - its str() is not its characters, as that of StrEnum is
    RED = "red"


ACCEPTED = {
    "list": list(TEXTS),
    "tuple": tuple(TEXTS),
    "generator": (text for text in TEXTS),
    "chain": chain(TEXTS[:1], TEXTS[1:]),
    "deque": deque(TEXTS),
    "values of a dict": {"a": TEXTS[0], "b": TEXTS[1], "c": TEXTS[2]}.values(),
    "keys of a dict": dict.fromkeys(TEXTS).keys(),
    "Series": pd.Series(TEXTS),
    "Series of objects": pd.Series(TEXTS, dtype=object),
    "Series of categories": pd.Series(TEXTS, dtype="category"),
    "Series of pyarrow": pd.Series(TEXTS, dtype="string[pyarrow]"),
    "Series with an index of its own": pd.Series(TEXTS, index=[7, 3, 5]),
    "Index": pd.Index(TEXTS),
    "pandas array": pd.array(TEXTS, dtype="string"),
    "array of str": np.array(TEXTS),
    "array of objects": np.array(TEXTS, object),
    "array of StringDType": np.array(TEXTS, np.dtypes.StringDType()),
    "pyarrow array": pyarrow.array(TEXTS),
    "large pyarrow array": pyarrow.array(TEXTS, pyarrow.large_string()),
    "pyarrow view": pyarrow.array(TEXTS, pyarrow.string_view()),
    "pyarrow dictionary": pyarrow.array(TEXTS).dictionary_encode(),
    "pyarrow chunks": pyarrow.chunked_array([TEXTS[:1], TEXTS[1:]]),
}


@pytest.mark.parametrize("texts", ACCEPTED.values(), ids=ACCEPTED)
def test_every_series_of_strings_gives_its_texts_as_plain_strings(texts):
    found = list(checked_texts(texts))
    assert found == TEXTS
    assert {type(text) for text in found} == {str}


def test_a_string_of_another_type_keeps_its_characters():
    assert list(checked_texts([Colour.RED, np.str_("blue")])) == ["red", "blue"]


@pytest.mark.parametrize(
    "texts",
    [[], (), pd.Series([], dtype=object), np.array([]), pyarrow.array([], pyarrow.string())],
    ids=["list", "tuple", "Series", "array", "pyarrow"],
)
def test_no_texts_are_no_mistake(texts):
    assert list(checked_texts(texts)) == []


FRAME = pd.DataFrame({"text": TEXTS, "label": ["a", "b", "a"]})
REFUSED = {
    "one text": ("a text", ["one text", r"write \[text\]"]),
    "NumPy's text": (np.str_("a text"), ["one text"]),
    "None": (None, ["got None", "list"]),
    "a number": (5, ["got int", "list"]),
    "a path": (Path("texts.csv"), ["Path"]),
    "bytes": (b"a text", ["got bytes", "decode"]),
    "bytearray": (bytearray(b"a text"), ["got bytearray", "decode"]),
    "dict": ({"text": "a text"}, ["got dict", r'texts\["text"\]']),
    "ordered dict": (OrderedDict(text="a text"), ["got OrderedDict"]),
    "DataFrame": (FRAME, ["DataFrame", r'frame\["text"\]']),
    "DataFrame of one column": (FRAME[["text"]], ["DataFrame", r'frame\["text"\]']),
    "pyarrow table": (pyarrow.table({"text": TEXTS}), ["table", "column"]),
    "record batch": (pyarrow.RecordBatch.from_pydict({"text": TEXTS}), ["table", "column"]),
    "set": (set(TEXTS), ["set", "order", "sorted"]),
    "array of two axes": (np.array([TEXTS]), [r"shape \(1, 3\)", "column"]),
    "array of no axis": (np.array("a text"), [r"shape \(\)", r"write \[text\]"]),
    "array of bytes": (np.array([b"a"]), ["array of bytes", "numpy.char.decode"]),
    "array of numbers": (np.array([1.5]), ["array of float64"]),
    "a class": (str, ["got type"]),
}


@pytest.mark.parametrize(("texts", "told"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_series_of_texts_is_refused_at_once(texts, told):
    with pytest.raises(TypeError) as refused:
        checked_texts(texts)
    for part in ["expected a list", *told]:
        refused.match(part)


@pytest.mark.parametrize(
    ("item", "told"),
    [
        (None, ["missing value", "None"]),
        (float("nan"), ["missing value", "nan"]),
        (np.float64("nan"), ["missing value"]),
        (pd.NA, ["missing value"]),
        (pd.NaT, ["missing value"]),
        (np.ma.masked, ["missing value"]),
        (pyarrow.scalar(None, pyarrow.string()), ["missing value"]),
        (5, [r"int \(5\)", "string"]),
        (2.5, ["float"]),
        (True, ["bool"]),
        (b"a text", ["bytes", r'decode\("utf-8"\)']),
        (np.bytes_(b"a text"), ["bytes_", "decode"]),
        (pyarrow.scalar(b"a text"), ["bytes", "decode"]),
        (["a text"], ["list", "flat"]),
        (("a text", "pos"), ["tuple", "flat"]),
        (np.array(["a text"]), ["ndarray", "flat"]),
        ({"text": "a text"}, ["dict", r'item\["text"\]']),
        (SimpleNamespace(numpy=lambda: b"a"), ["tensor", "decode"]),
        (Path("a.txt"), ["Path"]),
    ],
    ids=str,
)
def test_an_item_that_is_no_text_is_refused_with_its_place(item, told):
    texts = checked_texts(["first", "", item])
    assert [next(texts), next(texts)] == ["first", ""]
    with pytest.raises(TypeError) as refused:
        next(texts)
    for part in ["text 2, counted from 0", *told]:
        refused.match(part)


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA])
@pytest.mark.parametrize("dtype", [object, "string", "str"])
def test_a_missing_value_of_a_series_is_refused_with_its_place(missing, dtype):
    with pytest.raises(TypeError, match=r"text 1.*missing value"):
        list(checked_texts(pd.Series(["a", missing], dtype=dtype, index=[5, 6])))


def test_a_missing_value_of_a_numpy_string_array_is_refused():
    texts = np.array(["a", None], np.dtypes.StringDType(na_object=None))
    with pytest.raises(TypeError, match=r"text 1.*missing value"):
        list(checked_texts(texts))


def test_an_error_of_a_generator_comes_through():
    def broken():
        yield "a"
        raise ValueError("the source is gone")

    with pytest.raises(ValueError, match="the source is gone"):
        list(checked_texts(broken()))


def test_a_tensor_is_refused_whatever_its_shape():
    import tensorflow as tf

    for texts in (
        tf.constant("a"),
        tf.constant(["a", "b"]),
        tf.constant([["a"]]),
        tf.ragged.constant([["a"]]),
        tf.data.Dataset.from_tensor_slices(["a"]),
    ):
        with pytest.raises(TypeError, match="expected a"):
            list(checked_texts(texts))


def test_texts_come_in_order_and_none_is_lost(monkeypatch):
    monkeypatch.setattr(texts_module, "TEXTS_PER_WINDOW", 7)
    texts = [f"text {number}" for number in range(100)]
    windows = list(ArrivingTexts(iter(texts)))
    assert [text for window in windows for text in window] == texts
    assert max(map(len, windows)) == 7


def test_what_has_come_is_given_out_while_the_next_text_is_waited_for():
    may_go_on = threading.Event()

    def texts():
        yield from ("first", "second")
        may_go_on.wait(60)
        yield "third"

    windows = iter(ArrivingTexts(texts(), seconds=0.05))
    start = time.monotonic()
    assert next(windows) == ["first", "second"]
    assert time.monotonic() - start < 30
    may_go_on.set()
    assert list(windows) == [["third"]]


def test_a_window_does_not_stay_open_while_texts_trickle_in():
    def texts():
        while True:
            yield "text"
            time.sleep(0.005)

    start = time.monotonic()
    assert len(next(iter(ArrivingTexts(texts(), seconds=0.05)))) >= 1
    assert time.monotonic() - start < 30


def test_no_texts_are_no_windows():
    assert list(ArrivingTexts([])) == []


def test_reading_stays_at_most_a_window_ahead(monkeypatch):
    monkeypatch.setattr(texts_module, "TEXTS_PER_WINDOW", 4)
    read = []

    def texts():
        for number in range(100):
            read.append(number)
            yield str(number)

    windows = iter(ArrivingTexts(texts()))
    next(windows)
    time.sleep(0.1)
    # Given out, read ahead, and the one that found no room.
    assert len(read) <= 4 + 4 + 1


def test_few_long_texts_fill_a_window_too(monkeypatch):
    monkeypatch.setattr(texts_module, "CHARACTERS_PER_STEP", 10)
    windows = ArrivingTexts(["a" * 8, "b" * 8, "c" * 8])
    assert [len(window) for window in windows] == [2, 1]


def test_an_error_comes_behind_the_texts_before_it():
    def texts():
        yield "first"
        raise ValueError("the rest is damaged")

    windows = iter(ArrivingTexts(texts()))
    assert next(windows) == ["first"]
    with pytest.raises(ValueError, match="the rest is damaged"):
        next(windows)
