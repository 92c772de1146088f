"""Claims: which of a recurrent network and a transformer takes longer to train on a text."""

from collections.abc import Sequence
from itertools import product

from tfcmp.evaluation.significance import CONTRADICTED, NOT_RESOLVED, SIGNIFICANCE, SUPPORTED, holm
from tfcmp.evaluation.times import (
    MINIMUM_PROCESSES,
    Ratio,
    are_comparable,
    ratio_of_times,
)
from tfcmp.reporting.analysis.scaling import Bench
from tfcmp.reporting.render.document import Claim
from tfcmp.reporting.sections.throughput import Cell, training_cells

# Of the parameters without embeddings.
SAME_SIZE = 0.02
# Conditions that decide how much work a real text is; a fixed length says it all.
OF_REAL_TEXTS = ("data", "train_size", "max_length", "truncation", "pad_multiple")
TEST = (
    "Welch's t test on the logarithms of seconds per text, one value per process, processes "
    "measured in turn; p adjusted over all lengths and pairs (Holm)"
)
UNTESTED = (
    f"too few processes for a test: at least {MINIMUM_PROCESSES} of each, measured in turn "
    "(python -m tfcmp.bench --processes)"
)


def slower_claims(benches: Sequence[Bench], sentence: str) -> list[Claim]:
    """Of each recurrent model and transformer of one size, at each length: which trains slower.

    Cells next to which other work ran, or whose load is not known, are left out.

    Args:
        benches: contents of bench.json.
        sentence: the claim that is put to the test.
    """
    found = [
        cell
        for cell in training_cells(benches)
        if not cell.is_contended and not cell.measured.get("loading")
    ]
    recurrent = [cell for cell in found if cell.family == "recurrent"]
    transformers = [cell for cell in found if cell.family == "transformer"]
    pairs = [(s, f) for s, f in product(recurrent, transformers) if _are_alike(s, f)]
    ratios = [_ratio(slow, fast) for slow, fast in pairs]
    # One family of tests: the more lengths are looked at, the more of them differ by chance.
    tested = [ratio.p for ratio in ratios if ratio is not None]
    adjusted = iter(holm(tested).tolist())
    return [
        _slower(slow, fast, sentence, ratio, next(adjusted) if ratio is not None else 1.0)
        for (slow, fast), ratio in zip(pairs, ratios, strict=True)
    ]


def _ratio(slow: Cell, fast: Cell) -> Ratio | None:
    """How many times as long the first takes; None where the processes support no claim."""
    if not are_comparable([slow.measured, fast.measured]):
        return None
    ours, theirs = (cell.measured["examples_per_second"]["by_process"] for cell in (slow, fast))
    return ratio_of_times(theirs, ours)


def _are_alike(one: Cell, other: Cell) -> bool:
    sizes = [cell.measured["parameters"]["without_embedding"] for cell in (one, other)]
    return (
        one.measured["length"] == other.measured["length"]
        and one.conditions == other.conditions
        and _step_of(one) == _step_of(other)
        and _read_alike(one, other)
        and abs(sizes[0] - sizes[1]) <= SAME_SIZE * max(sizes)
    )


def _step_of(cell: Cell) -> tuple[int | None, int]:
    """Texts of a step, and the parts that it is computed in."""
    of = cell.measured["conditions"]
    return of.get("batch_size"), of.get("accumulate") or 1


def _read_alike(one: Cell, other: Cell) -> bool:
    """Whether they read as much of the same texts; at a fixed length they do."""
    if isinstance(one.measured["length"], int):
        return True
    mine, theirs = (
        [cell.measured["conditions"].get(name) for name in OF_REAL_TEXTS] for cell in (one, other)
    )
    # A cell that tells no source tells nothing of its texts.
    return mine[0] is not None and mine == theirs


def _real_lengths(cell: Cell) -> str:
    limit = cell.measured["conditions"].get("max_length")
    return "on texts of real lengths" + (f", cut at {limit} tokens" if limit is not None else "")


def _hardware(cell: Cell) -> str:
    hardware, threads, precision, *_ = cell.conditions
    return f"{hardware}, {threads} threads, {precision}"


def _slower(slow: Cell, fast: Cell, sentence: str, ratio: Ratio | None, p: float) -> Claim:
    """The claim of one pair at one length; without a test it is not resolved, whatever it shows."""
    length = slow.measured["length"]
    at = f"at {length} tokens" if isinstance(length, int) else _real_lengths(slow)
    told = (
        f"{sentence} Here: {slow.label} takes longer for a training text than {fast.label}, of the "
        f"same size, {at} ({_hardware(slow)})."
    )
    examples = slow.measured["examples_per_second"].get("measurements")
    if ratio is None:
        value = fast.rate.value / slow.rate.value
        return Claim(
            told, NOT_RESOLVED, "throughput", value, None, None, "times as long", test=UNTESTED
        )
    verdict = NOT_RESOLVED
    if p <= SIGNIFICANCE and ratio.value != 1:
        verdict = SUPPORTED if ratio.value > 1 else CONTRADICTED
    interval = ratio[:3]
    return Claim(
        told, verdict, "throughput", *interval, "times as long", test=TEST, examples=examples
    )
