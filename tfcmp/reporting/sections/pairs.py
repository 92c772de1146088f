"""Table of every pair of models."""

from collections.abc import Mapping, Sequence

from tfcmp.reporting.analysis.pairwise import Pair
from tfcmp.reporting.render.document import TEST, Column, Table, make_table

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
    Column("equality_p", "Holm p of equality", "p"),
    Column("holds_for", "holds for"),
    Column("time_ratio", "training time, a to b", "number"),
    Column("only_a", "only a right", "count"),
    Column("only_b", "only b right", "count"),
    Column("flip_p", "p by sign flips", "p"),
    Column("seeds", "runs"),
    Column("examples", "test texts", "count"),
    Column(TEST, "test"),
)


def pairs_table(pairs: Sequence[Pair], margin: float, seconds: Mapping[str, float]) -> Table:
    """A row per pair.

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
            pair.smallest_detectable,
            pair.verdict,
            pair.equality,
            pair.equality_p,
            pair.holds_for,
            _ratio(pair, seconds),
            pair.difference.only_a,
            pair.difference.only_b,
            pair.difference.flip_p,
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
        "Verdicts use p adjusted over all pairs (Holm 1979), those on equality as well: two one-sided "
        f"tests at a margin of {100 * margin:g} points. Intervals are not adjusted. The smallest "
        "detectable difference is found with a probability of 80 % by a study of the same seeds, "
        "groups and number of pairs, if they vary as here. Where a side has a single run, verdicts "
        "hold for these runs only, and no two models are declared equal. Sign flips of whole groups "
        "and the bootstrap over seeds and groups (from 5 seeds on) are second opinions; the counts "
        "of texts that only one model answers right describe, they test nothing.",
    )


def _ratio(pair: Pair, seconds: Mapping[str, float]) -> float | None:
    both = (pair.a.label, pair.b.label)
    return seconds[both[0]] / seconds[both[1]] if set(both) <= set(seconds) else None
