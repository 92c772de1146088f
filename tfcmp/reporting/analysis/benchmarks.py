"""What bench measured: inference by model and engine, training steps by model and length."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from tfcmp.evaluation.intervals import Interval
from tfcmp.evaluation.times import are_comparable
from tfcmp.records import bench as records
from tfcmp.records.bench import Audit, Bench
from tfcmp.reporting.load.models import ModelResult
from tfcmp.reporting.load.runs import Run, ends_of, mean_of
from tfcmp.runs.timing import why_disturbed

INFERENCE_AXES = ("latency_p50_ms", "latency_p90_ms", "latency_p99_ms", "examples_per_second")
USUAL_ENGINE = "keras float32"
CONFIDENCE = 0.95
# Throughputs share a table only where all of these agree.
SAME = ("device_names", "threads", "precision", "jit_compile")
IDLE = "measure it again on an idle machine"
OTHERWISE = "with another engine or under other conditions than most"

Conditions = tuple[str, ...]
# Engine -> label -> axis of inference -> measurement.
Engines = Mapping[str, Mapping[str, Mapping[str, Interval | float]]]


class InferenceCell(NamedTuple):
    """What one engine did with one run's model."""

    model: ModelResult
    run: Run
    engine: str
    measured: records.InferenceCell
    audit: Audit | None = None

    @property
    def name(self) -> str:
        """Label and engine."""
        return f"{self.model.label}: {self.engine}"

    @property
    def conditions(self) -> Conditions:
        """What its times depend on apart from model and engine."""
        of = self.measured.get("conditions", {})
        return (", ".join(of.get("device_names") or []), f"{of.get('threads')} threads")

    @property
    def gives_axes(self) -> bool:
        """Whether the axes at the top of the file are those of this engine."""
        return self.run.measured["bench"].get("axes_of", USUAL_ENGINE) == self.engine

    @property
    def left_out(self) -> str | None:
        """Why its times do not count; None where they do."""
        return why_disturbed(self.measured)

    @property
    def is_contended(self) -> bool:
        """Whether its times do not count."""
        return self.left_out is not None


def inference_cells(models: Sequence[ModelResult]) -> Iterator[InferenceCell]:
    """All that was measured, in the order of the report."""
    for model in models:
        for run in model.runs:
            bench = run.measured.get("bench", {})
            for engine, measured in bench.get("inference", {}).items():
                yield InferenceCell(
                    model, run, engine, measured, bench.get("audit", {}).get(engine)
                )


def counted_cells(cells: Sequence[InferenceCell]) -> list[InferenceCell]:
    """Those under the conditions of most whose times count."""
    usual = _usual(cells)
    return [cell for cell in cells if cell.conditions == usual and not cell.is_contended]


def usual_hardware(cells: Sequence[InferenceCell]) -> str:
    """Engine, device and threads that the axes of inference are compared on; "" where none are."""
    usual = _usual([cell for cell in cells if cell.gives_axes], with_engine=True)
    return ", ".join(filter(None, usual))


def latencies_by_engine(cells: Sequence[InferenceCell]) -> Engines:
    """Engine -> label -> axis of inference -> mean over runs, under the conditions of most."""
    counted = counted_cells(cells)
    engines: dict[str, dict[str, dict[str, Interval | float]]] = {}
    for engine in dict.fromkeys(cell.engine for cell in counted):
        by_label: dict[str, list[records.InferenceCell]] = {}
        for cell in counted:
            if cell.engine == engine:
                by_label.setdefault(cell.model.label, []).append(cell.measured)
        is_tested = are_comparable([of for measured in by_label.values() for of in measured])
        engines[engine] = {
            label: {
                axis: mean
                for axis in INFERENCE_AXES
                if (mean := _supported([of.get(axis) for of in measured], is_tested)) is not None
            }
            for label, measured in by_label.items()
        }
    return engines


def usual_axes(
    models: Sequence[ModelResult], cells: Sequence[InferenceCell]
) -> dict[str, dict[str, Interval | float]]:
    """Label -> axis -> mean over runs, of the engine and under the conditions of most.

    Runs next to which other work ran, and those under other conditions, are left out; a bench.json
    that tells no conditions counts as it is. Otherwise only what was measured in enough processes
    and in turn has an interval, and with it a verdict; the rest are numbers.
    """
    found = [cell for cell in cells if cell.gives_axes]
    usual = _usual(found, with_engine=True)
    left_out = {
        cell.run.name
        for cell in found
        if cell.is_contended or (cell.engine, *cell.conditions) != usual
    }
    counted = [cell.measured for cell in found if cell.run.name not in left_out]
    is_tested = not counted or are_comparable(counted)
    return {
        model.label: {
            axis: mean
            for axis in INFERENCE_AXES
            if (mean := _mean(model, axis, left_out, is_tested)) is not None
        }
        for model in models
    }


