"""bench.json: what `tfcmp.bench` measured of a run, or of models without one."""

from typing import NotRequired, TypedDict

from tfcmp.records.run import ModelSize


class Quantity(TypedDict):
    """A measured number with its interval; `by_process` has the value of each process."""

    value: float
    low: float
    high: float
    coverage: NotRequired[float]
    measurements: NotRequired[int]
    by_process: NotRequired[list[float]]


class Percentiles(TypedDict):
    """Percentiles of times."""

    p50: Quantity
    p90: Quantity
    p99: Quantity


class ColdStart(TypedDict):
    """Seconds until the first text was answered: of the process, and of loading alone."""

    seconds: float
    loading_seconds: float


class SingleStream(TypedDict):
    """Latencies of texts that are answered one by one."""

    queries: int
    seconds: float
    milliseconds: Percentiles
    tokenising_milliseconds: Percentiles


class Offline(TypedDict):
    """Throughput where all texts are known beforehand."""

    samples: int
    seconds: float
    examples_per_second: Quantity
    tokenising_share: float
    padding_share: float


class LengthPoint(TypedDict, total=False):
    """Latencies of texts of about one length; `left_out` says why there are none."""

    left_out: str
    mean_tokens: float
    queries: int
    seconds: float
    milliseconds: Percentiles
    tokenising_milliseconds: Percentiles


class BatchPoint(TypedDict, total=False):
    """Times of queries of several texts; `left_out` says why there are none."""

    left_out: str
    queries: int
    milliseconds: Percentiles
    examples_per_second: Quantity


class Agreement(TypedDict):
    """How many labels are those that the run saved, and the accuracy."""

    texts: int
    accuracy: float
    accuracy_of_sample: float
    labels_kept: float
    accuracy_of_run: float


class Frequency(TypedDict):
    """Clock rate of the processor around a measurement; null where the system does not say."""

    start: float | None
    end: float | None


class InferenceConditions(TypedDict):
    """What the times of an engine depend on apart from the model."""

    engine: str
    device_names: list[str]
    precision: str
    threads: int
    data: str
    max_length: int | None


class Load(TypedDict):
    """Other work during a measurement, and what was measured in which command and session."""

    peak_memory_mb: float
    peak_gpu_memory_mb: float | None
    others_share: float | None
    frequency_mhz: Frequency
    is_slowed: bool
    other_gpu_processes: int | None
    command: str
    session: str
    processes: int


class InferenceCell(Load):
    """What one engine answers with."""

    latency_p50_ms: Quantity
    latency_p90_ms: Quantity
    latency_p99_ms: Quantity
    examples_per_second: Quantity
    cold_start: ColdStart
    single_stream: SingleStream
    offline: Offline
    by_length: dict[str, LengthPoint]
    by_batch_size: dict[str, BatchPoint]
    labels: Agreement
    model_mb: float
    is_full: bool
    conditions: InferenceConditions
    curves_command: NotRequired[str]


class TrainingConditions(TypedDict):
    """What the times of training depend on apart from the model; the last ones for real texts."""

    device: str
    device_names: list[str]
    precision: str
    threads: int
    strategy: str
    replicas: int
    workers: int
    jit_compile: bool
    replicas_note: NotRequired[str]
    batch_size: int
    optimizer: str
    accumulate: int
    data: NotRequired[str]
    train_size: NotRequired[int | None]
    max_length: NotRequired[int | None]
    truncation: NotRequired[str]
    pad_multiple: NotRequired[int]


class TrainingCell(Load):
    """Throughput of training one model at one length."""

    label: str
    family: str
    parameters: ModelSize
    loading: str
    conditions: TrainingConditions
    length: int | str
    padded_lengths: int
    seconds_per_step: Quantity
    examples_per_second: Quantity
    tokens_per_second: Quantity
    waiting_share: float
    padding_share: float
    first_step_seconds: float
    steps_per_repetition: int


class Ratio(TypedDict):
    """A ratio with its interval, which is null where too few processes were measured."""

    value: float
    low: float | None
    high: float | None


class Scaling(TypedDict):
    """Speed-up and efficiency by the number of replicas; null without a single replica to compare."""

    speed_up: dict[str, Ratio | None]
    efficiency: dict[str, Ratio | None]
    is_contended: bool
    note: str | None


class RecurrentKernel(TypedDict):
    """Whether cuDNN can compute a recurrent layer, and what keeps it from that."""

    cudnn: bool
    why_not: list[str]


class Audit(TypedDict):
    """Kernels and settings that a model was timed under."""

    recurrent_layers: dict[str, RecurrentKernel]
    jit_compile: bool
    policy: str | None
    intra_op_threads: int
    inter_op_threads: int


class Crossing(TypedDict):
    """A length at which two models train equally fast."""

    value: float
    low: float | None
    high: float | None


class Crossings(TypedDict):
    """Crossover lengths of a recurrent model and a transformer, and who is faster at each length."""

    crossings: list[Crossing]
    lengths: list[int]
    recurrent_over_transformer: list[float]
    adjusted_p: list[float] | None
    faster: list[str] | None
    is_contended: bool
    outcome: str


class BenchSections(TypedDict):
    """The measurements of bench.json, by name."""

    training: dict[str, TrainingCell]
    inference: dict[str, InferenceCell]
    scaling: dict[str, Scaling]
    audit: dict[str, Audit]
    crossings: dict[str, Crossings]


class Bench(BenchSections):
    """bench.json; at its top the figures of one engine, `axes_of`, that a report compares."""

    latency_p50_ms: NotRequired[Quantity]
    latency_p90_ms: NotRequired[Quantity]
    latency_p99_ms: NotRequired[Quantity]
    examples_per_second: NotRequired[Quantity]
    peak_memory_mb: NotRequired[float]
    axes_of: NotRequired[str]
    command: str
    measured: str
    computed_from: dict[str, str]
    sha256: NotRequired[str]
