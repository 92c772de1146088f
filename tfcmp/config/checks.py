"""What the type of a field cannot say: ranges, and settings that contradict each other."""

from dataclasses import fields
from types import NoneType
from typing import Any, get_args, get_type_hints

from tfcmp.config.fields import (
    Configuration,
    LinearArchitecture,
    SavedModelArchitecture,
    TransformerArchitecture,
)
from tfcmp.errors import CallError

LARGEST_LINEAR_VOCABULARY = 2**20
LARGEST_SEED = 2**32 - 1

# Inclusive bounds by dotted name; None is no bound.
BOUNDS: dict[str, tuple[float | None, float | None]] = {
    "seed": (0, LARGEST_SEED),
    "threads": (1, None),
    "replicas": (1, None),
    "data.validation_share": (0.001, 0.9),
    "data.test_share": (0.001, 0.9),
    "data.split_seed": (0, LARGEST_SEED),
    "data.train_size": (2, None),
    "data.max_length": (2, None),
    "training.momentum": (0, 0.9999),
    "training.weight_decay": (0, None),
    "training.warmup_share": (0, 1),
    "training.batch_size": (1, None),
    "training.accumulate": (1, None),
    "training.epochs": (1, None),
    "training.patience": (1, None),
    "training.label_smoothing": (0, 0.9999),
    "training.pad_multiple": (1, None),
    "training.segment_share": (0.001, 1),
    "architecture.vocabulary_size": (3, None),
    "architecture.embedding_size": (1, None),
    "architecture.units": (1, None),
    "architecture.layers": (1, None),
    "architecture.heads": (1, None),
    "architecture.feed_forward_size": (1, None),
    "architecture.orders": (1, 3),
    "architecture.features": (1, None),
    "architecture.word_dropout": (0, 0.95),
    "architecture.embedding_dropout": (0, 0.95),
    "architecture.dropout": (0, 0.95),
    "architecture.lora_rank": (1, None),
    "architecture.layer_decay": (0, 1),
}
POSITIVE = (
    "training.learning_rate",
    "training.clip_norm",
    "training.segment_minutes",
    "architecture.smoothing",
    "architecture.layer_decay",
)


def check_configuration(configuration: Configuration) -> None:
    """Checks nulls, ranges and combinations.

    Raises:
        CallError: with the flag, what was expected and what came.
    """
    _check_nulls(configuration)
    for name, (low, high) in BOUNDS.items():
        value = _value(configuration, name)
        # `not <=` and not `>`: a NaN is inside no bounds.
        if value is not None and not (
            (low is None or low <= value) and (high is None or value <= high)
        ):
            raise CallError(f"--{name}: expected {_range(low, high)}, got {value}")
    for name in POSITIVE:
        value = _value(configuration, name)
        if value is not None and not 0 < value < float("inf"):
            raise CallError(f"--{name}: expected a number above 0, got {value}")
    _check_combinations(configuration)


def _check_nulls(configuration: Configuration) -> None:
    parts: dict[str, Any] = {
        "": configuration,
        "architecture.": configuration.architecture,
        "data.": configuration.data,
        "training.": configuration.training,
    }
    for group, part in parts.items():
        hints = get_type_hints(type(part))
        for field in fields(part):
            is_null = getattr(part, field.name) is None
            if is_null and NoneType not in get_args(hints[field.name]):
                raise CallError(f"--{group}{field.name}: expected a value, got null")


def _check_combinations(configuration: Configuration) -> None:
    architecture, training = configuration.architecture, configuration.training
    _check_strategy(configuration)
    _check_class_weight(training.class_weight)
    if configuration.new_classes != "refuse" and configuration.init_from is None:
        raise CallError(
            f"--new_classes {configuration.new_classes} says what becomes of classes that the run of "
            "--init_from does not know; give --init_from RUN, or leave it out"
        )
    if (
        isinstance(architecture, LinearArchitecture)
        and architecture.vocabulary_size > LARGEST_LINEAR_VOCABULARY
    ):
        raise CallError(
            f"--architecture.vocabulary_size: expected at most {LARGEST_LINEAR_VOCABULARY} for "
            f"{configuration.model}, got {architecture.vocabulary_size}"
        )
    if (
        isinstance(architecture, TransformerArchitecture)
        and architecture.embedding_size % architecture.heads
    ):
        raise CallError(
            "--architecture.embedding_size and --architecture.heads contradict each other: "
            f"{architecture.embedding_size} channels cannot be shared by {architecture.heads} heads "
            "evenly"
        )
    if getattr(architecture, "freeze", False) and getattr(architecture, "lora_rank", None):
        raise CallError(
            "--architecture.freeze and --architecture.lora_rank contradict each other: a frozen "
            "encoder takes no updates; leave one of them out"
        )
    if isinstance(architecture, SavedModelArchitecture) and configuration.precision not in (
        "auto",
        "float32",
    ):
        raise CallError(
            f"--precision {configuration.precision}: a SavedModel computes in the types it was "
            "saved with; expected auto or float32"
        )
    if training.optimizer == "sgd" and training.nesterov and training.momentum == 0:
        raise CallError(
            "--training.nesterov true and --training.momentum 0 contradict each other: Nesterov's "
            "step needs momentum; give --training.nesterov false"
        )


def _check_strategy(configuration: Configuration) -> None:
    strategy, replicas = configuration.strategy, configuration.replicas
    if strategy == "none" and replicas not in (None, 1):
        raise CallError(
            f"--replicas {replicas} and --strategy none contradict each other: one device has one "
            "replica; give --strategy mirrored"
        )
    if strategy != "none" and isinstance(configuration.architecture, SavedModelArchitecture):
        raise CallError(
            f"--strategy {strategy}: a SavedModel brings its variables with it and trains on one "
            "device; expected --strategy none"
        )


def _check_class_weight(given: str | dict[str, float]) -> None:
    # A file has become its content by then; in a space of a search it is the name of one.
    if isinstance(given, str) and given not in ("none", "balanced"):
        raise CallError(
            f"--training.class_weight: expected none, balanced or a weight per class, got {given}"
        )


def check_given(configuration: Configuration, options: set[str]) -> None:
    """Checks the options of a command line for those that would have no effect.

    In a file they are right: every run writes all fields.

    Raises:
        CallError: an option is given with a setting that makes it void.
    """
    training, match = configuration.training, getattr(configuration.architecture, "match", None)
    void = {
        "--training.weight_decay": training.optimizer != "adamw",
        "--training.momentum": training.optimizer != "sgd",
        "--training.nesterov": training.optimizer != "sgd",
    }
    for option, is_void in void.items():
        if is_void and option in options:
            raise CallError(
                f"{option} and --training.optimizer {training.optimizer} contradict each other: "
                "that optimizer does not use it"
            )
    for option in ("--architecture.layers", "--architecture.feed_forward_size"):
        if match is not None and option in options:
            raise CallError(
                f"{option} and --architecture.match {match} contradict each other: matching sets "
                "it; leave one of them out"
            )
    for split in ("validation", "test"):
        share = f"--data.{split}_share"
        if getattr(configuration.data, split) is not None and share in options:
            raise CallError(
                f"{share} and --data.{split} contradict each other: the file is the whole split; "
                "leave one of them out"
            )


def _value(configuration: Configuration, name: str) -> float | None:
    part: object = configuration
    for field in name.split("."):
        part = getattr(part, field, None)
    return part if isinstance(part, int | float) else None


def _range(low: float | None, high: float | None) -> str:
    if high is None:
        return f"at least {low}"
    return f"{low} to {high}"
