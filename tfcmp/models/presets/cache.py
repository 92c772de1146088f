"""Pretrained weights on this machine: folders of files with their checksums, put there whole or not at all."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from tfcmp.errors import CallError, WorkError
from tfcmp.models.catalogue import PRESET, SAVED_MODEL, find_model
from tfcmp.models.presets.handle import FOLDER, KAGGLE_SCHEME, Handle, parse_handle
from tfcmp.progress import progress_bar
from tfcmp.runs.files import write_json

MODELS = "models"
SOURCE = "source.json"
BYTES_PER_READ = 1 << 20

# Everything that loading or inspecting reads, and nothing else: a folder of Hugging Face may hold
# the same weights three times over, and pickles.
PRESET_FILES = (
    "config.json",
    "metadata.json",
    "task.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "vocab.txt",
    "vocab.json",
    "merges.txt",
    "spiece.model",
    "sentencepiece.bpe.model",
    "model.weights.h5",
    "model.weights.json",
    "model_*.weights.h5",
    "model.safetensors",
    "model.safetensors.index.json",
    "model-*.safetensors",
    "assets/tokenizer/*",
)
SAVED_MODEL_FILES = ("saved_model.pb", "saved_model.pbtxt", "variables/*", "assets/**/*")


@dataclass(frozen=True)
class Weights:
    """Pretrained weights as a folder of files.

    Attributes:
        folder: where the files lie; everything is loaded from here.
        source: where they come from; the folder itself where the user brought it.
        version: of the source; empty where it has none.
        files: relative name -> SHA-256 of every file that is loaded.
        sizes: relative name -> bytes, as far as known.
    """

    folder: Path
    source: str
    version: str
    files: dict[str, str]
    sizes: dict[str, int] = field(default_factory=dict)

    def check(self) -> None:
        """Holds size and content of every file against what was recorded.

        Raises:
            WorkError: a file is missing, truncated or altered.
        """
        self.check_sizes()
        for name, checksum in checksums(self.folder, self.files).items():
            if checksum != self.files[name]:
                raise WorkError(f"{self.folder / name} was altered; {self._remedy()}")

    def check_sizes(self) -> None:
        """Holds the sizes alone against what was recorded: done in no time.

        Raises:
            WorkError: a file is missing, truncated or altered.
        """
        for name in self.files:
            file = self.folder / name
            if not file.is_file():
                raise WorkError(f"{file} is missing; {self._remedy()}")
            size, expected = file.stat().st_size, self.sizes.get(name)
            if expected is not None and size != expected:
                what = "truncated" if size < expected else "altered"
                raise WorkError(
                    f"{file} is {what}: {size:,} bytes of {expected:,}; {self._remedy()}"
                )

    def describe(self) -> dict[str, Any]:
        """Source, version and checksums, for environment.json."""
        return {"source": self.source, "version": self.version, "files": dict(self.files)}

    def _remedy(self) -> str:
        if self.source == str(self.folder):
            return "put the original file back"
        return f"to fetch it anew, delete {self.folder} and start again"


class Place(NamedTuple):
    """Where weights come from and the folder of the cache that keeps them."""

    handle: Handle
    folder: Path


def place_of_model(model: str, cache: Path) -> Place:
    """The place of a model's weights.

    Raises:
        CallError: no such model, one without pretrained weights, or a place that cannot be.
    """
    record = find_model(model)
    if not record.preset:
        raise CallError(f"{model} is trained from scratch: it has no weights to fetch")
    if model.startswith((PRESET, SAVED_MODEL)):
        return place_of_handle(parse_handle(record.preset, "--model"), cache)
    # With its scheme, so that a folder of that name is not taken for it.
    handle = parse_handle(f"{KAGGLE_SCHEME}{record.preset}", "--model")
    return Place(handle, cache / MODELS / model)


def place_of_handle(handle: Handle, cache: Path) -> Place:
    """The place of what a user named: their own folder, or one of the cache."""
    if handle.kind == FOLDER:
        return Place(handle, Path(handle.name))
    return Place(handle, cache / MODELS / handle.folder_name)


def find_weights(model: str, cache: Path) -> Weights | None:
    """The weights of a model that are there already; asks no network.

    Raises:
        CallError: no such model, or one without pretrained weights.
        WorkError: they are there and damaged.
    """
    return weights_at(place_of_model(model, cache))


def weights_at(place: Place) -> Weights | None:
    """The weights of a place, their sizes checked; None where they are missing or incomplete.

    Raises:
        WorkError: a file is missing or has another size than it should.
    """
    if place.handle.kind == FOLDER:
        return _own_folder(place.folder)
    return read_kept(place.folder)


def kept_folders(cache: Path) -> list[Path]:
    """The folders that the cache keeps of weights, complete or not."""
    folders = (cache / MODELS).glob("*/")
    # Those with a leading dot are downloads under way.
    return sorted(folder for folder in folders if not folder.name.startswith("."))


def read_kept(folder: Path) -> Weights | None:
    """The weights of a folder of the cache; None without the `source.json` that describes them.

    Raises:
        WorkError: that file is damaged, or another is missing or has another size.
    """
    if not (folder / SOURCE).is_file():
        return None
    try:
        kept = json.loads((folder / SOURCE).read_text(encoding="utf-8"))
        files = {name: file["sha256"] for name, file in kept["files"].items()}
        sizes = {name: int(file["bytes"]) for name, file in kept["files"].items()}
        weights = Weights(folder, kept["source"], kept["version"], files, sizes)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WorkError(
            f"{folder / SOURCE} is damaged; to fetch the weights anew, delete {folder}"
        ) from error
    weights.check_sizes()
    return weights


def loadable_files(folder: Path) -> list[str]:
    """Sorted relative names of the files that loading an encoder from `folder` may read."""
    patterns = (*PRESET_FILES, *SAVED_MODEL_FILES)
    files = {file for pattern in patterns for file in folder.glob(pattern) if file.is_file()}
    return sorted(file.relative_to(folder).as_posix() for file in files)


def checksums(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """Relative name -> SHA-256, with a progress bar in MiB."""
    sizes = {name: (folder / name).stat().st_size for name in names}
    blocks = sum(-(-size // BYTES_PER_READ) for size in sizes.values())
    found = {}
    with progress_bar("checksums (MiB)", blocks) as advance:
        for name in sizes:
            digest = hashlib.sha256()
            with (folder / name).open("rb") as stream:
                while block := stream.read(BYTES_PER_READ):
                    digest.update(block)
                    advance(1)
            found[name] = digest.hexdigest()
    return found


def _own_folder(folder: Path) -> Weights:
    names = loadable_files(folder)
    sizes = {name: (folder / name).stat().st_size for name in names}
    return Weights(folder, str(folder), "", checksums(folder, names), sizes)


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


def _description(folder: Path, delivery: Delivery) -> Mapping[str, Any]:
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
