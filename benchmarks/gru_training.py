"""Training throughput of `gru` on IMDB's real lengths, against a plain Keras script.

    TFDS_DATA_DIR=... python benchmarks/gru_training.py [--texts 4096] [--rounds 3]

All sides train the same layers (word dropout left out) on the same reviews with the same optimizer,
clipping and batch size:

- plain: what tutorials do. Ids padded to 400 tokens in one array, `mask_zero`, `Bidirectional`,
  `model.fit`.
- padded: the package's model and step, but every batch padded to 400 tokens. What is left between
  it and `plain` is the masks and `fit`.
- ours: the package's model, step and batches by length.

The sides take turns in one process, each after a first epoch that compiles and is not counted.
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
    configuration.architecture.word_dropout = 0.0
    with tempfile.TemporaryDirectory() as folder:
        texts = prepare_texts(configuration, options.cache or Path(folder))
        rows = np.random.default_rng(0).permutation(texts.splits.train)[: options.texts]
        sides = {
            "ours": our_epoch(configuration, texts, rows, is_padded=False),
            "padded": our_epoch(configuration, texts, rows, is_padded=True),
            "plain": plain_epoch(configuration, texts, rows),
        }
        for epoch in sides.values():
            epoch()
        rates: dict[str, list[float]] = {name: [] for name in sides}
        for _ in range(options.rounds):
            for name, epoch in sides.items():
                start = time.perf_counter()
                epoch()
                rates[name].append(len(rows) / (time.perf_counter() - start))
    report = {
        "examples_per_second": {name: statistics.median(rate) for name, rate in rates.items()},
        "ours_over_plain": median_ratio(rates["ours"], rates["plain"]),
        "ours_over_padded": median_ratio(rates["ours"], rates["padded"]),
    }
    print(json.dumps(report, indent=2))


def median_ratio(first: list[float], second: list[float]) -> float:
    """Median of the ratios round by round, so that a drift of the machine cancels."""
    return statistics.median(a / b for a, b in zip(first, second, strict=True))


def our_epoch(configuration, texts: Texts, rows: np.ndarray, is_padded: bool):
    """A function that trains one epoch with the package's model and step."""
    core = build_core(configuration, texts.tokenizer, 2)
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
        for batch in subset.batches(order):
            ids = batch.ids
            if is_padded:
                ids = np.pad(ids, [(0, 0), (0, LENGTH - ids.shape[1])])
            loss, _, _ = step(ids, batch.labels)
        float(loss)

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
        keras.layers.Embedding(
            texts.tokenizer.vocabulary_size, settings.embedding_size, mask_zero=True
        ),
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
