"""A SavedModel as part of a Keras layer: loaded behind the gate, carried in the layer's archive."""

import hashlib
import shutil
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tensorflow as tf

from tfcmp.errors import CallError, TfcmpError, WorkError
from tfcmp.models.saved_model.trust import fingerprint, require_trust

FOLDER = "saved_model"


class ProgramLayer:
    """What a Keras layer needs to hold a SavedModel; comes before Keras' own class.

    The files go into the `.keras` archive. A layer that is made from its configuration has no
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
            WorkError: a file of it is damaged or missing.
        """
        self.sha256 = fingerprint(folder)
        require_trust(self.source, self.sha256)
        self.files = folder
        # A damaged file is told by protobuf, TensorFlow or the system, each with its own error.
        try:
            program = tf.saved_model.load(str(folder))
        except Exception as error:
            raise WorkError(
                f"the SavedModel of {self.source} cannot be read ({shortened(error)}); a file in "
                f"{folder} is damaged or missing: put it back, or fetch it anew"
            ) from error
        # Not tracked: its variables are the layer's, under names of their own.
        object.__setattr__(self, "program", program)

    def save_assets(self, dir_path: str) -> None:
        """Puts the SavedModel's files into the archive."""
        shutil.copytree(self.files, Path(dir_path) / FOLDER)

    def load_assets(self, dir_path: str) -> None:
        """Takes the files out of the archive, which is gone afterwards, and loads them.

        Raises:
            CallError: SavedModels are not trusted here.
            WorkError: the program is damaged, or another one than the file says.
        """
        folder = Path(dir_path) / FOLDER
        found = fingerprint(folder)
        require_trust(self.source, found)
        if found != self.sha256:
            # A refusal names what the configuration says: that is what trust was given to.
            raise WorkError(
                f"the program of {self.source} in this file has the sha256 {found}, and the file "
                f"says {self.sha256 or 'none'}: it was exchanged; get the file anew"
            )
        own = Path(tempfile.mkdtemp(prefix="tfcmp-saved-model-"))
        weakref.finalize(self, shutil.rmtree, own, ignore_errors=True)
        shutil.copytree(folder, own / FOLDER)
        self.open_program(own / FOLDER)

    def get_config(self) -> dict[str, Any]:
        """Where the SavedModel comes from, and its program's checksum; its files are assets."""
        config = super().get_config()  # type: ignore[misc]
        return {**config, "source": self.source, "sha256": self.sha256}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "ProgramLayer":
        """The layer without its program.

        Raises:
            CallError: SavedModels are not trusted here.
        """
        # Before anything is read of the archive. Keras would turn a later error into another.
        config = dict(config)
        sha256 = config.pop("sha256")
        require_trust(config["source"], sha256)
        layer = cls(**config)
        layer.sha256 = sha256
        return layer


@contextmanager
def answering(source: str, what: str) -> Iterator[None]:
    """Asks a SavedModel inside the block.

    Args:
        source: where it comes from.
        what: what it is asked with and fails on, for the message.

    Raises:
        CallError: it has no answer.
    """
    # TensorFlow has one error for a form that was not saved and another for a place out of range.
    try:
        yield
    except TfcmpError:
        raise
    except Exception as error:
        raise CallError(f"{what}: {source} has no answer ({shortened(error)})") from error


def shortened(error: Exception) -> str:
    """Kind and beginning of an error of a library, on one line."""
    return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"


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
    return bool(getattr(first_input(function), "dtype", None) == tf.string)
