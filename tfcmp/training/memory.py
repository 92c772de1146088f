"""Whether training fits into memory, asked before the system ends the process for it."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import keras
import tensorflow as tf

from tfcmp.config.fields import (
    Configuration,
    LinearArchitecture,
    PretrainedArchitecture,
    TrainingSettings,
)
from tfcmp.errors import WorkError
from tfcmp.models.building import size_of
from tfcmp.models.sequence_layers import ENCODER

GIBIBYTE = 2**30
# Arrays of the size of the weights.
TABLES_OF_OPTIMIZER = {"sgd": 0, "rmsprop": 1, "adam": 2, "adamw": 2}


class Need(NamedTuple):
    """Bytes that a step still needs at least: whatever the batch, and for the largest batch."""

    fixed: int
    batch: int

    def taken_in(self, parts: int) -> float:
        """Bytes of a step that is computed in parts, whose gradients are summed in addition."""
        return self.fixed * (1 if parts == 1 else 2) + self.batch / parts

    def parts_that_fit(self, available: int, batch_size: int) -> int | None:
        """The fewest parts of a batch that fit, or None where not even single texts do."""
        fitting = (parts for parts in range(1, batch_size + 1) if self.taken_in(parts) <= available)
        return next(fitting, None)


def require_memory(
    core: keras.Model, architecture: object, settings: TrainingSettings, length: int
) -> None:
    """Returns when a step of a pretrained encoder may fit into the processor's memory.

    Asked when model and optimizer are there: what they take is no longer free.

    The need is a lower bound: what passes can still be too much, what is refused would not fit.

    Raises:
        WorkError: it cannot fit; the message says what would.
    """
    if not isinstance(architecture, PretrainedArchitecture) or architecture.freeze:
        return
    available = available_memory()
    need = training_need(core, settings, length)
    if available is None or need.taken_in(settings.accumulate) <= available:
        return
    parts = need.parts_that_fit(available, settings.batch_size)
    if parts is None:
        way = (
            "not even single texts would fit: take --architecture.lora_rank 8 or "
            "--architecture.freeze, a smaller model, or more memory"
        )
    else:
        way = f"--training.accumulate {parts} would fit, with the same steps; or lower --data.max_length"
    raise WorkError(
        f"training needs at least {need.taken_in(settings.accumulate) / GIBIBYTE:.1f} GiB more "
        f"memory for steps of {settings.batch_size} texts of {length} tokens, and "
        f"{available / GIBIBYTE:.1f} GiB are free; {way}"
    )


def require_memory_of_ngrams(configuration: Configuration, classes: int) -> None:
    """Returns when the weights of n-grams may fit into the processor's memory, before they are made.

    The need is a lower bound: log-count ratios, weights, their gradient, their best values so far and
    a copy on the way to a file, and what the optimizer keeps of each.

    Raises:
        WorkError: it cannot fit; the message says how many n-grams would.
    """
    architecture, available = configuration.architecture, available_memory()
    if not isinstance(architecture, LinearArchitecture) or available is None:
        return
    tables = 5 + TABLES_OF_OPTIMIZER[configuration.training.optimizer]
    a_feature = 4 * tables * classes
    need = a_feature * architecture.features
    if need > available:
        raise WorkError(
            f"training needs at least {need / GIBIBYTE:.1f} GiB for {architecture.features:,} n-grams "
            f"of {classes} classes, and {available / GIBIBYTE:.1f} GiB are free; "
            f"--architecture.features {available // a_feature // 2} would fit, or lower "
            "--architecture.orders"
        )


@contextmanager
def explain_exhaustion(configuration: Configuration) -> Iterator[None]:
    """Says what would take less memory where it runs out nevertheless.

    Raises:
        WorkError: it did.
    """
    try:
        yield
    except (MemoryError, tf.errors.ResourceExhaustedError) as error:
        if isinstance(configuration.architecture, LinearArchitecture):
            less = "--architecture.features or --architecture.orders"
        else:
            less = "--training.batch_size or --data.max_length, or raise --training.accumulate"
        raise WorkError(
            f"memory ran out while {configuration.model} was trained; lower {less}"
        ) from error


def training_need(core: keras.Model, settings: TrainingSettings, length: int) -> Need:
    """Bytes for gradients, and for what a step keeps to compute them.

    The latter is 34 b s h + 5 b a s^2 bytes per layer in 16-bit precision (Korthikanti et al. 2023,
    "Reducing Activation Recomputation in Large Transformer Models", equation 2), b texts of s
    tokens, h channels, a heads.
    """
    trained = sum(size_of(weight) for weight in core.trainable_weights)
    encoder = core.get_layer(ENCODER)
    tokens = settings.batch_size * length
    a_layer = tokens * (34 * encoder.hidden_dim + 5 * encoder.num_heads * length)
    scale = 1 if keras.config.dtype_policy().name == "mixed_bfloat16" else 2
    return Need(
        fixed=4 * trained,
        batch=encoder.num_layers * a_layer * scale,
    )


def available_memory() -> int | None:
    """Bytes of memory that are free for this process; None where the system does not tell."""
    available = (_free_memory(), container_memory(Path("/sys/fs/cgroup")), _memory_under_ulimit())
    return min((bytes_ for bytes_ in available if bytes_ is not None), default=None)


def _memory_under_ulimit() -> int | None:
    """Bytes of addresses that `ulimit -v` leaves; None where it is not set."""
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:
        return None
    return (
        None if limit == resource.RLIM_INFINITY else max(0, limit - pages * resource.getpagesize())
    )


def _free_memory() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        free = next(line for line in lines if line.startswith("MemAvailable:"))
        return int(free.split()[1]) * 1024
    except (OSError, StopIteration):
        return None


def container_memory(group: Path) -> int | None:
    """Bytes that a container may still take (Linux control groups); None where none are set."""
    try:
        limit = int((group / "memory.max").read_text())
        used = int((group / "memory.current").read_text())
        stat = dict(line.split() for line in (group / "memory.stat").read_text().splitlines())
    except (OSError, ValueError):
        return None
    # Files that the system has cached are counted as used, and given up when memory is asked for.
    return limit - used + int(stat.get("inactive_file", 0)) + int(stat.get("active_file", 0))
