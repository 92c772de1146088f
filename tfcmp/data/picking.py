"""Texts of a finished run, found again in their source by their ids."""

from collections.abc import Collection, Iterable, Iterator
from typing import Protocol, TypeVar

import yaml

from tfcmp.config.fields import DataSettings
from tfcmp.data.corpus import text_id
from tfcmp.errors import WorkError
from tfcmp.runs.directory import CONFIG, RunDirectory


class WithText(Protocol):
    """What a source yields: a text, with whatever else is known about it."""

    @property
    def text(self) -> str:
        """The text."""


T = TypeVar("T", bound=WithText)


def data_settings(run: RunDirectory) -> DataSettings:
    """Where the texts of a run come from."""
    content = yaml.safe_load(run.file(CONFIG).read_text(encoding="utf-8"))
    return DataSettings(**content["data"])


def pick_texts(
    records: Iterable[T], wanted: Collection[str], run: RunDirectory
) -> Iterator[tuple[str, T]]:
    """Yields id and record of every wanted text once, in the order of `records`.

    Reads no further than to the last of them.

    Args:
        records: of the source of the run.
        wanted: ids of different texts, without the "-k" of further copies.
        run: named in the error.

    Raises:
        WorkError: some texts are not there any more.
    """
    waiting = set(wanted)
    for record in records:
        name = text_id(record.text)
        if name in waiting:
            waiting.remove(name)
            yield name, record
        if not waiting:
            return
    if waiting:
        raise WorkError(
            f"{len(waiting)} of {len(wanted)} test texts of {run.path} are not in its source any "
            "more; bring back the data as they were"
        )
