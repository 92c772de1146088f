"""Every pair of models: difference, interval, adjusted p, verdict."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from tfcmp.evaluation.differences import Difference
from tfcmp.evaluation.intervals import Clusters, Interval
from tfcmp.evaluation.seeds import multi_bootstrap, seed_accuracy, seed_difference
from tfcmp.evaluation.significance import (
    CONTRADICTED,
    EQUALITY_MARGIN,
    NOT_RESOLVED,
    SUPPORTED,
    Verdict,
    holm,
    smallest_detectable,
    verdict_of_difference,
    verdict_of_equality,
)
from tfcmp.progress import progress_bar
from tfcmp.reporting.load.models import ModelResult, test_groups
from tfcmp.reporting.render.document import Claim

ORDER = (SUPPORTED, CONTRADICTED, NOT_RESOLVED)


@dataclass(frozen=True)
class Pair:
    """Two models, the more accurate one first, and what separates them.

    Attributes:
        holm_p: p of "no difference", adjusted for all pairs of the report.
        within_p: p of "the difference is the margin or more" (two one-sided tests), adjusted too.
        beyond_p: p of "the difference is within the margin", adjusted too.
        smallest_detectable: what such a comparison, one of all these pairs, finds four times of
            five.
        verdict: on "a is more accurate than b".
        equality: on "a and b are equally accurate, up to the margin".
    """

    a: ModelResult
    b: ModelResult
    difference: Difference
    bootstrap: Interval | None
    holm_p: float
    within_p: float
    beyond_p: float
    smallest_detectable: float
    verdict: Verdict

    @property
    def equality(self) -> Verdict:
        """Single runs say nothing of other seeds, so they are never declared equal."""
        found = verdict_of_equality(self.within_p, self.beyond_p)
        return NOT_RESOLVED if found == SUPPORTED and not self.has_seeds else found

    @property
    def equality_p(self) -> float:
        """The adjusted p that the verdict on equality is by."""
        return self.beyond_p if self.equality == CONTRADICTED else self.within_p

    @property
    def holds_for(self) -> str:
        """Whether the verdicts speak of the models or of these runs only."""
        return "the models" if self.has_seeds else "these runs"

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


def compare_all(models: Sequence[ModelResult], margin: float = EQUALITY_MARGIN) -> tuple[Pair, ...]:
    """All pairs, with Holm's adjustment over all of them.

    Args:
        models: compared on the same test texts.
        margin: largest difference that counts as none, as a share.
    """
    groups = test_groups(models)
    ordered = sorted(models, key=lambda model: -float(model.correct.mean()))
    both = list(combinations(ordered, 2))
    differences, bootstraps = [], []
    with progress_bar("comparing pairs", len(both)) as advance:
        for a, b in both:
            differences.append(seed_difference(a.correct, b.correct, groups))
            bootstraps.append(multi_bootstrap(a.correct, b.correct, groups))
            advance(1)
    adjusted = zip(
        holm([one.p for one in differences]),
        holm([one.within_p(margin) for one in differences]),
        holm([one.beyond_p(margin) for one in differences]),
        strict=True,
    )
    return tuple(
        Pair(
            *pair,
            difference=difference,
            bootstrap=bootstrap,
            holm_p=float(p),
            within_p=float(within_p),
            beyond_p=float(beyond_p),
            smallest_detectable=smallest_detectable(difference, len(both)),
            verdict=verdict_of_difference(difference, float(p)),
        )
        for pair, difference, bootstrap, (p, within_p, beyond_p) in zip(
            both, differences, bootstraps, adjusted, strict=True
        )
    )


def accuracies(models: Sequence[ModelResult], groups: Clusters) -> dict[str, Interval]:
    """Mean test accuracy over seeds with its interval, by label."""
    return {model.label: seed_accuracy(model.correct, groups) for model in models}


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
        f"two one-sided tests at a margin of {100 * margin:g} points; {pair.difference.test}"
        + ("" if pair.has_seeds else "; says nothing of other seeds"),
        pair.equality_p,
    )


def difference_claim(pair: Pair, sentence: str) -> Claim:
    """The claim that the first of both is more accurate, by the adjusted p."""
    return _claim(pair, sentence, pair.verdict, pair.difference.test, pair.holm_p)


def _claim(pair: Pair, sentence: str, verdict: str, test: str, p: float) -> Claim:
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
