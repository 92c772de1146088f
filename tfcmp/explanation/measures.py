"""Whether the words that an explanation names are those that the answer rests on, and the known ones."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tfcmp.explanation.network import Network
from tfcmp.explanation.reading import Reading
from tfcmp.models.markup import Span
from tfcmp.records.explanation import TextFaithfulness

# Of the words, as in DeYoung et al. 2020.
SHARES = (0.01, 0.05, 0.1, 0.2, 0.5)


class Faithfulness(NamedTuple):
    """What one text loses with its top words, and without all others.

    Attributes:
        comprehensiveness, sufficiency: of the probability of the answer, each -1 to 1.
        margin_comprehensiveness, margin_sufficiency: of the logit margin, in logits.
    """

    comprehensiveness: float
    sufficiency: float
    margin_comprehensiveness: float
    margin_sufficiency: float

    def figures(self) -> TextFaithfulness:
        """For explanation.json."""
        return {
            "comprehensiveness": self.comprehensiveness,
            "sufficiency": self.sufficiency,
            "margin_comprehensiveness": self.margin_comprehensiveness,
            "margin_sufficiency": self.margin_sufficiency,
        }


class Measured(NamedTuple):
    """Of one text: the logit margin of its answer, and what each ranking of its words loses."""

    margin: float
    rankings: list[Faithfulness]


def measure_faithfulness(
    network: Network, reading: Reading, rankings: Sequence[npt.NDArray[np.float64]], target: int
) -> Measured:
    """Faithfulness of rankings of the words of one text (DeYoung et al. 2020, ERASER, section 4).

    Comprehensiveness is p(x) - p(x without the top words), high where the answer needs them.
    Sufficiency is p(x) - p(the top words alone), low where they are enough for it. Both are means
    over the top 1, 5, 10, 20 and 50 % of the words that the model read. The tokens of a word are
    deleted; special tokens stay.

    A probability moves the less the surer a model is of itself, whatever its words do: the same
    model at another temperature has another comprehensiveness. The margin, the logit of the answer
    less that of the class that comes second on the whole text, is scaled by a temperature like all
    that is lost of it, so the share that is lost is not.

    Args:
        network: of the run.
        reading: a text of which at least one word was read.
        rankings: scores (words,) of its words, the highest first; those of unread ones are ignored.
        target: the class whose probability is p.
    """
    from scipy.special import softmax

    rows = [reading.ids]
    for scores in rankings:
        for words in top_words(reading.read, scores):
            rows += [reading.without(words), reading.only(words)]
    logits = network.logits(rows)
    second = int(np.argmax(np.where(np.arange(logits.shape[1]) == target, -np.inf, logits[0])))
    margins = logits[:, target] - logits[:, second]
    lost = [
        (of[0] - of[1:]).reshape(len(rankings), len(SHARES), 2).mean(axis=1)
        for of in (softmax(logits, axis=1)[:, target], margins)
    ]
    found = [Faithfulness(*map(float, of_ranking)) for of_ranking in np.hstack(lost)]
    return Measured(float(margins[0]), found)


def top_words(
    read: npt.NDArray[np.int64], scores: npt.NDArray[np.float64]
) -> list[npt.NDArray[np.int64]]:
    """For each of the shares the places of the highest scores among the words that were read.

    At least one word; a broken number is rounded up. Of equal scores the earlier word comes first.
    """
    order = read[np.argsort(-scores[read], kind="stable")]
    return [order[: math.ceil(share * len(read))] for share in SHARES]


class Plausibility(NamedTuple):
    """Of one text, 1 where the deciding words come first, 0 on average for a random order.

    Attributes:
        by_score: of the words in the order of their scores.
        by_magnitude: of the same words in the order of the scores' magnitudes.
    """

    by_score: float
    by_magnitude: float


def measure_plausibility(
    reading: Reading, scores: npt.NDArray[np.float64], rationale: Sequence[Span]
) -> Plausibility | None:
    """(AUPRC - random) / (1 - random) of the words that the model read (DeYoung et al. 2020).

    None where all or none of them are deciding words: no order is better than another then.

    Args:
        reading: the text.
        scores: (words,) of its words.
        rationale: places of the deciding words; a word counts where it shares a character.
    """
    read = reading.read
    is_deciding = np.array([overlaps(reading.words[word], rationale) for word in read], bool)
    if is_deciding.all() or not is_deciding.any():
        return None
    by_chance = expected_precision(len(read), int(is_deciding.sum()))
    found = (
        average_precision(is_deciding, ranked) for ranked in (scores[read], np.abs(scores[read]))
    )
    return Plausibility(*((one - by_chance) / (1 - by_chance) for one in found))


def overlaps(word: Span, rationale: Sequence[Span]) -> bool:
    """Whether a word shares a character with one of the places."""
    return any(start < word.end and word.start < end for start, end in rationale)


def average_precision(is_deciding: npt.NDArray[np.bool_], scores: npt.NDArray[np.float64]) -> float:
    """Area under the precision-recall curve as a sum of steps, equal scores being one step.

    sum_n (R_n - R_{n-1}) P_n over the thresholds, as scikit-learn's average_precision_score.
    """
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(is_deciding[order])
    is_last_of_equals = np.append(np.diff(scores[order]) != 0, True)
    found, taken = hits[is_last_of_equals], np.flatnonzero(is_last_of_equals) + 1
    return float(np.sum(np.diff(found, prepend=0) / hits[-1] * found / taken))


def expected_precision(words: int, deciding: int) -> float:
    """Average precision that a random order of `words`, `deciding` of them, has on average.

    The word at place i is a deciding one with probability k / n, and then precision is 1 / i and
    1 / i for each of the i - 1 words before it that is one, with probability (k - 1) / (n - 1).
    """
    if words == 1:
        return float(deciding)
    harmonic = float(np.sum(1 / np.arange(1, words + 1)))
    return (harmonic + (deciding - 1) / (words - 1) * (words - harmonic)) / words
