"""Section: training throughput by length, and over replicas, from bench.json."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from tfcmp.evaluation.intervals import Interval
from tfcmp.reporting.analysis.scaling import Bench, crossings_table, scaling_table
from tfcmp.reporting.figures.curves import draw_curves
from tfcmp.reporting.figures.palette import styles_of
from tfcmp.reporting.render.commands import portable
from tfcmp.reporting.render.document import (
    Claim,
    Column,
    Figure,
    Section,
    Table,
    interval_columns,
    make_table,
)
from tfcmp.reporting.render.kernels import kernels
from tfcmp.reporting.sections.inference import shown_ends
from tfcmp.runs.timing import why_disturbed

# Throughputs share a table only where all of these agree.
SAME = ("device_names", "threads", "precision", "jit_compile")


class Cell(NamedTuple):
    """Training steps of one model at one length."""

    key: str
    measured: Mapping[str, Any]
    audit: Mapping[str, Any] | None = None

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
        """What its times depend on beside model, batch and length."""
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


def throughput_section(benches: Sequence[Bench], claims: Sequence[Claim]) -> Section | None:
    """Throughput, crossing lengths and scaling; None where nothing was measured."""
    found = list(training_cells(benches))
    if not found:
        return None
    kinds = dict.fromkeys(cell.conditions for cell in found)
    tables = [
        _table(number, kind, [cell for cell in found if cell.conditions == kind])
        for number, kind in enumerate(kinds, start=1)
    ]
    figures = [
        figure
        for number, kind in enumerate(kinds, start=1)
        for figure in _figure(number, [cell for cell in found if cell.conditions == kind])
    ]
    notes = (
        "What python -m tfcmp.bench measured of the very steps of fit, at fixed lengths or on the "
        "real texts. The first step, which compiles, stands apart.",
    )
    return Section(
        "throughput",
        "Training throughput",
        notes,
        tuple(claims),
        tuple(figures),
        (*tables, crossings_table(benches), scaling_table(benches)),
    )


def training_cells(benches: Sequence[Bench]) -> Iterator[Cell]:
    """Everything measured of training, in its order."""
    for bench in benches:
        for key, measured in bench.get("training", {}).items():
            yield Cell(key, measured, bench.get("audit", {}).get(key))


def _table(number: int, kind: tuple[str, ...], found: Sequence[Cell]) -> Table:
    columns = (
        Column("model", "model"),
        Column("length", "length"),
        Column("max_length", "cut at, tokens", "count"),
        Column("batch", "batch", "count"),
        Column("parts", "in parts", "count"),
        Column("replicas", "replicas", "count"),
        *interval_columns("examples_per_second", "texts/s", "number", is_named=True),
        Column("tokens_per_second", "tokens/s", "number"),
        Column("step_ms", "a step, ms", "number"),
        Column("first_step", "first step", "seconds"),
        Column("waiting_share", "waiting for data", "share"),
        Column("padding_share", "padding", "share"),
        Column("padded_lengths", "padded lengths", "count"),
        Column("kernels", "recurrent kernels"),
        Column("peak_memory_mb", "peak memory, MB", "number"),
        Column("parameters_without_embedding", "parameters without embedding", "count"),
        Column("left_out", "why times are left out"),
        Column("processes", "processes", "count"),
        Column("command", "command"),
    )
    device, threads, precision, compiled = kind
    told = f"{device}, {threads} threads, {precision}, XLA {'on' if compiled == 'True' else 'off'}"
    return make_table(
        f"throughput_{number}" if number > 1 else "throughput",
        f"Training throughput: {told}",
        columns,
        [_row(cell) for cell in found],
        "Tokens without padding. The command measures the row again.",
    )


def _row(cell: Cell) -> tuple:
    of = cell.measured
    empty = cell.is_contended
    rate = [None] * 3 if empty else list(shown_ends(of["examples_per_second"]))
    return (
        cell.label,
        str(of["length"]),
        of["conditions"].get("max_length"),
        of["conditions"].get("batch_size"),
        of["conditions"].get("accumulate"),
        of["conditions"].get("replicas"),
        *rate,
        None if empty else of["tokens_per_second"]["value"],
        None if empty else 1000 * of["seconds_per_step"]["value"],
        None if empty else of["first_step_seconds"],
        of["waiting_share"],
        of["padding_share"],
        of.get("padded_lengths"),
        kernels(cell.audit),
        of.get("peak_gpu_memory_mb") or of.get("peak_memory_mb"),
        of["parameters"]["without_embedding"],
        cell.left_out,
        of.get("processes", 1),
        portable(of.get("command", "")) or None,
    )


def _figure(number: int, found: Sequence[Cell]) -> list[Figure]:
    """Throughput against length, of one table."""
    curves: dict[str, list[tuple[float, Interval]]] = {}
    families = {}
    for cell in found:
        length, is_scaled = cell.measured["length"], cell.measured.get("loading")
        if isinstance(length, int) and not cell.is_contended and not is_scaled:
            name = f"{cell.label}: batch {cell.measured['conditions'].get('batch_size')}"
            curves.setdefault(name, []).append((float(length), cell.rate))
            families[cell.label] = cell.family
    known = {name: sorted(curve) for name, curve in curves.items() if len(curve) > 1}
    if not known:
        return []
    return [
        draw_curves(
            f"throughput_{number}" if number > 1 else "throughput",
            "Training throughput against length",
            "tokens of every text",
            "texts a second",
            known,
            styles_of(families),
        )
    ]
