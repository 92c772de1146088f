"""By which validation score an epoch, or a trial of a search, is the best."""

from collections.abc import Mapping

# Scores of which more is better, and which are shares; the other one, "loss", is better the lower.
SHARES = ("accuracy", "macro_f1")
NAMES = {"accuracy": "accuracy", "macro_f1": "macro F1", "loss": "loss"}


def selection_score(selection: str, scores: Mapping[str, float]) -> float:
    """The score to be maximised.

    Args:
        selection: "accuracy", "macro_f1" or "loss".
        scores: that score by its name.
    """
    return scores[selection] if selection in SHARES else -scores[selection]


def search_score(selection: str) -> str:
    """The score that trials are compared by: the selection's, or accuracy where that is the loss.

    A search reports shares; which epoch of a trial counts is decided by the loss all the same.
    """
    return selection if selection in SHARES else "accuracy"
