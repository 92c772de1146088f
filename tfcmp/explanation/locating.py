"""Where texts of a run stand in the source that it was fitted on."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from tfcmp.config.fields import DataSettings
from tfcmp.data.corpus import text_id
from tfcmp.data.run_texts import data_settings
from tfcmp.data.sources.opening import open_source
from tfcmp.data.sources.record import Record, Source
from tfcmp.data.sources.table_file import TableFileSource
from tfcmp.errors import WorkError
from tfcmp.runs.directory import RunDirectory

# Of a text that stands in hundreds of rows.
_PLACES_SHOWN = 3


@dataclass
class Located:
    """A text, and the first places of the source that hold it."""

    text: str
    places: list[str] = field(default_factory=list)
    count: int = 0

    @property
    def where(self) -> str:
        """The places in words."""
        more = self.count - len(self.places)
        return "; ".join(self.places) + (f" and {more} more" if more else "")


def locate(
    run: RunDirectory, ids: Collection[str], data: DataSettings | None = None
) -> dict[str, Located]:
    """Text and places of every id, by one pass over the run's source.

    Args:
        run: a complete run.
        ids: as in predictions.parquet; a further copy of a text ("-k") has the places of all.
        data: how its texts are read, if they have moved; see `tfcmp.data.run_texts.settings_at`.

    Raises:
        CallError: the source is not at hand.
        WorkError: it does not hold all of them any more.
    """
    source = open_source(data or data_settings(run))
    # The texts of a hash, whichever copy is asked for.
    wanted: dict[str, Located | None] = {id.split("-")[0]: None for id in ids}
    if not wanted:
        return {}
    for place, record in _placed(source):
        name = text_id(record.text)
        if name in wanted:
            found = wanted[name] = wanted[name] or Located(record.text)
            found.count += 1
            if len(found.places) < _PLACES_SHOWN:
                found.places.append(place)
    known = {name: found for name, found in wanted.items() if found is not None}
    if missing := len(wanted) - len(known):
        raise WorkError(
            f"{missing} of {len(wanted)} texts are not in {source.name} any more; bring back the "
            f"data that {run.path} was fitted on"
        )
    return {id: known[id.split("-")[0]] for id in ids}


def is_file(run: RunDirectory) -> bool:
    """Whether the texts of a run come from files of the user's, with places to be named."""
    return isinstance(open_source(data_settings(run)), TableFileSource)


def _placed(source: Source) -> Iterator[tuple[str, Record]]:
    if isinstance(source, TableFileSource):
        yield from source.placed_records()
        return
    numbers: Counter[str] = Counter()
    for record in source.records():
        part = record.split or source.name
        numbers[part] += 1
        yield f"{part}, text {numbers[part]:,}", record
