"""Puts fetched files into the cache: whole, with their checksums, or not at all."""

import os
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tfcmp.errors import WorkError
from tfcmp.models.presets.weights import SOURCE, Weights, checksums, read_kept
from tfcmp.runs.files import write_json


class Delivery(NamedTuple):
    """Files that a download brought, and what is known about them.

    Attributes:
        folder: where the download put them.
        names: relative names of those to keep.
        source: where they come from.
        version: of the source; empty where it has none.
        licence: None where it is not known.
    """

    folder: Path
    names: list[str]
    source: str
    version: str
    licence: str | None = None


def refuse_remains(folder: Path) -> None:
    """Refuses to fetch over a folder that is there without being complete.

    Raises:
        WorkError: there is such a folder.
    """
    if folder.exists():
        raise WorkError(f"{folder} has no {SOURCE}, so it is incomplete: delete it, then fetch")


def keep(delivery: Delivery, folder: Path) -> Weights:
    """Makes `folder` of a delivery, which appears when it is complete.

    The files are hard-linked where the file system allows it: a large model then lies on the disk
    once, though the library that downloaded it has a cache of its own.

    Raises:
        WorkError: the delivery holds no file that could be loaded.
    """
    if not delivery.names:
        raise WorkError(f"{delivery.source} holds no file of a KerasHub preset or a SavedModel")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as temporary:
        part = Path(temporary) / "part"
        for name in delivery.names:
            _place_file(delivery.folder / name, part / name)
        write_json(part / SOURCE, _description(part, delivery))
        try:
            part.rename(folder)
        except OSError:
            # Another process was quicker; what it has put there is as good.
            if not (folder / SOURCE).is_file():
                raise
    weights = read_kept(folder)
    assert weights is not None
    return weights


def _place_file(file: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    original = file.resolve()  # the cache of Hugging Face shows its files as links
    try:
        os.link(original, target)
    except OSError:
        shutil.copyfile(original, target)


def _description(folder: Path, delivery: Delivery) -> Mapping:
    sums = checksums(folder, delivery.names)
    return {
        "source": delivery.source,
        "version": delivery.version,
        "licence": delivery.licence,
        "fetched": datetime.now(UTC).date().isoformat(),
        "files": {
            name: {"sha256": checksum, "bytes": (folder / name).stat().st_size}
            for name, checksum in sums.items()
        },
    }
