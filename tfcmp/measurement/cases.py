"""What is measured together, in one process: a case; and the words that it is known by."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from tfcmp.config.default_paths import source_name
from tfcmp.config.fields import Configuration, DataSettings
from tfcmp.models.catalogue import default_configuration, find_model

REAL = "real"


@dataclass(frozen=True)
class TrainingCase:
    """Training steps of one configuration, at several lengths.

    Attributes:
        configuration: its batch size, precision, strategy and replicas are those measured.
        lengths: tokens of every text; none stands for the real texts.
        repetitions: windows that are timed at each length.
        seconds: length of a window, about.
        workers: processes, under the strategy multi_worker.
        loading: what of the batch is fixed where replicas are compared; empty where they are not.
    """

    configuration: Configuration
    lengths: tuple[int, ...]
    repetitions: int
    seconds: float
    workers: int = 1
    loading: str = ""

    @property
    def replicas(self) -> int:
        """Replicas over all processes."""
        return self.workers * (self.configuration.replicas or 1)

    @property
    def name(self) -> str:
        """What is measured, all lengths together."""
        return self.key("/".join(map(str, sorted(self.lengths))) or REAL)

    def key(self, length: int | str) -> str:
        """Name of what is measured at a length: measured again, it takes the old one's place.

        Real texts are named with what decides how long they are.
        """
        configuration = self.configuration
        parts = [
            model_label(configuration),
            f"batch {configuration.training.batch_size}",
            f"length {length}",
            configuration.precision,
        ]
        if length == REAL:
            parts += _texts_of(configuration.data)
        if configuration.training.optimizer != _default(configuration).training.optimizer:
            parts.append(configuration.training.optimizer)
        if configuration.training.accumulate > 1:
            parts.append(f"in {configuration.training.accumulate} parts")
        if configuration.threads is not None:
            parts.append(f"{configuration.threads} threads")
        if configuration.device != "auto":
            parts.append(configuration.device)
        if configuration.strategy != "none":
            parts += [f"{configuration.strategy} x{self.replicas}", f"fixed {self.loading} batch"]
        return ", ".join(parts)


@dataclass(frozen=True)
class InferenceCase:
    """Answers of one engine.

    Attributes:
        run: path of the run directory.
        engine: "keras", "onnx" or "openvino".
        precision: of the engine; None is its own default.
        threads: of the engine and of the tokenizer; None is all.
        lengths: tokens of the texts of a curve.
        batch_sizes: texts of a query, of a curve.
        queries: at least that many single texts, and `seconds` of them.
        samples: texts answered offline, or `seconds` of it.
        seconds: see there.
        is_full: whether these are the numbers for a published table.
        device: "auto", "cpu" or "gpu"; of Keras, as the others compute on the processor.
    """

    run: str
    engine: str
    precision: str | None
    threads: int | None
    lengths: tuple[int, ...]
    batch_sizes: tuple[int, ...]
    queries: int
    samples: int
    seconds: float
    is_full: bool
    device: str = "auto"

    @property
    def name(self) -> str:
        """The same as its key: there is one cell."""
        return self.key()

    def key(self) -> str:
        """Name of the engine with its precision, threads and the device that was chosen for it."""
        threads = f", {self.threads} threads" if self.threads is not None else ""
        device = f", {self.device}" if self.device != "auto" else ""
        return f"{self.engine} {self.precision or 'float32'}{threads}{device}"


def model_label(configuration: Configuration) -> str:
    """The model's name, followed by what of its architecture is not as it comes."""
    default = asdict(_default(configuration).architecture)
    own = asdict(configuration.architecture)
    # What matching sets follows from it.
    follows = ("layers", "feed_forward_size") if own.get("match") else ()
    changed = [f"{n}={own[n]}" for n in own if own[n] != default[n] and n not in follows]
    return " ".join([configuration.model, *changed])


def _default(configuration: Configuration) -> Configuration:
    """The model as it comes."""
    return default_configuration(find_model(configuration.model))


def _texts_of(data: DataSettings) -> list[str]:
    """Where real texts come from, how many, and how much of each is read."""
    limit = "no limit" if data.max_length is None else f"{data.truncation} {data.max_length}"
    of = [] if data.train_size is None else [f"{data.train_size} texts"]
    return [source_name(data.source), *of, limit]


def spread_out(
    configuration: Configuration,
    *,
    batch_sizes: Sequence[int],
    lengths: Sequence[int],
    precisions: Sequence[Any],
    replicas: Sequence[int],
    repetitions: int,
    seconds: float,
) -> list[TrainingCase]:
    """A case for every batch size and precision, and for every number of replicas.

    Under a strategy each batch size is measured twice: as the batch of all replicas together, and
    as that of each.
    """
    cases = []
    for precision in precisions or [configuration.precision]:
        for size in batch_sizes or [configuration.training.batch_size]:
            for workers, own, whole, loading in _replicas(configuration, replicas, size):
                training = replace(configuration.training, batch_size=whole)
                measured = replace(
                    configuration, precision=precision, replicas=own, training=training
                )
                cases.append(
                    TrainingCase(measured, tuple(lengths), repetitions, seconds, workers, loading)
                )
    return cases


def _replicas(
    configuration: Configuration, replicas: Sequence[int], size: int
) -> list[tuple[int, int | None, int, str]]:
    """Processes, replicas of each, batch of all, and what is fixed; each different one once."""
    strategy = configuration.strategy
    if strategy == "none":
        return [(1, None, size, "")]
    found: list[tuple[int, int | None, int, str]] = []
    for loading in ("global", "per_replica"):
        for count in replicas or [configuration.replicas or 1]:
            workers, own = (count, None) if strategy == "multi_worker" else (1, count)
            whole = size if loading == "global" else size * count
            found.append((workers, own, whole, loading))
    return found
