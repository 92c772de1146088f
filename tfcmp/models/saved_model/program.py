"""A SavedModel as part of a Keras layer: loaded behind the gate, carried in the layer's archive."""

import hashlib
import shutil
import tempfile
import weakref
from pathlib import Path
from typing import Any

import tensorflow as tf

from tfcmp.errors import CallError
from tfcmp.models.saved_model.trust import fingerprint, require_trust

FOLDER = "saved_model"


class ProgramLayer:
    """What a Keras layer needs to hold a SavedModel; comes before Keras' own class.

    The files go into the `.keras` archive. A layer that is made anew from its configuration has no
    program until `load_assets`, and gets none where SavedModels are not trusted.
    """

    source: str
    sha256: str = ""
    program: Any = None
    files: Path

    def open_program(self, folder: Path) -> None:
        """Loads the SavedModel of `folder`.

        Raises:
            CallError: SavedModels are not trusted here.
        """
        self.sha256 = fingerprint(folder)
        require_trust(self.source, self.sha256)
        self.files = folder
        # Not tracked: its variables are the layer's, under names of their own.
        object.__setattr__(self, "program", tf.saved_model.load(str(folder)))

    def save_assets(self, dir_path: str) -> None:
        """Puts the SavedModel's files into the archive."""
        shutil.copytree(self.files, Path(dir_path) / FOLDER)

    def load_assets(self, dir_path: str) -> None:
        """Takes the files out of the archive, which is gone afterwards, and loads them."""
        require_trust(self.source, fingerprint(Path(dir_path) / FOLDER))
        own = Path(tempfile.mkdtemp(prefix="tfcmp-saved-model-"))
        weakref.finalize(self, shutil.rmtree, own, ignore_errors=True)
        shutil.copytree(Path(dir_path) / FOLDER, own / FOLDER)
        self.open_program(own / FOLDER)

    def get_config(self):
        """Where the SavedModel comes from, and its program's checksum; its files are assets."""
        config = super().get_config()  # type: ignore[misc]
        return {**config, "source": self.source, "sha256": self.sha256}

    @classmethod
    def from_config(cls, config):
        """The layer without its program.

        Raises:
            CallError: SavedModels are not trusted here.
        """
        # Before anything is read of the archive. Keras would turn a later error into another.
        config = dict(config)
        require_trust(config["source"], config.pop("sha256"))
        return cls(**config)


def checksum_of(folder: Path) -> str:
    """SHA-256 over names and contents of all files of a SavedModel."""
    digest = hashlib.sha256()
    for file in sorted(file for file in folder.rglob("*") if file.is_file()):
        digest.update(file.relative_to(folder).as_posix().encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def function_of(program: Any, source: str) -> Any:
    """The function of a SavedModel: the object itself where it can be called, else its signature.

    Raises:
        CallError: it has neither.
    """
    if callable(program):
        return program.__call__
    signatures = getattr(program, "signatures", {})
    if "serving_default" in signatures:
        return signatures["serving_default"]
    raise CallError(
        f"{source}: expected a SavedModel that can be called or has the signature "
        f"serving_default, got the signatures {list(signatures) or 'none'}"
    )


def concrete_functions(function: Any) -> list[Any]:
    """The traces of a restored function, or the one that a signature is."""
    return list(getattr(function, "concrete_functions", [function]))


def first_input(function: Any) -> Any:
    """Specification of a function's first input; several inputs of a signature by name."""
    concrete = concrete_functions(function)[0]
    positional, named = concrete.structured_input_signature
    if positional:
        return positional[0]
    return next(iter(named.values())) if len(named) == 1 else named


def takes_texts(function: Any) -> bool:
    """Whether a function's first input is strings."""
    return getattr(first_input(function), "dtype", None) == tf.string
