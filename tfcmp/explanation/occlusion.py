"""Leave-one-word-out occlusion: what the logit loses with a word."""

import numpy as np
import numpy.typing as npt

from tfcmp.explanation.network import Network
from tfcmp.explanation.reading import Reading


def occlude(network: Network, reading: Reading, target: int) -> npt.NDArray[np.float64]:
    """(words,) logit of the text less that of the text without the word; NaN for unread words.

    The tokens of the word are deleted, in the window that the model reads: no text from behind the
    length limit comes in. It asks for no gradient and so works for every model; in a linear one it
    is the exact contribution of all n-grams that the word takes part in, less those that come about
    where its neighbours meet.

    Args:
        network: of the run.
        reading: the text.
        target: the class whose logit is explained.
    """
    scores = np.full(len(reading.words), np.nan)
    rows = [reading.ids, *(reading.without([word]) for word in reading.read)]
    logits = network.logits(rows)[:, target]
    scores[reading.read] = logits[0] - logits[1:]
    return scores
