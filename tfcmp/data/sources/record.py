"""The records that every source of texts yields, and the interface of a source."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Protocol, TypedDict


class Record(NamedTuple):
    """One labelled text.

    `split` is "train", "validation" or "test", or None where the source declares none. Texts of one
    `group` (a movie, an author) have to be in the same split; None is a group of its own.
    `phenomenon` and `cue_distance` (words between the cue and the end of the text) are known for
    the diagnostic corpus only.
    """

    text: str
    label: str
    split: str | None = None
    group: str | None = None
    phenomenon: str | None = None
    cue_distance: int | None = None


class SourceDescription(TypedDict, total=False):
    """How files of the user were read, for split.json: delimiter and quoting by file, rows left out."""

    dialects: dict[str, dict[str, str]]
    left_out: dict[str, int]


class Source(Protocol):
    """Where labelled texts come from; subclasses inherit `prepare` and `describe`."""

    name: str

    def prepare(self) -> None:
        """Makes the records available, by downloading them if necessary.

        Raises:
            CallError: the user named something that is not there.
            WorkError: the records cannot be fetched, or the first is wrong.
        """
        return

    def key(self, records: Path | None = None) -> str:
        """A string that changes with the content of the source and with how it is read.

        Args:
            records: folder of the recorded hashes of large files, see `content_key`.
        """

    def size(self) -> int | None:
        """Number of records; None where they would have to be read."""

    def records(self) -> Iterator[Record]:
        """The records, streamed, always in the same order; may be called several times."""

    def describe(self) -> SourceDescription:
        """How files of the user were read; empty for other sources."""
        return {}
