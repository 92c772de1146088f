"""N-grams and a linear layer: the baseline that every network has to beat."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from tfcmp.models.word_tokenizer import PADDING_ID, UNKNOWN_ID

# An n-gram is its word ids side by side in one 64-bit number: three fields of 20 bits.
BITS_PER_WORD = 20
LARGEST_VOCABULARY = 2**BITS_PER_WORD
# While n-grams are counted, those seen once are dropped whenever more than this many are held.
LARGEST_COUNT = 20_000_000
KEYS_PER_MERGE = 4_000_000


@keras.saving.register_keras_serializable("tfcmp")
class NgramFeatures(keras.layers.Layer):
    """Word ids to the numbers of the n-grams that the text holds, each once.

    Feature 0 stands for nothing: padding, repeated n-grams and those that are not kept. Kept
    n-grams are numbered from 1.

    Args:
        orders: longest n-gram, 1 to 3.
        features: number of n-grams kept.
    """

    def __init__(self, orders: int, features: int, **options: Any) -> None:
        super().__init__(**{"trainable": False, **options})
        self.orders = orders
        self.features = features

    def build(self, _shape: Any) -> None:
        """Creates the sorted keys of the kept n-grams, (features,) int64."""
        self.keys = self.add_weight(
            shape=(self.features,), dtype="int64", initializer="zeros", trainable=False, name="keys"
        )

    def call(self, ids: tf.Tensor) -> tf.Tensor:
        """Ids (batch, length) int32 to features (batch, orders * length) int32."""
        found = tf.sort(ngram_keys(tf, tf.cast(ids, tf.int64), self.orders), axis=1)
        repeated = tf.pad(found[:, 1:] == found[:, :-1], [[0, 0], [1, 0]])
        keys = tf.convert_to_tensor(self.keys)
        place = tf.reshape(tf.searchsorted(keys, tf.reshape(found, [-1])), tf.shape(found))
        place = tf.minimum(place, self.features - 1)
        is_kept = (tf.gather(keys, place) == found) & ~repeated & (found > 0)
        return tf.where(is_kept, place + 1, 0)

    def compute_output_spec(self, ids: tf.Tensor) -> keras.KerasTensor:
        """A feature per n-gram of every order."""
        return keras.KerasTensor((ids.shape[0], None), dtype="int32")

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {**super().get_config(), "orders": self.orders, "features": self.features}


def ngram_keys(library: Any, ids: tf.Tensor, orders: int) -> tf.Tensor:
    """Keys of all n-grams: ids (batch, length) int64 to (batch, orders * length) int64.

    The key of an n-gram is unique to it. Where padding or an unknown word takes part, it is 0.

    Args:
        library: numpy or tensorflow; both have the few functions used, under the same names.
        ids: word ids below 2**20.
        orders: longest n-gram.
    """
    length = ids.shape[1] if library is np else library.shape(ids)[1]
    is_word = (ids != PADDING_ID) & (ids != UNKNOWN_ID)
    word = library.where(is_word, ids, library.zeros_like(ids))
    keys, all_words, parts = word, is_word, [word]
    for order in range(1, orders):
        # The word `order` places further on; behind the end stands padding.
        following = library.pad(word, [[0, 0], [0, order]])[:, order : order + length]
        all_words = all_words & (following != 0)
        keys = keys * LARGEST_VOCABULARY + following
        parts.append(library.where(all_words, keys, library.zeros_like(keys)))
    return library.concatenate(parts, 1) if library is np else library.concat(parts, 1)


@keras.saving.register_keras_serializable("tfcmp")
class WeightedFeatures(keras.layers.Layer):
    """Sum over a text's features of log-count ratio times a trained weight, and a bias.

    The features of NBSVM (Wang & Manning 2012, "Baselines and Bigrams", section 2.3) under a
    softmax instead of a hinge loss. Weights start at 0: weights of 1 would be naive Bayes, which
    has its own training texts right from the first step and leaves nothing to learn from.
    """

    def __init__(self, features: int, classes: int, **options: Any) -> None:
        super().__init__(**options)
        self.features = features
        self.classes = classes

    def build(self, _shape: Any) -> None:
        """Creates ratios (features + 1, classes), weights of the same shape, bias (classes,)."""
        shape = (self.features + 1, self.classes)
        self.ratios = self.add_weight(
            shape=shape, initializer="zeros", trainable=False, name="log_count_ratios"
        )
        self.weights_of_features = self.add_weight(
            shape=shape, initializer="zeros", name="feature_weights"
        )
        self.bias = self.add_weight(shape=(self.classes,), initializer="zeros", name="bias")

    def call(self, features: tf.Tensor) -> tf.Tensor:
        """Features (batch, length) int32 to logits (batch, classes) float32."""
        ratios = ops.take(ops.convert_to_tensor(self.ratios), features, axis=0)
        weights = ops.take(ops.convert_to_tensor(self.weights_of_features), features, axis=0)
        return ops.sum(ratios * weights, axis=1) + self.bias

    def compute_output_spec(self, features: tf.Tensor) -> keras.KerasTensor:
        """A row of logits per text."""
        return keras.KerasTensor((features.shape[0], self.classes), dtype="float32")

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {**super().get_config(), "features": self.features, "classes": self.classes}


def build_bag_of_ngrams(classes: int, *, orders: int, features: int) -> keras.Model:
    """A functional model: ids (batch, length) int32 to logits (batch, classes) float32."""
    ids = keras.Input((None,), dtype="int32", name="token_ids")
    numbers = NgramFeatures(orders, features, name="ngram_features")(ids)
    logits = WeightedFeatures(features, classes, dtype="float32", name="logits")(numbers)
    return keras.Model(ids, logits, name="bag_of_ngrams")


class Ngrams(NamedTuple):
    """The n-grams that a model keeps: sorted keys (n,) int64, counts (n, classes) int32 of texts."""

    keys: np.ndarray
    counts: np.ndarray


def choose_ngrams(
    batches: Iterable[tuple[np.ndarray, np.ndarray]], classes: int, *, orders: int, features: int
) -> Ngrams:
    """The n-grams of the most training texts, at most `features` of them.

    Args:
        batches: pairs of ids (batch, length) int32 and labels (batch,) of the training texts.
        classes: number of classes.
        orders: longest n-gram.
        features: the most n-grams that are kept.
    """
    keys, counts = count_ngrams(batches, orders, classes)
    kept = np.argsort(-counts.sum(axis=1), kind="stable")[:features]
    kept = kept[np.argsort(keys[kept])]
    return Ngrams(keys[kept], counts[kept])


def adapt_bag_of_ngrams(model: keras.Model, ngrams: Ngrams, smoothing: float) -> None:
    """Sets the n-grams and their log-count ratios.

    Args:
        model: made by `build_bag_of_ngrams` with at least as many features as there are n-grams.
        ngrams: of the training split.
        smoothing: added to every count.
    """
    features, logits = model.get_layer("ngram_features"), model.get_layer("logits")
    # Fewer n-grams than places: the largest number fills the rest, sorted and never found.
    keys = np.full(features.features, np.iinfo(np.int64).max)
    keys[: len(ngrams.keys)] = ngrams.keys
    features.keys.assign(keys)
    ratios = np.zeros((features.features + 1, logits.classes), np.float32)
    ratios[1 : len(ngrams.keys) + 1] = log_count_ratios(ngrams.counts, smoothing)
    logits.ratios.assign(ratios)


def count_ngrams(
    batches: Iterable[tuple[np.ndarray, np.ndarray]], orders: int, classes: int
) -> tuple[np.ndarray, np.ndarray]:
    """Sorted keys (n,) int64 and, for each, the number of texts of every class (n, classes)."""
    keys, counts = np.zeros(0, np.int64), np.zeros((0, classes), np.int32)
    new_keys: list[np.ndarray] = []
    new_labels: list[np.ndarray] = []
    waiting = 0
    for ids, labels in batches:
        found = np.sort(ngram_keys(np, ids.astype(np.int64), orders), axis=1)
        is_new = np.ones(found.shape, bool)
        is_new[:, 1:] = found[:, 1:] != found[:, :-1]
        is_new &= found > 0
        new_keys.append(found[is_new])
        new_labels.append(np.broadcast_to(labels[:, None], found.shape)[is_new])
        waiting += len(new_keys[-1])
        # Merging sorts all keys so far: worth it only for as many new ones as there are old.
        if waiting >= max(len(keys), KEYS_PER_MERGE):
            keys, counts = _merge(keys, counts, new_keys, new_labels)
            new_keys, new_labels, waiting = [], [], 0
    return _merge(keys, counts, new_keys, new_labels)


def _merge(
    keys: np.ndarray, counts: np.ndarray, new_keys: list[np.ndarray], new_labels: list[np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Counts with the new (key, label) pairs in them; the rarest keys go if there are too many."""
    keys_now, place = np.unique(np.concatenate([keys, *new_keys]), return_inverse=True)
    classes = counts.shape[1]
    cells = place[len(keys) :] * classes + np.concatenate([np.zeros(0, np.int64), *new_labels])
    counts_now = np.bincount(cells, minlength=len(keys_now) * classes).astype(np.int32)
    counts_now = counts_now.reshape(len(keys_now), classes)
    counts_now[place[: len(keys)]] += counts
    if len(keys_now) > LARGEST_COUNT:
        often = counts_now.sum(axis=1) > 1
        keys_now, counts_now = keys_now[often], counts_now[often]
    return keys_now, counts_now


def log_count_ratios(counts: np.ndarray, smoothing: float) -> np.ndarray:
    """Counts (n, classes) to log(p / q) float32: share in the class against share in all others."""
    ratios, totals = np.empty(counts.shape, np.float32), counts.sum(axis=1)
    # Class by class, for all at once in float64 would take five times the memory of the counts.
    for label in range(counts.shape[1]):
        inside = counts[:, label] + smoothing
        outside = totals - counts[:, label] + smoothing
        ratios[:, label] = np.log(inside / inside.sum()) - np.log(outside / outside.sum())
    return ratios