def _mean(
    model: ModelResult, axis: str, left_out: set[str], is_tested: bool
) -> Interval | float | None:
    """Mean over runs; with the widest ends of their intervals where these support a verdict."""
    bench = [run.measured.get("bench", {}) for run in model.runs if run.name not in left_out]
    return _supported([content.get(axis) for content in bench], is_tested)


def _supported(found: Sequence[Any], is_tested: bool) -> Interval | float | None:
    """What is joined of them, without an interval where it supports no verdict."""
    mean = mean_of(found)
    return mean.value if isinstance(mean, Interval) and not is_tested else mean


def _usual(found: Sequence[InferenceCell], with_engine: bool = False) -> Conditions:
    counted = Counter(
        (*([cell.engine] if with_engine else []), *cell.conditions)
        for cell in found
        if not cell.is_contended
    )
    return counted.most_common(1)[0][0] if counted else ()


def why_left_out(
    cells: Sequence[InferenceCell], axes: Mapping[str, Mapping[str, Interval | float]]
) -> dict[str, str]:
    """Label -> why its inference times do not count, of those that were measured but excluded.

    Args:
        cells: all that was measured.
        axes: label -> axis -> what counts.
    """
    found: dict[str, str] = {}
    for cell in cells:
        label = cell.model.label
        if cell.gives_axes and not axes[label]:
            reason = f"{cell.left_out}; {IDLE}" if cell.is_contended else OTHERWISE
            # Of several runs, one on an idle machine tells what else keeps them out.
            found[label] = reason if label not in found or not cell.is_contended else found[label]
    return found


def told_gaps(left_out: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Label -> axis -> what is said of it instead of "was not measured"."""
    return {
        label: dict.fromkeys(INFERENCE_AXES, f"was measured, but left out: {reason}")
        for label, reason in left_out.items()
    }


def left_out_note(axis: str, left_out: Mapping[str, str]) -> str:
    """A sentence on an axis that no model has a value of, though some were measured on it."""
    models = ", ".join(left_out)
    reasons = "; ".join(dict.fromkeys(left_out.values()))
    return f"{axis} of {models} was measured, but left out: {reasons} (python -m tfcmp.bench RUN)."


def shown_ends(measured: Mapping[str, Any]) -> tuple[float | None, float | None, float | None]:
    """Value, low and high of a quantity; no interval that holds less than 95 %."""
    value, low, high = ends_of(measured)
    return (value, None, None) if measured.get("coverage", 1.0) < CONFIDENCE else (value, low, high)


class TrainingCell(NamedTuple):
    """Training steps of one model at one length."""

    key: str
    measured: records.TrainingCell
    audit: Audit | None = None

    @property
    def label(self) -> str:
        """Model, and what of it is not as it comes."""
        return str(self.measured["label"])

    @property
    def family(self) -> str:
        """As the catalogue has it."""
        family = str(self.measured["family"])
        return "pretrained" if family == "saved_model" else family

    @property
    def rate(self) -> Interval:
        """Texts per second."""
        of = self.measured["examples_per_second"]
        return Interval(of["value"], of["low"], of["high"])

    @property
    def conditions(self) -> tuple[str, ...]:
        """What its times depend on apart from model, batch and length."""
        of = self.measured["conditions"]
        device, *rest = (of.get(name) for name in SAME)
        hardware = ", ".join(device) if isinstance(device, list) else str(device)
        return (hardware, *map(str, rest))

    @property
    def left_out(self) -> str | None:
        """Why its times do not count; None where they do."""
        return why_disturbed(self.measured)

    @property
    def is_contended(self) -> bool:
        """Whether its times do not count."""
        return self.left_out is not None


def training_cells(benches: Sequence[Bench]) -> Iterator[TrainingCell]:
    """Everything measured of training, in its order."""
    for bench in benches:
        for key, measured in bench.get("training", {}).items():
            yield TrainingCell(key, measured, bench.get("audit", {}).get(key))
