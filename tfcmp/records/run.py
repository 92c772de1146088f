"""result.json, timing.json and environment.json: what a fit writes into its run."""

from typing import Any, NotRequired, TypedDict


class Metric(TypedDict):
    """A metric of one split, with the 95 % interval where there is one."""

    value: float
    low: NotRequired[float]
    high: NotRequired[float]


# All metrics of one split, by name; `examples` and `groups` are counts.
Metrics = dict[str, Metric]


class ModelSize(TypedDict):
    """Numbers of weights: all, those that are trained, those of embeddings, and the rest."""

    total: int
    trained: int
    embedding: int
    without_embedding: int


class Parameters(ModelSize):
    """Numbers of weights; `match_target` is the size that the model was matched to."""

    match_target: int | None


class Classes(TypedDict):
    """Classes of a run that continues another one."""

    kept: list[str]
    added: list[str]
    dropped: list[str]


class InitialRun(TypedDict):
    """The run whose weights a run started from; `not_checked` names texts that were out of reach."""

    run: str
    model_sha256: str
    classes: Classes
    not_checked: list[str]


class Result(TypedDict):
    """result.json: metrics of a complete run, and the checksums of all its files."""

    model: str
    seed: int
    data: str
    classes: list[str]
    validation: Metrics
    test: Metrics
    interval_method: str
    parameters: Parameters
    epochs: int
    best_epoch: int
    initial: NotRequired[InitialRun]
    files: NotRequired[dict[str, str]]
    published_from: NotRequired[dict[str, str]]
    sha256: NotRequired[str]


class InitialCost(TypedDict):
    """Training time of a run that a run started from; null where it is not known."""

    run: str | None
    training_seconds: float | None
    device: NotRequired[str | None]
    device_names: NotRequired[list[str] | None]
    precision: NotRequired[str | None]
    threads: NotRequired[int | None]


class Timing(TypedDict):
    """timing.json: seconds by phase over all sessions."""

    seconds: dict[str, float]
    total_seconds: float
    sessions: int
    others_share: float | None
    training_excludes: list[str]
    initial: NotRequired[list[InitialCost]]


class Environment(TypedDict):
    """environment.json: versions, hardware, command and commit of a run."""

    run_format: int
    versions: dict[str, str | None]
    platform: str
    device: str
    device_names: list[str]
    precision: str
    threads: int
    pretrained: dict[str, Any] | None
    initial: NotRequired[dict[str, str] | None]
    strategy: NotRequired[str]
    replicas: NotRequired[int]
    workers: NotRequired[int]
    jit_compile: NotRequired[bool]
    replicas_note: NotRequired[str]
    commit: str | None
    command: list[str]
    working_directory: str | None
    started: str
    resumed: list[dict[str, Any]]
