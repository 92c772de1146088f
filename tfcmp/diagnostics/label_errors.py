"""Test texts that every model and seed gets wrong with confidence: candidates for label errors.

After confident learning (Northcutt et al. 2021): the label is doubted where the models agree
against it. It stays a candidate until somebody has read it: all models may share a weakness, and
the fewer and the more alike they are, the more of their common errors are listed here.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tfcmp.config.fields import DataSettings
from tfcmp.data.corpus import text_id
from tfcmp.data.run_texts import data_settings
from tfcmp.data.sources.opening import open_source
from tfcmp.data.sources.record import Record, Source
from tfcmp.data.sources.table_file import TableFileSource
from tfcmp.errors import WorkError
from tfcmp.reporting.load.models import ModelResult
from tfcmp.reporting.render.document import Column, Table, make_table
from tfcmp.runs.directory import RunDirectory

COLUMNS = (
    Column("id", "id"),
    Column("label", "label"),
    Column("answer", "answer"),
    Column("lowest_confidence", "lowest confidence", "number"),
    Column("mean_confidence", "mean confidence", "number"),
    Column("probability_of_label", "mean p(label)", "number"),
    Column("tokens", "tokens", "count"),
)

# Of a text that stands in hundreds of rows.
_PLACES_SHOWN = 3
WHERE, TEXT = Column("where", "where"), Column("text", "text")


def label_error_table(
    models: Sequence[ModelResult], classes: Sequence[str], threshold: float
) -> Table:
    """Ids and scores of the candidates, the least probable label first; no text.

    A test text is one where all runs give the same wrong answer, each with a probability of at
    least `threshold`.

    Args:
        models: models, tested on the same texts.
        classes: names of the classes.
        threshold: from 0 to 1.
    """
    runs = [run.answers["test"] for model in models for run in model.runs]
    first = runs[0]
    probabilities = np.stack([run.probabilities for run in runs]).astype(np.float64)
    predicted = np.stack([run.predicted for run in runs])
    confidences = probabilities.max(axis=2)
    is_candidate = (
        (predicted == predicted[0]).all(axis=0)
        & (predicted[0] != first.labels)
        & (confidences >= threshold).all(axis=0)
    )
    of_label = probabilities[:, np.arange(len(first.labels)), first.labels].mean(axis=0)
    rows: list[tuple[Any, ...]] = [
        (
            str(first.ids[row]),
            classes[first.labels[row]],
            classes[predicted[0, row]],
            float(confidences[:, row].min()),
            float(confidences[:, row].mean()),
            float(of_label[row]),
            int(first.tokens[row]),
        )
        for row in sorted(np.flatnonzero(is_candidate), key=lambda row: (of_label[row], row))
    ]
    names = len({model.model for model in models})
    by_whom = f"by all {len(runs)} runs ({names} models)" if len(runs) > 1 else "by one run"
    note = (
        f"{len(rows):,} of {len(first.labels):,} test texts are answered wrong, and alike, "
        f"{by_whom}, with a probability of at least {threshold:g}. Candidates to be read by "
        "somebody, not proven errors."
    )
    if len(runs) == 1:
        note += " One run cannot tell its own errors from those of the labels: add others."
    return make_table("label_errors", "Candidates for label errors", COLUMNS, rows, note)


def with_places(table: Table, places: Mapping[str, str], texts: Mapping[str, str] | None) -> Table:
    """The table with the place of every text, and with the texts where they are given; by id."""
    columns = [WHERE] if texts is None else [WHERE, TEXT]
    of_columns = [places] if texts is None else [places, texts]
    rows = [(*row, *(values[str(row[0])] for values in of_columns)) for row in table.rows]
    return make_table(table.name, table.title, [*table.columns, *columns], rows, table.note)


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
