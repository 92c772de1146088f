"""The embedded corpus as a source: no file, no network."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from tfcmp.data.diagnostic.corpus import GRAMMAR_VERSION, DiagnosticReview, generate
from tfcmp.data.sources.record import Record
from tfcmp.errors import CallError


class DiagnosticSource:
    """Generated film reviews whose deciding words are known.

    Args:
        train_size: number of train reviews.
        test_size: number of test reviews.
        seed: seed of the corpus; the seed of a run does not change it.

    Raises:
        CallError: a size is negative.
    """

    name = "diagnostic"

    def __init__(self, train_size: int = 12_000, test_size: int = 2_000, seed: int = 0) -> None:
        for field, size in (("train_size", train_size), ("test_size", test_size)):
            if size < 0:
                raise CallError(f"{field} of the diagnostic corpus is 0 or more, got {size}.")
        self._train_size = train_size
        self._test_size = test_size
        self._seed = seed

    def prepare(self) -> None:
        """Nothing is needed."""

    def key(self, records: Path | None = None) -> str:  # noqa: ARG002
        """Version of the grammar, sizes and seed: all that the records depend on."""
        return (
            f"diagnostic:grammar={GRAMMAR_VERSION}:train={self._train_size}"
            f":test={self._test_size}:seed={self._seed}"
        )

    def size(self) -> int:
        """Number of reviews of both splits."""
        return self._train_size + self._test_size

    def records(self) -> Iterator[Record]:
        """The train reviews, then the test reviews, grouped by film."""
        for review in self.reviews():
            yield Record(
                text=review.text,
                label=review.label,
                split=review.split,
                group=review.film,
                phenomenon=review.phenomenon,
                cue_distance=review.cue_distance,
            )

    def reviews(self) -> Iterator[DiagnosticReview]:
        """The reviews with their rationales, in the order of `records`."""
        return chain(generate("train", self._train_size, self._seed), self.test_reviews())

    def test_reviews(self) -> Iterator[DiagnosticReview]:
        """Those of the test split alone."""
        return generate("test", self._test_size, self._seed)
