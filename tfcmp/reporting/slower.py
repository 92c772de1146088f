"""Claims: which of a recurrent network and a transformer takes longer to train on a text."""

from collections.abc import Sequence
from itertools import product

from tfcmp.evaluation.intervals import Interval
from tfcmp.evaluation.verdicts import CONTRADICTED, NOT_RESOLVED, SUPPORTED
from tfcmp.reporting.document import Claim
from tfcmp.reporting.scaling import Bench
from tfcmp.reporting.throughput import Cell, training_cells

# Of the parameters without embeddings.
SAME_SIZE = 0.02
# Conditions that decide how much work a real text is; a fixed length says it all.
OF_REAL_TEXTS = ("data", "train_size", "max_length", "truncation", "pad_multiple")
TEST = (
    "ratio of median seconds a text over timed stretches of one process each; the interval is from "
    "the ends of both intervals"
)


def slower_claims(benches: Sequence[Bench], sentence: str) -> list[Claim]:
    """Of each recurrent model and transformer of one size, at each length: which trains slower.

    Cells beside which other work ran are left out.

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
    return [
        _slower(slow, fast, sentence)
        for slow, fast in product(recurrent, transformers)
        if _are_alike(slow, fast)
    ]


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


def _slower(slow: Cell, fast: Cell, sentence: str) -> Claim:
    ours, theirs = slow.rate, fast.rate
    ratio = Interval(theirs.value / ours.value, theirs.low / ours.high, theirs.high / ours.low)
    verdict = NOT_RESOLVED
    if ratio.low > 1 or ratio.high < 1:
        verdict = SUPPORTED if ratio.low > 1 else CONTRADICTED
    length = slow.measured["length"]
    at = f"at {length} tokens" if isinstance(length, int) else _real_lengths(slow)
    return Claim(
        f"{sentence} Here: {slow.label} takes longer for a training text than {fast.label}, of the "
        f"same size, {at} ({_hardware(slow)}).",
        verdict,
        "throughput",
        *ratio,
        "times as long",
        test=TEST,
        examples=slow.measured["examples_per_second"].get("measurements"),
    )
