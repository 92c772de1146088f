"""Throughput of training steps: what `fit` runs, timed at several lengths."""

import itertools
import math
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, cast

import keras
import numpy as np

from tfcmp.config.default_paths import source_name
from tfcmp.config.fields import Configuration, Precision
from tfcmp.data.batches import Batch
from tfcmp.measurement.arms import REAL, TrainingArm, model_label
from tfcmp.measurement.audit import audit_model
from tfcmp.measurement.memory import exhaustion_told
from tfcmp.measurement.timed_windows import Source, measure
from tfcmp.models.building import (
    adapt_core,
    build_core,
    build_tokenizer,
    count_parameters,
    matched,
    ngrams_of,
)
from tfcmp.models.catalogue import find_model
from tfcmp.models.encoder_files import resolve_encoder
from tfcmp.models.pretrained import learning_rate_shares
from tfcmp.models.word_tokenizer import FIRST_WORD_ID, WordTokenizer
from tfcmp.training.hardware import set_up_hardware
from tfcmp.training.optimizers import build_optimizer
from tfcmp.training.replicas import Replicas, describe_replicas, open_replicas
from tfcmp.training.step import compile_train_step
from tfcmp.training.texts import Texts, prepare_texts

# Batches of made-up ids that are used in turn.
MADE_UP_BATCHES = 8
ONE_MACHINE = (
    "the workers are processes of one machine and share its processors: they show that the results "
    "are right, not how fast several machines are"
)


def measure_training(arm: TrainingArm, cache: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yields key and cell of each length, the shortest first, as soon as it is measured.

    Memory is not given back between lengths: measured from short to long, the peak is that of the
    length at hand.

    Raises:
        WorkError: the device's memory is too small for a step.
    """
    configuration = arm.configuration
    hardware = set_up_hardware(configuration)
    replicas = open_replicas(configuration)
    conditions = {**hardware, **describe_replicas(configuration, replicas)}
    if replicas.workers > 1:
        conditions["replicas_note"] = ONE_MACHINE
    # By the precision that "auto" stands for here, as which it may also be asked for.
    precision = cast("Precision", hardware["precision"])
    named = replace(arm, configuration=replace(configuration, precision=precision))
    configuration, core, texts = set_up_model(arm, replicas, cache)
    optimizer = build_in(replicas, configuration, core)
    step = compile_train_step(
        core,
        optimizer,
        configuration.training.clip_norm,
        accumulate=configuration.training.accumulate,
        rate_shares=learning_rate_shares(core, configuration.architecture),
        replicas=replicas,
    )
    told = {
        "label": model_label(arm.configuration),
        "family": find_model(configuration.model).family,
        "parameters": count_parameters(core),
        "loading": arm.loading,
        "conditions": {**conditions, **settings_of(configuration, texts)},
        "audit": audit_model(core),
    }
    lengths: list[int | str] = [*sorted(arm.lengths)] or [REAL]
    for length in lengths:
        if texts is not None:
            source, widths = (
                real_batches(texts, configuration),
                padded_lengths(texts, configuration),
            )
        else:
            source, widths = made_up(configuration, int(length)), 1
        with exhaustion_told(_no_memory(configuration, length)):
            measured = measure(step, source, arm, replicas)
        cell = {**told, "length": length, "padded_lengths": widths, **measured}
        yield named.key(length), cell


def settings_of(configuration: Configuration, texts: Texts | None) -> dict[str, Any]:
    """What of the settings the times depend on; of real texts, what decides how long they are."""
    training, data = configuration.training, configuration.data
    told: dict[str, Any] = {
        "batch_size": training.batch_size,
        "optimizer": training.optimizer,
        "accumulate": training.accumulate,
    }
    if texts is None:
        return told
    return {
        **told,
        "data": source_name(data.source),
        "train_size": data.train_size,
        # That of the tokenizer: without a limit of its own a text has that of the encoder.
        "max_length": texts.tokenizer.max_length,
        "truncation": data.truncation,
        "pad_multiple": training.pad_multiple,
    }


def _no_memory(configuration: Configuration, length: int | str) -> str:
    training = configuration.training
    texts = "real texts" if length == REAL else f"texts of {length} tokens"
    limit = "--data.max_length" if length == REAL else "--lengths"
    return (
        f"the device's memory is too small for a step of {training.batch_size} {texts} in "
        f"{training.accumulate} part(s); try smaller --batch-sizes or {limit}, or "
        f"--training.accumulate {2 * training.accumulate}"
    )


def set_up_model(arm: TrainingArm, replicas: Replicas, cache: Path):
    """The configuration as it is trained, the model, and the real texts where they are asked for."""
    configuration = arm.configuration
    if arm.lengths:
        data = replace(configuration.data, max_length=max(arm.lengths))
        configuration = replace(configuration, data=data)
    files = resolve_encoder(configuration, cache)
    texts = None if arm.lengths else prepare_texts(configuration, cache, files)
    tokenizer = texts.tokenizer if texts else build_tokenizer(configuration, files)
    if texts is None and isinstance(tokenizer, WordTokenizer):
        size = asdict(configuration.architecture)["vocabulary_size"] - FIRST_WORD_ID
        tokenizer.set_vocabulary(f"word{number}" for number in range(size))
    classes = len(texts.corpus.classes) if texts else 2
    configuration, ngrams = matched(configuration, classes), None
    if texts:
        configuration, ngrams = ngrams_of(configuration, classes, texts.adaptation_batches)
    with replicas.strategy.scope():
        core = build_core(configuration, tokenizer, classes, files)
    adapt_core(core, configuration, ngrams)
    replicas.desynchronise_random_states(core)
    return configuration, core, texts


def build_in(replicas: Replicas, configuration: Configuration, core: keras.Model):
    """The optimizer, its variables on every replica."""
    with replicas.strategy.scope():
        return build_optimizer(configuration.training, core.trainable_variables)


def made_up(configuration: Configuration, length: int) -> Source:
    """Batches of ids of one length, drawn evenly from the vocabulary; nothing is padded."""
    size = configuration.training.batch_size
    vocabulary = getattr(configuration.architecture, "vocabulary_size", None) or 1000
    draw = np.random.default_rng(0)
    batches = [
        Batch(
            draw.integers(FIRST_WORD_ID, vocabulary, (size, length)).astype(np.int32),
            draw.integers(0, 2, size).astype(np.int32),
            np.arange(size),
            size * length,
        )
        for _ in range(MADE_UP_BATCHES)
    ]
    return lambda steps: itertools.islice(itertools.cycle(batches), steps)


def padded_lengths(texts: Texts, configuration: Configuration) -> int:
    """How many lengths the batches of an epoch are padded to; under XLA each is a compilation."""
    order = texts.training_order(configuration.training.batch_size, configuration.seed, 0)
    lengths, multiple = texts.store.lengths, configuration.training.pad_multiple
    return len({math.ceil(int(lengths[rows].max()) / multiple) for rows in order})


def real_batches(texts: Texts, configuration: Configuration) -> Source:
    """Batches of the real texts as an epoch has them, the same ones for every window."""
    order = texts.training_order(configuration.training.batch_size, configuration.seed, 0)
    return lambda steps: texts.batches(list(itertools.islice(itertools.cycle(order), steps)))
