"""Reviews whose label is decided by known words, under controlled phenomena.

Reviews come in pairs: one of each label from the same plan, which fixes phenomenon, film,
characters, templates of the opening and the deciding sentences, and lengths. So none of these can
predict the label, not even by chance.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from itertools import chain, count, islice
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from tfcmp.data.sources.record import Record, Source
from tfcmp.errors import CallError

if TYPE_CHECKING:
    from tfcmp.data.diagnostic.writer import Plan, Writer

# Raise it with every change to words, templates or lengths: caches depend on it.
GRAMMAR_VERSION = 1


@dataclass(frozen=True)
class DiagnosticReview:
    """A generated review and what decides its label.

    Attributes:
        text: the review, 10 to 400 words.
        label: "neg" or "pos".
        split: "train" or "test".
        film: title of the film under review.
        phenomenon: a key of `CLAIMS`.
        rationale: character spans (start, end) of the deciding words and operators, in order.
        cue_distance: words between the last deciding word and the end of the text.
    """

    text: str
    label: str
    split: str
    film: str
    phenomenon: str
    rationale: tuple[tuple[int, int], ...]
    cue_distance: int


def generate(split: str, size: int, seed: int) -> Iterator[DiagnosticReview]:
    """Streams `size` reviews of a split; a smaller corpus is the beginning of a larger one.

    The labels of a pair are in random order, and the phenomena alternate pair by pair. No text
    occurs twice, and no sentence of a train split occurs in any test split, whatever their seeds.

    Raises:
        CallError: unknown split, or a negative size.
    """
    if split not in ("train", "test"):
        raise CallError(f"The diagnostic corpus has the splits train and test, not {split!r}.")
    if size < 0:
        raise CallError(f"The size of a diagnostic split is 0 or more, got {size}.")
    return islice(_reviews(split, seed), size)


def _reviews(split: str, seed: int) -> Iterator[DiagnosticReview]:
    # Imported here: where index and token ids are cached, no review is written.
    from tfcmp.data.diagnostic.lexicon import LABELS, opposite
    from tfcmp.data.diagnostic.templates import CLAIMS
    from tfcmp.data.diagnostic.writer import Writer

    phenomena = tuple(CLAIMS)
    writer = Writer(split, Random(f"{GRAMMAR_VERSION}/{seed}/{split}").random)
    seen: set[bytes] = set()
    for pair in count():
        plan = writer.plan(phenomena[pair % len(phenomena)])
        first = writer.pick(LABELS)
        for label in (first, opposite(first)):
            review = _review(writer, plan, label, split)
            while (digest := blake2b(review.text.encode(), digest_size=8).digest()) in seen:
                review = _review(writer, plan, label, split)
            seen.add(digest)
            yield review


def _review(writer: "Writer", plan: "Plan", label: str, split: str) -> DiagnosticReview:
    text, rationale = writer.write(plan, label)
    words_to_cue = len(text[: rationale[-1][1]].split())
    return DiagnosticReview(
        text=text,
        label=label,
        split=split,
        film=plan.film.title,
        phenomenon=plan.phenomenon,
        rationale=rationale,
        cue_distance=len(text.split()) - words_to_cue,
    )


class DiagnosticSource(Source):
    """The embedded corpus as a source: no file, no network.

    Args:
        train_size, test_size: number of reviews.
        seed: seed of the corpus; that of a run does not change it.

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

    def key(self, records: Path | None = None) -> str:  # noqa: ARG002
        """Version of the grammar, sizes and seed, which determine the records."""
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
        """The reviews of the test split."""
        return generate("test", self._test_size, self._seed)
