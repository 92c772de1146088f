"""What the runs and benches say of three common claims on recurrent networks and transformers."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import numpy as np

from tfcmp.evaluation.intervals import Values
from tfcmp.evaluation.significance import CONTRADICTED, NOT_RESOLVED, SIGNIFICANCE, SUPPORTED, holm
from tfcmp.evaluation.times import MINIMUM_PROCESSES, Ratio, are_comparable, ratio_of_times
from tfcmp.records.bench import Bench
from tfcmp.reporting.analysis.benchmarks import TrainingCell, training_cells
from tfcmp.reporting.analysis.comparison import Comparison
from tfcmp.reporting.analysis.pairwise import Pair, equality_claim
from tfcmp.reporting.analysis.training_times import Conditions, examples_per_second, timed_runs
from tfcmp.reporting.load.models import TRANSFORMER, ModelResult, flat_settings
from tfcmp.reporting.render.document import NOT_MEASURED, Claim

SLOWER = "Recurrent networks are sequential and train slower than a transformer."
ALIKE = "With equal parameter counts, recurrent networks and transformers perform alike."
GENERATION = "Recurrent networks can generate text, masked transformers cannot."
WAYS = {
    SLOWER: "to measure it: python -m tfcmp.bench --model lstm --against transformer --lengths "
    "64,128,256,512 --processes 5 --out DIR, and that folder to the report",
    ALIKE: "to measure it: python -m tfcmp.compare --config configs/studies/matched_parameters.yaml",
    GENERATION: "no command of tfcmp measures it: its models classify",
}
# Of the parameters without embeddings; what --architecture.match promises.
SAME_SIZE = 0.02
# Groups of settings that make up a recipe.
OF_A_RECIPE = ("data", "architecture", "training")
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


def hypotheses(comparison: Comparison) -> list[Claim]:
    """The three claims, one row for each pair that speaks about one.

    Speed is judged by the throughputs that bench measured, where there are any; else by the times
    of the runs.
    """
    margin = comparison.options.margin
    alike = [_alike_claim(pair, margin) for pair in comparison.pairs if _is_matched(pair.a, pair.b)]
    speed = slower_claims(comparison.inputs.benches) or _speed_claims(comparison)
    return [
        *(speed or [not_measured(SLOWER)]),
        *(alike or [not_measured(ALIKE)]),
        not_measured(GENERATION),
    ]


def not_measured(sentence: str) -> Claim:
    """A claim on which no file says anything, with what would measure it."""
    return Claim(sentence, NOT_MEASURED, to_measure=WAYS[sentence])


def _alike_claim(pair: Pair, margin: float) -> Claim:
    """Equality of two models of one size; single runs cannot decide it."""
    sentence = (
        f"{ALIKE} Here: {pair.a.label} and {pair.b.label}, within {100 * margin:g} points, "
        f"{_recipes(pair.a, pair.b)}."
    )
    claim = equality_claim(pair, margin, sentence)
    if pair.has_seeds:
        return claim
    return replace(claim, verdict=NOT_RESOLVED)


def _recipes(a: ModelResult, b: ModelResult) -> str:
    """In which settings that both have, apart from the layers themselves, two models differ."""
    settings = [flat_settings(one.configuration) for one in (a, b)]
    differing = [
        f"{name} {settings[0][name]} against {settings[1][name]}"
        for name in settings[0]
        if name in settings[1]
        and name.partition(".")[0] in OF_A_RECIPE
        and settings[0][name] != settings[1][name]
    ]
    if not differing:
        return "with recipes that are equal in all that both have"
    return f"with recipes that differ in {', '.join(differing)}"


def _is_matched(a: ModelResult, b: ModelResult) -> bool:
    """A recurrent network and a from-scratch transformer of the same size."""
    models = {a.model, b.model}
    if TRANSFORMER not in models or a.is_recurrent == b.is_recurrent:
        return False
    sizes = [one.runs[0].result["parameters"]["without_embedding"] for one in (a, b)]
    return _is_same_size(*sizes)


def _is_same_size(one: int, other: int) -> bool:
    return abs(one - other) <= SAME_SIZE * max(one, other)


def _speed_claims(comparison: Comparison) -> list[Claim]:
    """For each recurrent network and from-scratch transformer whose times count: a number.

    Fits are not measured in turn, so what changes with the hour differs between models: their
    times support no verdict.
    """
    usual = comparison.conditions
    rates = {one.label: _rates(one, usual) for one in comparison.models}
    timed = [one for one in comparison.models if len(rates[one.label])]
    recurrent = [one for one in timed if one.is_recurrent]
    transformers = [one for one in timed if one.model == TRANSFORMER]
    return [
        Claim(
            f"{SLOWER} Here: {slow.label} takes longer for a training text than {fast.label} "
            f"({_hardware(usual)}).",
            NOT_RESOLVED,
            "times",
            float(np.exp(np.log(rates[fast.label]).mean() - np.log(rates[slow.label]).mean())),
            None,
            None,
            "times as long",
            None,
            _speed_test(slow, fast),
            None,
            f"{len(rates[slow.label])} and {len(rates[fast.label])}",
            to_measure=WAYS[SLOWER],
        )
        for slow, fast in product(recurrent, transformers)
    ]


def _hardware(usual: Conditions) -> str:
    return (
        f"{usual['hardware'] or usual['device']}, {usual['threads']} threads, {usual['precision']}"
    )


def _rates(model: ModelResult, usual: Conditions) -> Values:
    """Texts per second of the runs whose times count and that have any: one batch in all has none."""
    rates: Values = np.array([examples_per_second(run) for run in timed_runs(model, usual)])
    known: Values = rates[np.isfinite(rates) & (rates > 0)]
    return known


def _speed_test(slow: ModelResult, fast: ModelResult) -> str:
    told = "ratio of the median seconds per text of fits, which were not measured in turn: no test"
    settings = ("data.max_length", "training.batch_size")
    for setting in settings:
        group, name = setting.split(".")
        values = [one.configuration[group][name] for one in (slow, fast)]
        if values[0] != values[1]:
            told += f"; {setting} {values[0]} against {values[1]}"
    return told


def slower_claims(benches: Sequence[Bench]) -> list[Claim]:
    """Of each recurrent model and transformer of one size, at each length: which trains slower.

    TrainingCells next to which other work ran, or whose load is not known, are left out.

    Args:
        benches: contents of bench.json.
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
        _slower(slow, fast, ratio, next(adjusted) if ratio is not None else 1.0)
        for (slow, fast), ratio in zip(pairs, ratios, strict=True)
    ]


