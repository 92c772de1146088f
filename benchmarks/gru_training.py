"""Training throughput of `gru` on IMDB's real lengths, against a plain Keras script.

    TFDS_DATA_DIR=... python benchmarks/gru_training.py [--texts 4096] [--rounds 3]

Both train the same model on the same training reviews with the same optimizer and batch size. The
plain script does what tutorials do: ids padded to 400 tokens in one array, Bidirectional layers
with masking, `model.fit`. Ours takes the package's batches and training step. The sides take
turns in one process, each after a first epoch that compiles and is not counted.
"""

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path

import keras
import numpy as np

from tfcmp.models.building import build_core
from tfcmp.models.catalogue import default_configuration, find_model
from tfcmp.training.optimizers import build_optimizer
from tfcmp.training.step import compile_train_step
from tfcmp.training.texts import Texts, prepare_texts

LENGTH = 400


def main() -> None:
    """Measures both sides in turns and prints examples per second and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=4096, help="training reviews used")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cache", type=Path, default=None)
    options = parser.parse_args()
    configuration = default_configuration(find_model("gru"))
    configuration.data.max_length = LENGTH
    with tempfile.TemporaryDirectory() as folder:
        texts = prepare_texts(configuration, options.cache or Path(folder))
        rows = np.random.default_rng(0).permutation(texts.splits.train)[: options.texts]
        ours = our_epoch(configuration, texts, rows)
        plain = plain_epoch(configuration, texts, rows)
        rates: dict[str, list[float]] = {"ours": [], "plain": []}
        for epoch in (ours, plain):
            epoch()
        for _ in range(options.rounds):
            for name, epoch in (("ours", ours), ("plain", plain)):
                start = time.perf_counter()
                epoch()
                rates[name].append(len(rows) / (time.perf_counter() - start))
    ratios = [a / b for a, b in zip(rates["ours"], rates["plain"], strict=True)]
    medians = {name: statistics.median(values) for name, values in rates.items()}
    print(json.dumps({"examples_per_second": medians, "ratio": statistics.median(ratios)}))


def our_epoch(configuration, texts: Texts, rows: np.ndarray):
    """A function that trains one epoch the package's way."""
    core = build_core(configuration, texts.vocabulary_size, 2)
    optimizer = build_optimizer(configuration.training, core.trainable_variables)
    step = compile_train_step(core, optimizer, configuration.training.clip_norm)
    subset = Texts(
        texts.corpus,
        type(texts.splits)(rows, texts.splits.validation, texts.splits.test, texts.splits.groups),
        texts.tokenizer,
        texts.store,
        texts.pad_multiple,
    )

    def epoch() -> None:
        order = subset.training_order(configuration.training.batch_size, 1, 0)
        outcomes = [step(batch.ids, batch.labels) for batch in subset.batches(order)]
        float(outcomes[-1][0])

    return epoch


def plain_epoch(configuration, texts: Texts, rows: np.ndarray):
    """A function that trains one epoch as a tutorial would."""
    settings, training = configuration.architecture, configuration.training
    sequences = [texts.store.row(row) for row in rows]
    ids = keras.utils.pad_sequences(sequences, LENGTH, padding="post", truncating="post")
    labels = texts.corpus.labels[rows]
    recurrent = keras.layers.GRU(settings.units, return_sequences=True)
    layers = [
        keras.Input((LENGTH,), dtype="int32"),
        keras.layers.Embedding(texts.vocabulary_size, settings.embedding_size, mask_zero=True),
        keras.layers.SpatialDropout1D(settings.embedding_dropout),
        keras.layers.Bidirectional(recurrent),
        keras.layers.GlobalMaxPooling1D(),
        keras.layers.Dropout(settings.dropout),
        keras.layers.Dense(2),
    ]
    model = keras.Sequential(layers)
    model.compile(
        keras.optimizers.Adam(training.learning_rate, global_clipnorm=training.clip_norm),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        jit_compile=False,
    )
    return lambda: model.fit(ids, labels, batch_size=training.batch_size, epochs=1, verbose=0)


if __name__ == "__main__":
    main()
