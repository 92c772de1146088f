"""The texts of a finished run, found again in their source, and those that it has seen."""

import os
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeVar

import numpy as np
import numpy.typing as npt
import yaml

from tfcmp.config.default_paths import absolute_path, absolute_source, is_file_source
from tfcmp.config.fields import DataSettings
from tfcmp.data.corpus import SPLITS, parse_ids, text_id
from tfcmp.data.sources.opening import open_source
from tfcmp.data.splits import split_source
from tfcmp.errors import CallError, TfcmpError, WorkError
from tfcmp.runs.directory import RunDirectory, check_files, open_run
from tfcmp.runs.files import sha256_of
from tfcmp.runs.layout import CONFIG, ENVIRONMENT, MODEL, PREDICTIONS, SPLIT

Hashes = npt.NDArray[np.uint64]


class WithText(Protocol):
    """What a source yields: a text and more."""

    @property
    def text(self) -> str:
        """The text."""


T = TypeVar("T", bound=WithText)


def data_settings(run: RunDirectory, environment: Mapping[str, Any] | None = None) -> DataSettings:
    """Where the texts of a run come from, and how they are read.

    A relative path, in runs of earlier versions, is looked for in the working directory, in that of
    the fit, and in the folders above the run. `environment` replaces environment.json of the run.
    """
    content = yaml.safe_load(run.file(CONFIG).read_text(encoding="utf-8"))
    settings = DataSettings(**content["data"])
    if not is_file_source(settings.source) or Path(settings.source).is_absolute():
        return settings
    if environment is None:
        environment = run.read_json(ENVIRONMENT)
    known = environment.get("working_directory")
    folders = [*([Path(known)] if known else []), *run.path.absolute().parents]
    return replace(settings, source=find_source(settings.source, folders))


def find_source(source: str, folders: Iterable[Path]) -> str:
    """The source; a relative path as the first that exists, here or in `folders`."""
    if not is_file_source(source) or Path(source).is_absolute():
        return source
    paths = (absolute_path(source), *(folder / source for folder in folders))
    return str(next((path for path in paths if path.exists()), paths[0]))


def moved_to(settings: DataSettings, place: str) -> DataSettings:
    """The same settings, with the texts now at `place`.

    Missing files of validation and test are looked for at the same path relative to the source.
    """
    source = absolute_source(place)

    def followed(file: str | None) -> str | None:
        if file is None or Path(file).exists():
            return file
        moved = Path(source).parent / os.path.relpath(file, Path(settings.source).parent)
        return str(moved) if moved.exists() else file

    return replace(
        settings,
        source=source,
        validation=followed(settings.validation),
        test=followed(settings.test),
    )


def settings_at(run: RunDirectory, place: str | None = None) -> DataSettings:
    """The settings to read the texts of a complete run again, now at `place` (`--data`) if given.

    Raises:
        CallError: there are no texts, or other ones than the run was fitted on.
    """
    settings = data_settings(run)
    if place is not None:
        settings = moved_to(settings, place)
    if is_file_source(settings.source) and not Path(settings.source).exists():
        raise CallError(
            f"the texts of {run.path} are not at {settings.source}; bring them back, or name the "
            "file's place with --data PATH"
        )
    if place is not None:
        _require_same_texts(run, settings)
    return settings


def _require_same_texts(run: RunDirectory, settings: DataSettings) -> None:
    # In a temporary cache, as that of the run is not known here.
    with tempfile.TemporaryDirectory(prefix="tfcmp-texts-") as folder:
        corpus, splits = split_source(open_source(settings), settings, Path(folder))
    found = {name: corpus.fingerprint(splits.rows(name)) for name in SPLITS}
    known = run.read_json(SPLIT)["splits"]
    differing = [name for name in SPLITS if known[name]["fingerprint"] != found[name]]
    if differing:
        raise CallError(
            f"--data {settings.source}: its texts are not those of {run.path}: the fingerprint of "
            f"{', '.join(differing)} is not that of {SPLIT}; expected the file that the run was "
            "fitted on, at another place"
        )


def pick_texts(
    records: Iterable[T], wanted: Collection[str], run: RunDirectory
) -> Iterator[tuple[str, T]]:
    """Yields id and record of every wanted text once, in the order of `records`.

    Stops reading after the last. `wanted` are ids of different texts, without the "-k" of copies.

    Raises:
        WorkError: some texts are not in the source any more.
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


class SeenTexts(NamedTuple):
    """Hashes of the texts that a run has seen.

    Attributes:
        training: (n,) of the texts that weights were fitted to.
        validation: (m,) of the texts by which epochs were selected.
        unknown: a sentence for each run whose training texts are not known.
    """

    training: Hashes
    validation: Hashes
    unknown: tuple[str, ...]


def seen_texts(run: RunDirectory, cache: Path) -> SeenTexts:
    """What a complete run and those that it started from have seen.

    A run keeps no ids of its training texts: they are found by drawing its splits again from
    unchanged data (by their fingerprint). Those of validation are in its predictions.
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
    return SeenTexts(
        np.unique(np.concatenate([nothing, *training])),
        np.unique(np.concatenate([nothing, *validation])),
        tuple(unknown),
    )


def with_initial_runs(run: RunDirectory) -> Iterator[RunDirectory | str]:
    """Yields the run and those that it started from, the latest first; or why one is not known."""
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
        TfcmpError: its data are missing or have changed.
    """
    settings = data_settings(run)
    corpus, splits = split_source(open_source(settings), settings, cache)
    rows = splits.train
    if corpus.fingerprint(rows) != run.read_json(SPLIT)["splits"]["train"]["fingerprint"]:
        raise WorkError(f"{settings.source} is not as it was when the run was fitted")
    hashes: Hashes = corpus.hashes[rows]
    return hashes


def validation_hashes(run: RunDirectory) -> Hashes:
    """Hashes of the validation texts, from the predictions; WorkError where these are damaged."""
    import pyarrow.parquet

    check_files(run, [PREDICTIONS])
    table = pyarrow.parquet.read_table(
        run.file(PREDICTIONS), columns=["id"], filters=[("split", "=", "validation")]
    )
    return parse_ids(table["id"].to_pylist())[0]
