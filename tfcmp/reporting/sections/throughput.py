"""Section: training throughput by length, crossover lengths, and speed-up over replicas, from bench.json."""

from collections.abc import Sequence

from tfcmp.records.bench import Bench, Crossing
from tfcmp.reporting.analysis.benchmarks import TrainingCell, shown_ends, training_cells
from tfcmp.reporting.analysis.comparison import Comparison
from tfcmp.reporting.figures.curves import Point, draw_curves
from tfcmp.reporting.figures.palette import styles_of
from tfcmp.reporting.load.runs import ends_of
from tfcmp.reporting.render.document import (
    Cell,
    Claim,
    Column,
    Figure,
    Section,
    Table,
    interval_columns,
    make_table,
)
from tfcmp.reporting.render.format import kernels, portable

DISTURBED = "other work ran meanwhile, or its load is not known"


def throughput_section(comparison: Comparison, hypotheses: Sequence[Claim]) -> Section | None:
    """Throughput, crossover lengths and scaling; None where nothing was measured.

    Args:
        comparison: whose benches are shown.
        hypotheses: those that name this table are told here.
    """
    benches = comparison.inputs.benches
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
        tuple(claim for claim in hypotheses if claim.table == "throughput"),
        tuple(figures),
        (*tables, crossings_table(benches), scaling_table(benches)),
    )


def _table(number: int, kind: tuple[str, ...], found: Sequence[TrainingCell]) -> Table:
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


def _row(cell: TrainingCell) -> tuple[Cell, ...]:
    of = cell.measured
    empty = cell.is_contended
    rate: list[float | None] = [None] * 3 if empty else list(shown_ends(of["examples_per_second"]))
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


def _figure(number: int, found: Sequence[TrainingCell]) -> list[Figure]:
    """Throughput against length, of one table."""
    curves: dict[str, list[Point]] = {}
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
            "texts per second",
            known,
            styles_of(families),
        )
    ]


def crossings_table(benches: Sequence[Bench]) -> Table:
    """One row per length at which a recurrent model and a transformer of one size cross.

    Pairs that do not cross have a row too; so do those measured during other work, without numbers.
    """
    rows = []
    for bench in benches:
        for name, of in bench.get("crossings", {}).items():
            found: Sequence[Crossing] = [] if of.get("is_contended") else of["crossings"]
            rows += [(name, *ends_of(at), of["outcome"]) for at in found or (None,)]
    columns = (
        Column("pair", "models"),
        *interval_columns("length", "cross at, tokens", "number"),
        Column("outcome", "outcome"),
    )
    return make_table("crossings", "Length at which they train equally fast", columns, rows)


def scaling_table(benches: Sequence[Bench]) -> Table:
    """One row per number of replicas."""
    rows = []
    for bench in benches:
        for name, of in bench.get("scaling", {}).items():
            for count, speed_up in of["speed_up"].items():
                measured = (speed_up, of["efficiency"][count])
                is_busy = of.get("is_contended")
                ratios = [end for one in measured for end in ends_of(one)]
                notes = [of.get("note"), DISTURBED if is_busy else None]
                told = "; ".join(filter(None, notes)) or None
                rows.append((name, int(count), *([None] * 6 if is_busy else ratios), told))
    columns = (
        Column("what", "what"),
        Column("replicas", "replicas", "count"),
        *interval_columns("speed_up", "speed-up", "number", is_named=True),
        *interval_columns("efficiency", "efficiency", "number", is_named=True),
        Column("note", "note"),
    )
    return make_table("scaling", "Speed-up over replicas", columns, rows)
