"""What was measured as tables for a terminal, the command that measures it again under each row."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from tfcmp.evaluation.times import MINIMUM_PROCESSES
from tfcmp.records.bench import Crossings, InferenceCell, Quantity, Ratio, Scaling, TrainingCell
from tfcmp.runs.timing import BUSY, why_disturbed

# An interval that holds less than that is none; five medians give 94 %.
LEAST_COVERAGE = 0.95


def training_table(cells: Mapping[str, TrainingCell]) -> list[str]:
    """Lines: a row per cell of training."""
    rows = [
        (
            key,
            _number(cell["examples_per_second"]),
            _number(cell["tokens_per_second"]),
            _number(cell["seconds_per_step"], 1000),
            f"{cell['waiting_share']:.1%}",
            f"{cell['padding_share']:.1%}",
            f"{cell['first_step_seconds']:.1f}",
            f"{cell['peak_gpu_memory_mb'] or cell['peak_memory_mb']:,.0f}",
            _load(cell),
        )
        for key, cell in cells.items()
    ]
    head = (
        "training",
        "texts/s",
        "tokens/s",
        "ms per step",
        "waiting",
        "padding",
        "first step, s",
        "peak MB",
        "others' CPU",
    )
    lines = _table(head, rows, [cell["command"] for cell in cells.values()])
    return lines + _busy_lines(cells) + _process_lines(cells)


def inference_table(label: str, cells: Mapping[str, InferenceCell]) -> list[str]:
    """Lines: a row per engine."""
    rows = []
    for key, cell in cells.items():
        labels = cell["labels"]
        rows.append(
            (
                f"{label}, {key}",
                f"{labels['accuracy']:.2%}",
                f"{labels['labels_kept']:.2%} of {labels['texts']:,}",
                _number(cell["latency_p50_ms"]),
                _number(cell["latency_p90_ms"]),
                _number(cell["latency_p99_ms"]),
                _number(cell["examples_per_second"]),
                f"{cell['offline']['tokenising_share']:.0%}",
                f"{cell['cold_start']['seconds']:.1f}",
                f"{cell['peak_gpu_memory_mb'] or cell['peak_memory_mb']:,.0f}",
                f"{cell['model_mb']:,.1f}",
                _load(cell),
            )
        )
    head = (
        "engine",
        "accuracy",
        "labels kept",
        "p50 ms",
        "p90 ms",
        "p99 ms",
        "texts/s",
        "tokenising",
        "cold start, s",
        "peak MB",
        "model MB",
        "others' CPU",
    )
    lines = _table(head, rows, [cell["command"] for cell in cells.values()])
    lines += _busy_lines(cells) + _process_lines(cells)
    return lines + [_stated(key, cell) for key, cell in cells.items()]


def _stated(key: str, cell: InferenceCell) -> str:
    stream, offline = cell["single_stream"], cell["offline"]
    kind = "full sample" if cell["is_full"] else "short sample (--full for a long one)"
    return (
        f"  {key}: {cell.get('processes', 1)} process(es), {kind}; of each {stream['queries']:,} single queries in "
        f"{stream['seconds']:.0f} s, {offline['samples']:,} texts offline in "
        f"{offline['seconds']:.0f} s, tokenising included; {offline['padding_share']:.1%} padding"
    )


def kept_lines(new: Mapping[str, InferenceCell], kept: Mapping[str, InferenceCell]) -> list[str]:
    """Lines: where bench.json keeps the figures of a full sample instead of these shorter ones."""
    return [
        f"  {key}: bench.json keeps the figures of the full sample that it has"
        for key, cell in new.items()
        if not cell["is_full"] and kept[key]["is_full"]
    ]


def failure_lines(failures: Mapping[str, Exception]) -> list[str]:
    """Lines: what could not be measured, and why."""
    return [f"not measured: {name}: {error}" for name, error in failures.items()]


def scaling_lines(scaling: Mapping[str, Scaling]) -> list[str]:
    """Lines: speed-up and efficiency of each set of cases."""
    lines = []
    for name, found in scaling.items():
        lines.append(f"scaling, {name}")
        for count, speed_up in found["speed_up"].items():
            efficiency = found["efficiency"][count]
            if speed_up is not None and efficiency is not None:
                lines.append(
                    f"  {count} replica(s): speed-up {_number(speed_up)}, "
                    f"efficiency {_number(efficiency)}"
                )
        if found["note"]:
            lines.append(f"  note: {found['note']}")
    return lines


def crossing_lines(crossings: Mapping[str, Crossings]) -> list[str]:
    """Lines: where models of one size train equally fast."""
    return [f"{name}: {found['outcome']}" for name, found in crossings.items()]


def _table(head: Sequence[str], rows: Sequence[tuple[str, ...]], commands: list[str]) -> list[str]:
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    lines = [_line(head, widths)]
    for row, command, following in zip(rows, commands, [*commands[1:], None], strict=True):
        lines.append(_line(row, widths))
        if command != following:
            lines.append(f"    {command}")
    return lines


def _line(row: Sequence[str], widths: list[int]) -> str:
    first, *rest = row
    cells = [first.ljust(widths[0]), *(c.rjust(w) for c, w in zip(rest, widths[1:], strict=True))]
    return "  ".join(cells).rstrip()


def _number(measured: Quantity | Ratio, factor: float = 1.0) -> str:
    """Value and interval, three digits that count; the value alone where too little was measured."""
    value, low, high = measured["value"], measured["low"], measured["high"]
    if cast("Quantity", measured).get("coverage", 1.0) < LEAST_COVERAGE:
        return _short(factor * value)
    if low is None or high is None:
        return _short(factor * value)
    return f"{_short(factor * value)} ({_short(factor * low)}-{_short(factor * high)})"


def _short(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _busy_lines(cells: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """A line on what "!" means, where a row has it."""
    if not any(why_disturbed(cell) for cell in cells.values()):
        return []
    return [
        f"  ! other processes took more than {BUSY:.0%} of the cores in use, their load is not "
        "known, they computed on the GPU, or the processor's clock fell: a report leaves these times out; measure them again "
        "on an idle machine"
    ]


def _process_lines(cells: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """A line on what few processes support, where a row has few."""
    fewest = min((cell.get("processes", 1) for cell in cells.values()), default=MINIMUM_PROCESSES)
    if fewest >= MINIMUM_PROCESSES:
        return []
    return [
        f"  {fewest} process{'es' if fewest > 1 else ''} of each: numbers without a claim, as the "
        f"next process measures otherwise; --processes {MINIMUM_PROCESSES} supports one"
    ]


def _load(cell: Mapping[str, Any]) -> str:
    share = cell["others_share"]
    told = "unknown" if share is None else f"{share:.0%}"
    return told + (" !" if why_disturbed(cell) else "")
