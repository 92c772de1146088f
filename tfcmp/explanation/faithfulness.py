"""Whether the words that an explanation names are those that the answer rests on."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tfcmp.explanation.network import Network
from tfcmp.explanation.reading import Reading

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


class TextFaithfulness(NamedTuple):
    """Of one text: the logit margin of its answer, and what each ranking of its words loses."""

    margin: float
    rankings: list[Faithfulness]


def measure_faithfulness(
    network: Network, reading: Reading, rankings: Sequence[npt.NDArray[np.float64]], target: int
) -> TextFaithfulness:
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
    return TextFaithfulness(float(margins[0]), found)


def top_words(
    read: npt.NDArray[np.int64], scores: npt.NDArray[np.float64]
) -> list[npt.NDArray[np.int64]]:
    """For each of the shares the places of the highest scores among the words that were read.

    At least one word; a broken number is rounded up. Of equal scores the earlier word comes first.
    """
    order = read[np.argsort(-scores[read], kind="stable")]
    return [order[: math.ceil(share * len(read))] for share in SHARES]
