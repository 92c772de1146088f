"""Explains a sample of texts and measures how good the explanations are, text by text."""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, cast

import numpy as np
import numpy.typing as npt

from tfcmp.errors import WorkError
from tfcmp.explanation.explainer import Explainer, Explanation, Method
from tfcmp.explanation.measures import Faithfulness, measure_faithfulness, measure_plausibility
from tfcmp.explanation.samples import Example
from tfcmp.progress import progress_bar
from tfcmp.records.explanation import Excluded, TextFigures, TextRow

RANDOM_RANKINGS = 3
# Explaining a model that knows nothing costs as much as explaining one that does; so many texts
# tell whether the explanations change.
TEXTS_OF_SANITY = 50
SEED_OF_WEIGHTS = 0

Comparison = Literal["sanity", "seeds"]
Explainers = Mapping[Method, Explainer]
# A text, what was measured of it, and its explanations by method.
Explained = tuple[Example, TextRow, Mapping[Method, Explanation]]
FEWEST_WORDS = 3


def assess(
    explainers: Explainers, examples: Sequence[Example], others: Sequence[Explainers] = ()
) -> tuple[list[TextRow], list[Excluded]]:
    """Explains every text by every method and measures each explanation.

    Args:
        explainers: by method, all of one run.
        examples: the texts.
        others: the same methods of other runs, to which the scores are compared.

    Returns:
        A row of plain values per text, ids and no text in it, as `summary.summarise` takes them;
        and the texts that were left out: id and reason.
    """
    kept: list[Explained] = []
    left_out: list[Excluded] = []
    shuffled = min(TEXTS_OF_SANITY, len(examples))
    total = len(examples) * (1 + len(others)) + shuffled
    with progress_bar("explaining", total) as advance:
        for example in examples:
            advance(1)
            try:
                explained = {name: one.explain(example.text) for name, one in explainers.items()}
            except WorkError:
                left_out.append({"id": example.id, "reason": "words not aligned with tokens"})
                continue
            row = _row(example, explainers, explained)
            if row is None:
                left_out.append({"id": example.id, "reason": "no word that the model reads"})
            else:
                kept.append((example, row, explained))
        _compare_shuffled(explainers, kept[:shuffled], advance)
        for other in others:
            _compare(other, kept, "seeds", advance)
    return [row for _, row, _ in kept], left_out


def _row(
    example: Example, explainers: Explainers, explained: Mapping[Method, Explanation]
) -> TextRow | None:
    """Everything but what other models say of the text; None where no word of it is read."""
    first = next(iter(explained.values()))
    reading = first.reading
    if not len(reading.read):
        return None
    network = next(iter(explainers.values())).network
    draw = np.random.default_rng(int(example.id, 16))
    rankings = [one.scores for one in explained.values()]
    rankings += [draw.permutation(len(reading.words)).astype(float) for _ in range(RANDOM_RANKINGS)]
    target = network.classes.index(first.label)
    margin, measured = measure_faithfulness(network, reading, rankings, target)
    at_random = measured[len(explained) :]
    row: TextRow = {
        "id": example.id,
        "group": int(example.group),
        "words": len(reading.read),
        "words_cut": len(reading.words) - len(reading.read),
        "margin": margin,
        "random": Faithfulness(*np.mean(at_random, axis=0).tolist()).figures(),
    }
    for (method, explanation), faithful in zip(explained.items(), measured, strict=False):
        row[method] = _of_explanation(explanation, faithful, example)
    if len(rankings) - RANDOM_RANKINGS == 2:
        row["agreement"] = rank_correlation(*rankings[:2])
    return row


def _of_explanation(
    explanation: Explanation, faithful: Faithfulness, example: Example
) -> TextFigures:
    """Faithfulness, cost, completeness and, where the deciding words are known, plausibility."""
    of = cast("TextFigures", {**faithful.figures(), "seconds": explanation.seconds})
    if explanation.steps is not None and explanation.completeness_error is not None:
        of["steps"] = explanation.steps
        of["completeness_error"] = explanation.completeness_error
        of["complete"] = explanation.is_complete
    if example.rationale is not None:
        found = measure_plausibility(explanation.reading, explanation.scores, example.rationale)
        if found is not None:
            of["plausibility"] = found.by_score
            of["plausibility_by_magnitude"] = found.by_magnitude
    return of


def _compare_shuffled(
    explainers: Explainers, kept: Sequence[Explained], advance: Callable[[int], None]
) -> None:
    """Adds to each row how far the explanation resembles that of a model that knows nothing.

    Adebayo et al. 2018, "Sanity checks for saliency maps", the model parameter randomisation test,
    all layers at once.
    """
    network = next(iter(explainers.values())).network
    with network.shuffled(SEED_OF_WEIGHTS):
        _compare(explainers, kept, "sanity", advance)


def _compare(
    explainers: Explainers,
    kept: Sequence[Explained],
    name: Comparison,
    advance: Callable[[int], None],
) -> None:
    """Adds rank correlations to the scores that `explainers` give for the same classes."""
    for example, row, explained in kept:
        for method, mine in explained.items():
            correlation = _correlation(explainers[method], example, mine, doubles=name == "seeds")
            row[method].setdefault(name, []).append(correlation)
        advance(1)


def _correlation(
    explainer: Explainer, example: Example, mine: Explanation, *, doubles: bool
) -> float | None:
    """Rank correlation with the scores that another model gives for the same class.

    None where its tokenizer does not read the text word by word: one text of a sample is not worth
    all that was measured before it.
    """
    try:
        other = explainer.explain(example.text, mine.label, doubles=doubles)
    except WorkError:
        return None
    return rank_correlation(mine.scores, _aligned(other, mine))


def _aligned(other: Explanation, mine: Explanation) -> np.ndarray:
    """Scores of `other` for the words of `mine`; NaN where it has not the same word."""
    found = dict(zip(other.reading.words, other.scores, strict=True))
    return np.array([found.get(word, np.nan) for word in mine.reading.words])


def rank_correlation(
    first: npt.NDArray[np.float64], second: npt.NDArray[np.float64]
) -> float | None:
    """Spearman's rank correlation of the scores of words that both have; ties get mean ranks.

    None where they share fewer than three words or one of them gives all words the same score.
    """
    from scipy.stats import spearmanr

    both = np.isfinite(first) & np.isfinite(second)
    if both.sum() < FEWEST_WORDS or not np.ptp(first[both]) or not np.ptp(second[both]):
        return None
    return float(spearmanr(first[both], second[both]).statistic)
