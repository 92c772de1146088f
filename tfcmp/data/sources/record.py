"""What every source of texts yields, and what a source has to be able to do."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, Protocol


class Record(NamedTuple):
    """One labelled text as its source tells it.

    `split` is "train", "validation" or "test", or None where the source draws no such line.
    `group` names what must not be torn apart by a split (a movie, an author); None: the text
    stands for itself. `phenomenon` and `cue_distance` (words between the cue and the end of the
    text) are known for the diagnostic corpus only.
    """

    text: str
    label: str
    split: str | None = None
    group: str | None = None
    phenomenon: str | None = None
    cue_distance: int | None = None


class Source(Protocol):
    """Where labelled texts come from; a class that inherits has `prepare` and `describe`."""

    name: str

    def prepare(self) -> None:
        """Returns when the records are at hand; fetches them where there is a network.

        Raises:
            CallError: the user named something that is not there.
            WorkError: the records are out of reach, or the first is wrong.
        """
        return

    def key(self, records: Path | None = None) -> str:
        """A string that changes with the content of the source and with how it is read.

        Args:
            records: folder of the hashes of large files that were read before, see `content_key`.
        """

    def size(self) -> int | None:
        """Number of records, or None where only reading them would tell."""

    def records(self) -> Iterator[Record]:
        """The records, streamed, in an order that never changes; may be called several times."""

    def describe(self) -> dict[str, Any]:
        """How files of the user's were read, for split.json; empty for the other sources."""
        return {}
