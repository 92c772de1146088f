"""The linear model over n-grams as an ONNX graph."""

import keras
import numpy as np
from keras.ops import convert_to_numpy as array
from onnx import TensorProto

from tfcmp.inference.graphs.writer import IDS, GraphWriter
from tfcmp.models.linear import LARGEST_VOCABULARY
from tfcmp.models.word_tokenizer import PADDING_ID, UNKNOWN_ID


def write_bag_of_ngrams(writer: GraphWriter, core: keras.Model) -> str:
    """The logits of a core made by `build_bag_of_ngrams`."""
    features, weights = core.get_layer("ngram_features"), core.get_layer("logits")
    found = _sorted_keys(writer, features.orders)
    known = array(features.keys)
    position = writer.add("Min", _search(writer, found, known), _whole(writer, len(known) - 1))
    is_kept = writer.add("Equal", writer.add("Gather", writer.constant(known), position), found)
    is_kept = writer.add("And", is_kept, _is_new(writer, found))
    is_kept = writer.add("And", is_kept, writer.add("Greater", found, _whole(writer, 0)))
    # Row 0 of the weights stands for nothing; the others follow the keys.
    products = (array(weights.ratios) * array(weights.weights_of_features))[1:]
    shares = writer.add("Cast", is_kept, to=TensorProto.FLOAT)
    shares = writer.add("Unsqueeze", shares, writer.whole_numbers(2))
    values = writer.add("Gather", writer.constant(products), position)
    total = writer.add(
        "ReduceSum", writer.add("Mul", values, shares), writer.whole_numbers(1), keepdims=0
    )
    return writer.add("Add", total, writer.constant(array(weights.bias)))


def _sorted_keys(writer: GraphWriter, orders: int) -> str:
    """Keys (batch, orders * length) int64 as `ngram_keys` makes them, smallest first."""
    ids = writer.add("Cast", IDS, to=TensorProto.INT64)
    nothing = _whole(writer, 0)
    is_word = writer.add(
        "And", _differs(writer, ids, PADDING_ID), _differs(writer, ids, UNKNOWN_ID)
    )
    word = writer.add("Where", is_word, ids, nothing)
    keys, all_words, parts = word, is_word, [word]
    for order in range(1, orders):
        padded = writer.add("Pad", word, writer.whole_numbers(0, 0, 0, order), nothing)
        end = _whole(writer, np.iinfo(np.int64).max)
        following = writer.add(
            "Slice",
            padded,
            writer.whole_numbers(order),
            writer.add("Reshape", end, writer.whole_numbers(1)),
            writer.whole_numbers(1),
        )
        all_words = writer.add("And", all_words, _differs(writer, following, 0))
        shifted = writer.add("Mul", keys, _whole(writer, LARGEST_VOCABULARY))
        keys = writer.add("Add", shifted, following)
        parts.append(writer.add("Where", all_words, keys, nothing))
    joined = parts[0] if orders == 1 else writer.add("Concat", *parts, axis=1)
    width = writer.add("Shape", joined, start=1, end=2)
    return writer.add_many("TopK", 2, joined, width, axis=1, largest=0)[0]


def _search(writer: GraphWriter, found: str, known: np.ndarray) -> str:
    """For each key the number of known keys below it.

    ONNX has no search in a sorted list: a binary search is written out, a halving at a time.
    """
    halvings = len(known).bit_length()
    # Filled up to a power of two less one, no halving steps over the end.
    filled = np.full(2**halvings - 1, np.iinfo(np.int64).max)
    filled[: len(known)] = known
    table = writer.constant(filled)
    position = writer.add("Mul", found, _whole(writer, 0))
    for halving in reversed(range(halvings)):
        middle = writer.add("Add", position, _whole(writer, 2**halving - 1))
        is_below = writer.add("Less", writer.add("Gather", table, middle), found)
        step = writer.add("Cast", is_below, to=TensorProto.INT64)
        step = writer.add("Mul", step, _whole(writer, 2**halving))
        position = writer.add("Add", position, step)
    return position


def _is_new(writer: GraphWriter, found: str) -> str:
    """Whether a key is another one than the key before it."""
    # No n-gram has a key below 0: the first is new.
    before = writer.add("Pad", found, writer.whole_numbers(0, 1, 0, -1), _whole(writer, -1))
    return writer.add("Not", writer.add("Equal", found, before))


def _differs(writer: GraphWriter, ids: str, value: int) -> str:
    return writer.add("Not", writer.add("Equal", ids, _whole(writer, value)))


def _whole(writer: GraphWriter, value: int) -> str:
    return writer.constant(np.array(value, np.int64))
