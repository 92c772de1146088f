"""Texts that look alike made equal, with operations of TensorFlow alone.

What is done is the NFKC_Casefold of Unicode without its last step, the composition, once marks of
typography have become those of ASCII: see `UNICODE_STEP` and `docs/data.md`.
"""

import tensorflow as tf

from tfcmp.models.unicode_table import IOTA, PAGE, YPOGEGRAMMENI, Pages, unicode_table

# The steps in words, for those who follow them without TensorFlow.
UNICODE_STEP = (
    "every code point of `replaced` gives way to as many of `replacements` as `lengths` says, from the "
    "first of all on; then every run of code points of `ordered` is sorted by their `classes`, equal "
    "ones left in their order; then U+0345 becomes U+03B9"
)
# And after it: a small i and j have their dot. Folding the Turkish capital that has one leaves it as
# a mark of its own, so that a word would not be the same in capitals.
DOTTED = ("([IiJj])\u0307", r"\1")
# Parts a text into what stays and what changes, by turns.
BORDER = "\0"


# Run operation by operation, these many small ones would take longer than all the rest.
@tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
def normalized(texts: tf.Tensor) -> tf.Tensor:
    """Texts (batch,) of strings as `UNICODE_STEP` and `DOTTED` say; in those of ASCII there is nothing to do.

    Bytes that are not UTF-8 stay as they are.
    """
    sizes, characters = tf.strings.length(texts), tf.strings.length(texts, unit="UTF8_CHAR")
    rows = tf.where(sizes != characters)
    # On a GPU the look-ups would only be carried there and back: strings never leave the CPU.
    with tf.device("CPU"):
        return tf.tensor_scatter_nd_update(texts, rows, _changed(tf.gather_nd(texts, rows)))


def _changed(texts: tf.Tensor) -> tf.Tensor:
    """Decoding is slow, so that only the runs are decoded in which something may change."""
    texts = tf.strings.regex_replace(texts, r"\x00", " ")
    marked = tf.strings.regex_replace(texts, unicode_table().pattern, rf"{BORDER}\0{BORDER}")
    parts = tf.strings.split(marked, BORDER)
    odd = tf.where(tf.ragged.range(parts.row_lengths()).values % 2 == 1)
    runs = _normalized_runs(tf.gather_nd(parts.values, odd))
    parts = parts.with_values(tf.tensor_scatter_nd_update(parts.values, odd, runs))
    return tf.strings.regex_replace(tf.strings.reduce_join(parts, axis=-1), *DOTTED)


def _normalized_runs(runs: tf.Tensor) -> tf.Tensor:
    points = _replaced(tf.strings.unicode_decode(runs, "UTF-8"))
    flat = _ordered(points)
    flat = tf.where(flat == YPOGEGRAMMENI, IOTA, flat)
    return tf.strings.unicode_encode(points.with_values(flat), "UTF-8")


def _replaced(points: tf.RaggedTensor) -> tf.RaggedTensor:
    """Code points (runs, None) of the table's pattern, each replaced, (runs, None)."""
    table = unicode_table()
    number = _looked_up(table.replacement_of, points.values)
    starts = tf.constant(table.starts)
    places = tf.ragged.range(tf.gather(starts, number), tf.gather(starts, number + 1))
    return tf.RaggedTensor.from_row_splits(
        tf.gather(tf.constant(table.replacements), places.values),
        tf.gather(places.row_splits, points.row_splits),
        validate=False,
    )


def _ordered(points: tf.RaggedTensor) -> tf.Tensor:
    """Code points (runs, None), neighbouring marks in the order of their classes, flat (n,)."""
    flat = points.values
    classes = tf.cast(_looked_up(unicode_table().class_of, flat), tf.int64)
    marks = tf.where(classes > 0)
    # The same for marks that follow one another in a run, and larger for all that come later.
    place = marks[:, 0] - tf.range(tf.shape(marks, tf.int64)[0])
    place += tf.gather_nd(points.value_rowids(), marks)
    order = tf.argsort(place * 256 + tf.gather_nd(classes, marks), stable=True)
    return tf.tensor_scatter_nd_update(flat, marks, tf.gather(tf.gather_nd(flat, marks), order))


def _looked_up(numbers: Pages, points: tf.Tensor) -> tf.Tensor:
    """The numbers of code points (n,), int32 (n,)."""
    places = tf.gather(tf.constant(numbers.pages), points // PAGE) * PAGE + points % PAGE
    return tf.cast(tf.gather(tf.constant(numbers.rows.reshape(-1)), places), tf.int32)
