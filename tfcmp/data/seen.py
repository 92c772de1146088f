"""Which texts a finished run has seen, so that they are not taken for new ones."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tfcmp.data.corpus import parse_ids
from tfcmp.data.picking import data_settings
from tfcmp.data.sources.opening import open_source
from tfcmp.data.splits import split_source
from tfcmp.errors import TfcmpError, WorkError
from tfcmp.runs.directory import (
    ENVIRONMENT,
    MODEL,
    PREDICTIONS,
    SPLIT,
    RunDirectory,
    check_files,
    open_run,
)
from tfcmp.runs.files import sha256_of

Hashes = npt.NDArray[np.uint64]


class Seen(NamedTuple):
    """Hashes of texts, and of what there is no telling.

    Attributes:
        training: (n,) of the texts that weights were fitted to.
        validation: (m,) of the texts by which epochs were chosen.
        unknown: a sentence for each run whose training texts cannot be told.
    """

    training: Hashes
    validation: Hashes
    unknown: tuple[str, ...]


def seen_texts(run: RunDirectory, cache: Path) -> Seen:
    """What a run has seen, and the runs that it started from.

    A run keeps no ids of its training texts: they are found by drawing its splits again, which
    needs its data as they were (their fingerprint tells). Those of validation stand in its
    predictions.

    Args:
        run: a complete run.
        cache: folder of indexes.
    """
    training, validation, unknown = [], [], []
    for one in with_initial_runs(run):
        if isinstance(one, str):
            unknown.append(one)
            continue
        validation.append(validation_hashes(one))
        try:
            training.append(training_hashes(one, cache))
        except TfcmpError as error:
            unknown.append(
                f"the texts that {one.path} was trained on cannot be told ({str(error).rstrip('.')})"
            )
    nothing = np.zeros(0, np.uint64)
    return Seen(
        np.unique(np.concatenate([nothing, *training])),
        np.unique(np.concatenate([nothing, *validation])),
        tuple(unknown),
    )


def with_initial_runs(run: RunDirectory) -> Iterator[RunDirectory | str]:
    """Yields the run and those that it started from, the nearest first; or why one is not known."""
    yield run
    while (initial := run.read_json(ENVIRONMENT).get("initial")) is not None:
        path = Path(initial["run"])
        try:
            run = open_run(path)
        except TfcmpError as error:
            yield f"the texts of a run that it started from cannot be told ({error})"
            return
        if sha256_of(run.file(MODEL)) != initial["model_sha256"]:
            yield f"{path} holds another model than the one that it started from"
            return
        yield run


def training_hashes(run: RunDirectory, cache: Path) -> Hashes:
    """Hashes of the training texts, by drawing the splits of the run again.

    Raises:
        TfcmpError: its data are not at hand, or not as they were.
    """
    settings = data_settings(run)
    corpus, splits = split_source(open_source(settings), settings, cache)
    rows = splits.train
    if corpus.fingerprint(rows) != run.read_json(SPLIT)["splits"]["train"]["fingerprint"]:
        raise WorkError(f"{settings.source} is not as it was when the run was fitted")
    return corpus.hashes[rows]


def validation_hashes(run: RunDirectory) -> Hashes:
    """Hashes of the validation texts, from the predictions of the run.

    Raises:
        WorkError: the predictions are damaged.
    """
    import pyarrow.parquet

    check_files(run, [PREDICTIONS])
    table = pyarrow.parquet.read_table(
        run.file(PREDICTIONS), columns=["id"], filters=[("split", "=", "validation")]
    )
    return parse_ids(table["id"].to_pylist())[0]
