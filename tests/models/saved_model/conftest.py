"""Real SavedModels with random weights, in the forms that TF Hub has."""

import pytest
import tensorflow as tf

WORDS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "the", "film", "was", "good", "bad", "not", "##s")
CHANNELS = 6
LENGTH = 9


class BertLike(tf.Module):
    """Ids, mask and types to a state per token and one per text; a seventh is dropped."""

    def __init__(self):
        super().__init__()
        draw = tf.random.Generator.from_seed(3)
        self.embeddings = tf.Variable(draw.normal([len(WORDS), CHANNELS]), name="embeddings")
        self.kernel = tf.Variable(draw.normal([CHANNELS, CHANNELS]), name="dense/kernel")
        self.bias = tf.Variable(tf.zeros([1, CHANNELS]), name="dense/bias")
        self.unused = tf.Variable(1.0, name="unused")
        self.steps = tf.Variable(0.0, trainable=False, name="steps")

    def __call__(self, inputs, training=False):
        states = tf.gather(self.embeddings, inputs["input_word_ids"])
        states = tf.tanh(states @ self.kernel + self.bias + self.steps)
        if training:
            states = tf.nn.dropout(states, 1 / 7)
        mask = tf.cast(inputs["input_mask"], tf.float32)[:, :, None]
        total = tf.reduce_sum(states * mask, axis=1)
        return {"sequence_output": states, "pooled_output": total / tf.reduce_sum(mask, axis=1)}


class Preprocessor(tf.Module):
    """Texts to framed ids; the vocabulary is a file among its assets."""

    def __init__(self, vocabulary):
        super().__init__()
        self.vocabulary = tf.saved_model.Asset(str(vocabulary))
        rows = tf.lookup.TextFileInitializer(
            self.vocabulary,
            tf.string,
            tf.lookup.TextFileIndex.WHOLE_LINE,
            tf.int64,
            tf.lookup.TextFileIndex.LINE_NUMBER,
        )
        self.table = tf.lookup.StaticHashTable(rows, WORDS.index("[UNK]"))

    def words(self, texts):
        words = tf.strings.split(tf.strings.lower(texts))
        ids = self.table.lookup(words.flat_values)
        return words.with_flat_values(tf.cast(ids, tf.int32))

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def __call__(self, texts):
        kept = self.words(texts)[:, : LENGTH - 2]
        column = tf.ones([kept.nrows(), 1], tf.int32)
        framed = tf.concat([2 * column, kept, 3 * column], axis=1)
        ids = framed.to_tensor(0, shape=[None, LENGTH])
        mask = tf.cast(tf.sequence_mask(framed.row_lengths(), LENGTH), tf.int32)
        return {"input_word_ids": ids, "input_mask": mask, "input_type_ids": tf.zeros_like(ids)}


class TokenizingPreprocessor(Preprocessor):
    """The same, which gives its tokens too: words of one piece each."""

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def tokenize(self, texts):
        ids = self.words(texts)
        return ids.with_flat_values(
            tf.RaggedTensor.from_row_lengths(
                ids.flat_values, tf.ones_like(ids.flat_values, tf.int64)
            )
        )


class TextEncoder(tf.Module):
    """Texts to a vector each: the mean of hashed words."""

    def __init__(self):
        super().__init__()
        draw = tf.random.Generator.from_seed(5)
        self.embeddings = tf.Variable(draw.normal([50, CHANNELS]), name="embeddings")

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def __call__(self, texts):
        words = tf.strings.split(texts)
        buckets = words.with_flat_values(tf.strings.to_hash_bucket_fast(words.flat_values, 50))
        total = tf.reduce_sum(tf.gather(self.embeddings, buckets), axis=1)
        return total / tf.maximum(1.0, tf.cast(words.row_lengths(), tf.float32))[:, None]


def ids_spec():
    names = ("input_word_ids", "input_mask", "input_type_ids")
    return {name: tf.TensorSpec([None, None], tf.int32, name=name) for name in names}


class Positioned(BertLike):
    """With as many positions as a text may have tokens."""

    def __init__(self):
        super().__init__()
        self.positions = tf.Variable(tf.zeros([LENGTH, CHANNELS]), name="positions")

    def __call__(self, inputs, training=False):
        length = tf.shape(inputs["input_word_ids"])[1]
        outputs = super().__call__(inputs, training)
        states = outputs["sequence_output"] + tf.gather(self.positions, tf.range(length))
        return {**outputs, "sequence_output": states}


def save_forms(folder, kind, forms):
    module = kind()
    module.__call__ = call = tf.function(module.__call__)
    for training in forms:
        call.get_concrete_function(ids_spec(), training=training)
    tf.saved_model.save(module, str(folder))


def save_signature(folder):
    module = BertLike()

    @tf.function(input_signature=list(ids_spec().values()))
    def serve(input_word_ids, input_mask, input_type_ids):
        inputs = {"input_word_ids": input_word_ids, "input_mask": input_mask}
        return module(inputs | {"input_type_ids": input_type_ids})

    plain = tf.Module()
    plain.model = module
    tf.saved_model.save(plain, str(folder), signatures=serve)


def save_preprocessor(folder, kind):
    vocabulary = folder.with_name(f"{folder.name}-vocabulary.txt")
    vocabulary.write_text("\n".join(WORDS))
    tf.saved_model.save(kind(vocabulary), str(folder))


SAVERS = {
    "bert": lambda folder: save_forms(folder, BertLike, (True, False)),
    "positioned": lambda folder: save_forms(folder, Positioned, (True, False)),
    "untrained": lambda folder: save_forms(folder, BertLike, (False,)),
    "training": lambda folder: save_forms(folder, BertLike, (True,)),
    "signature": save_signature,
    "texts": lambda folder: tf.saved_model.save(TextEncoder(), str(folder)),
    "preprocessor": lambda folder: save_preprocessor(folder, Preprocessor),
    "tokenizing": lambda folder: save_preprocessor(folder, TokenizingPreprocessor),
}


@pytest.fixture(scope="session")
def program(tmp_path_factory):
    """The function kind -> folder of a SavedModel."""
    folders = {}

    def build(kind):
        if kind not in folders:
            folders[kind] = tmp_path_factory.mktemp("programs") / kind
            SAVERS[kind](folders[kind])
        return folders[kind]

    return build