def _ratio(slow: TrainingCell, fast: TrainingCell) -> Ratio | None:
    """How many times as long the first takes; None where the processes support no claim."""
    if not are_comparable([slow.measured, fast.measured]):
        return None
    ours, theirs = (cell.measured["examples_per_second"]["by_process"] for cell in (slow, fast))
    return ratio_of_times(theirs, ours)


def _are_alike(one: TrainingCell, other: TrainingCell) -> bool:
    sizes = [cell.measured["parameters"]["without_embedding"] for cell in (one, other)]
    return (
        one.measured["length"] == other.measured["length"]
        and one.conditions == other.conditions
        and _step_of(one) == _step_of(other)
        and _read_alike(one, other)
        and _is_same_size(*sizes)
    )


def _step_of(cell: TrainingCell) -> tuple[int | None, int]:
    """Texts of a step, and the parts that it is computed in."""
    of = cell.measured["conditions"]
    return of.get("batch_size"), of.get("accumulate") or 1


def _read_alike(one: TrainingCell, other: TrainingCell) -> bool:
    """Whether they read as much of the same texts; at a fixed length they do."""
    if isinstance(one.measured["length"], int):
        return True
    mine, theirs = (
        [cell.measured["conditions"].get(name) for name in OF_REAL_TEXTS] for cell in (one, other)
    )
    # A cell that tells no source tells nothing of its texts.
    return mine[0] is not None and mine == theirs


def _real_lengths(cell: TrainingCell) -> str:
    limit = cell.measured["conditions"].get("max_length")
    return "on texts of real lengths" + (f", cut at {limit} tokens" if limit is not None else "")


def _bench_hardware(cell: TrainingCell) -> str:
    hardware, threads, precision, *_ = cell.conditions
    return f"{hardware}, {threads} threads, {precision}"


def _slower(slow: TrainingCell, fast: TrainingCell, ratio: Ratio | None, p: float) -> Claim:
    """The claim of one pair at one length; without a test it is not resolved, whatever it shows."""
    length = slow.measured["length"]
    at = f"at {length} tokens" if isinstance(length, int) else _real_lengths(slow)
    told = (
        f"{SLOWER} Here: {slow.label} takes longer for a training text than {fast.label}, of the "
        f"same size, {at} ({_bench_hardware(slow)})."
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
