"""Every pair of entrants: difference, interval, adjusted p, verdict."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from tfcmp.evaluation.axes import Apart, Axis, Models, by_intervals
from tfcmp.evaluation.differences import Difference
from tfcmp.evaluation.intervals import Clusters, Interval
from tfcmp.evaluation.multiplicity import holm
from tfcmp.evaluation.seeds import multi_bootstrap, seed_accuracy, seed_difference
from tfcmp.evaluation.verdicts import (
    CONTRADICTED,
    EQUALITY_MARGIN,
    NOT_RESOLVED,
    SUPPORTED,
    verdict_of_difference,
    verdict_of_equality,
)
from tfcmp.progress import progress_bar
from tfcmp.reporting.document import TEST, Claim, Column, Figure, Table, make_table
from tfcmp.reporting.entrants import Entrant, test_groups
from tfcmp.reporting.figures.accuracy import DifferenceRow, draw_differences
from tfcmp.reporting.figures.drawing import shortened

ORDER = (SUPPORTED, CONTRADICTED, NOT_RESOLVED)
# A picture of more rows is not read.
MOST_PAIRS = 28
COLUMNS = (
    Column("model_a", "a: better on average"),
    Column("model_b", "b: the other"),
    Column("difference", "difference", "points"),
    Column("low", "95 % interval", "points"),
    Column("high", "to", "points"),
    Column("bootstrap_low", "bootstrap interval", "points"),
    Column("bootstrap_high", "to", "points"),
    Column("p", "p", "p"),
    Column("holm_p", "Holm p", "p"),
    Column("smallest_detectable", "smallest detectable", "width"),
    Column("verdict", "a is more accurate"),
    Column("equality", "equal within the margin"),
    Column("time_ratio", "training time, a to b", "number"),
    Column("only_a", "only a right", "count"),
    Column("only_b", "only b right", "count"),
    Column("seeds", "seeds"),
    Column("examples", "test texts", "count"),
    Column(TEST, "test"),
)


@dataclass(frozen=True)
class Pair:
    """Two entrants, the more accurate one first, and what separates them.

    Attributes:
        holm_p: p adjusted for all pairs of the report.
        verdict: on "a is more accurate than b".
        equality: on "a and b are equally accurate, up to the margin".
    """

    a: Entrant
    b: Entrant
    difference: Difference
    bootstrap: Interval | None
    holm_p: float
    verdict: str
    equality: str

    @property
    def seeds(self) -> str:
        """Numbers of runs of both."""
        return f"{len(self.a.runs)} and {len(self.b.runs)}"

    @property
    def names(self) -> tuple[str, str]:
        """What the sentence on it is about: a single run says nothing of its model."""
        a, b = self.a.label, self.b.label
        return (a, b) if self.has_seeds else (f"Of these runs, {a}", b)

    @property
    def has_seeds(self) -> bool:
        """Whether both sides have several runs, so that it speaks of models and not of runs."""
        return min(len(self.a.runs), len(self.b.runs)) > 1


def compare_all(entrants: Sequence[Entrant], margin: float = EQUALITY_MARGIN) -> tuple[Pair, ...]:
    """All pairs, with Holm's adjustment over all of them.

    Args:
        entrants: compared on the same test texts.
        margin: largest difference that counts as none, as a share.
    """
    groups = test_groups(entrants)
    ordered = sorted(entrants, key=lambda entrant: -float(entrant.correct.mean()))
    both = list(combinations(ordered, 2))
    differences, bootstraps = [], []
    with progress_bar("comparing pairs", len(both)) as advance:
        for a, b in both:
            differences.append(seed_difference(a.correct, b.correct, groups))
            bootstraps.append(multi_bootstrap(a.correct, b.correct, groups))
            advance(1)
    adjusted = holm([difference.p for difference in differences])
    return tuple(
        Pair(
            *pair,
            difference=difference,
            bootstrap=bootstrap,
            holm_p=float(p),
            verdict=verdict_of_difference(difference, float(p)),
            equality=verdict_of_equality(difference, margin),
        )
        for pair, difference, bootstrap, p in zip(
            both, differences, bootstraps, adjusted, strict=True
        )
    )


def accuracies(entrants: Sequence[Entrant], groups: Clusters) -> dict[str, Interval]:
    """Mean test accuracy over seeds with its interval, by label."""
    return {entrant.label: seed_accuracy(entrant.correct, groups) for entrant in entrants}


def told_by(pairs: Sequence[Pair], models: Models) -> Apart:
    """Tells models apart on accuracy as the ledger does, on other axes by their intervals."""
    resolved = {
        frozenset((pair.a.label, pair.b.label)): pair.verdict != NOT_RESOLVED for pair in pairs
    }
    otherwise = by_intervals(models)

    def apart(first: str, second: str, axis: Axis) -> bool:
        both = frozenset((first, second))
        if axis.name == "accuracy" and both in resolved:
            return resolved[both]
        return otherwise(first, second, axis)

    return apart


def pairs_table(pairs: Sequence[Pair], margin: float, seconds: Mapping[str, float]) -> Table:
    """A row a pair.

    Args:
        pairs: all of them.
        margin: of equality, as a share.
        seconds: label -> training seconds, of the entrants whose times count.
    """
    rows = [
        (
            pair.a.label,
            pair.b.label,
            pair.difference.value,
            pair.difference.low,
            pair.difference.high,
            pair.bootstrap.low if pair.bootstrap else None,
            pair.bootstrap.high if pair.bootstrap else None,
            pair.difference.p,
            pair.holm_p,
            pair.difference.smallest_detectable,
            pair.verdict,
            pair.equality,
            _ratio(pair, seconds),
            pair.difference.only_a,
            pair.difference.only_b,
            pair.seeds,
            pair.a.correct.shape[1],
            pair.difference.test,
        )
        for pair in pairs
    ]
    return make_table(
        "pairs",
        "Every pair of models",
        COLUMNS,
        rows,
        "Verdicts use the p adjusted over all pairs (Holm 1979). The smallest detectable "
        "difference, 2.80 standard errors, is found with a probability of 80 % where there are many "
        "degrees of freedom; with 2 or 3 seeds it takes more. The margin of equality is "
        f"{100 * margin:g} points. The counts of texts that only one model answers right describe, "
        "they test nothing. The bootstrap over seeds and groups is shown from 5 seeds on.",
    )


def _ratio(pair: Pair, seconds: Mapping[str, float]) -> float | None:
    both = (pair.a.label, pair.b.label)
    return seconds[both[0]] / seconds[both[1]] if set(both) <= set(seconds) else None


def pairs_figure(pairs: Sequence[Pair], margin: float) -> Figure | None:
    """All differences with their intervals; of many pairs those with the most accurate one."""
    shown = pairs if len(pairs) <= MOST_PAIRS else [p for p in pairs if p.a is pairs[0].a]
    if not shown:
        return None
    rows = [
        DifferenceRow(
            f"{shortened(pair.a.label, 20)} - {shortened(pair.b.label, 20)}",
            Interval(pair.difference.value, pair.difference.low, pair.difference.high),
            pair.verdict != NOT_RESOLVED,
        )
        for pair in shown
    ]
    return draw_differences(rows, margin)


def claims_of_pairs(pairs: Sequence[Pair], margin: float) -> list[Claim]:
    """What can be said of each pair: which is better, or else whether they are equal.

    What is resolved comes first.
    """
    claims = []
    for pair in pairs:
        a, b = pair.names
        claims.append(difference_claim(pair, f"{a} is more accurate than {b}."))
        if pair.verdict == NOT_RESOLVED:
            claims.append(equality_claim(pair, margin))
    return sorted(claims, key=lambda claim: ORDER.index(claim.verdict))


def equality_claim(pair: Pair, margin: float, sentence: str | None = None) -> Claim:
    """The claim that both are equally accurate, up to the margin."""
    return _claim(
        pair,
        sentence
        or f"{pair.names[0]} and {pair.names[1]} are equally accurate, within "
        f"{100 * margin:g} points.",
        pair.equality,
        f"two one-sided tests at a margin of {100 * margin:g} points; {pair.difference.test}",
    )


def difference_claim(pair: Pair, sentence: str) -> Claim:
    """The claim that the first of both is more accurate, by the adjusted p."""
    return _claim(pair, sentence, pair.verdict, pair.difference.test, pair.holm_p)


def _claim(pair: Pair, sentence: str, verdict: str, test: str, p: float | None = None) -> Claim:
    return Claim(
        sentence,
        verdict,
        "pairs",
        100 * pair.difference.value,
        100 * pair.difference.low,
        100 * pair.difference.high,
        "points",
        p,
        test,
        pair.a.correct.shape[1],
        pair.seeds,
    )
