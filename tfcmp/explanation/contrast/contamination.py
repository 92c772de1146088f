"""Whether the movies of given reviews were in a run's training."""

import hashlib
from collections.abc import Sequence
from typing import Any, NamedTuple

from tfcmp.data.sources.imdb import BUILDER_NAME, group_table, review_hash
from tfcmp.reporting.load.runs import read_answers, read_configuration
from tfcmp.runs.directory import PREDICTIONS, RunDirectory

IMDB = ("imdb", f"tfds:{BUILDER_NAME}", "tfds:imdb_reviews", "tfds:imdb_reviews/plain_text")


class Contamination(NamedTuple):
    """What a run's training knew of the originals.

    Attributes:
        is_checked: False where the run was not trained on IMDB, whose movies alone are known.
        originals: number of different originals.
        known: originals that are reviews of IMDB, by the hash of their text.
        movie_in_training: originals about a movie that training had a review of.
        in_training: originals that training had themselves.
        is_upper_bound: training was a part of what is counted here (--data.train_size).
    """

    is_checked: bool
    originals: int
    known: int = 0
    movie_in_training: int = 0
    in_training: int = 0
    is_upper_bound: bool = False


def check_training(run: RunDirectory, originals: Sequence[str]) -> Contamination:
    """Compares originals with the reviews that a run was trained on.

    The run names the reviews of validation and test by their hashes; all others of IMDB were, or
    could have been, its training.

    Args:
        run: a complete run.
        originals: texts.
    """
    texts = list(dict.fromkeys(originals))
    data = read_configuration(run.path).get("data", {})
    if data.get("source") not in IMDB:
        return Contamination(False, len(texts))
    table = group_table()
    held_out = _held_out(run)
    trained = {number for number in table if number not in held_out}
    trained_groups = {table[number] for number in trained}
    hashes = [hash_of_review(text) for text in texts]
    known = [number for number in hashes if number in table]
    return Contamination(
        is_checked=True,
        originals=len(texts),
        known=len(known),
        movie_in_training=sum(table[number] in trained_groups for number in known),
        in_training=sum(number in trained for number in known),
        is_upper_bound=data.get("train_size") is not None,
    )


def warning_of(found: Contamination) -> str | None:
    """What a reader of the accuracy has to know; None where nothing speaks against it."""
    if not found.is_checked:
        return "not checked whether the originals were in training: the run is not one of IMDB"
    unknown = found.originals - found.known
    told = []
    if found.movie_in_training:
        bound = "up to " * found.is_upper_bound
        told.append(
            f"the movies of {bound}{found.movie_in_training} of {found.originals} originals were "
            f"in training, and {bound}{found.in_training} of the originals themselves: the "
            "accuracy on originals is too high, and so may be that on contrasts"
        )
    if unknown:
        told.append(
            f"{unknown} of {found.originals} originals are no review of IMDB by their hash, so "
            "that nothing is known of their movies"
        )
    return "; ".join(told) or None


def movies_of(originals: Sequence[str]) -> list[Any]:
    """What each original shares with others: its IMDB movie where it is known, else its text."""
    table = group_table()
    return [table.get(hash_of_review(text), hash_of(text)) for text in originals]


def hash_of_review(text: str) -> int:
    """Key of the table of movies."""
    return review_hash(text.strip().encode("utf-8", "surrogatepass"))


def hash_of(text: str) -> str:
    """SHA-256 of a text, in hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _held_out(run: RunDirectory) -> set[int]:
    """Hashes of the validation and test reviews; a copy's id has "-k" behind the hash."""
    answers = read_answers(run.file(PREDICTIONS))
    return {int(str(id).split("-")[0], 16) for part in answers.values() for id in part.ids}
