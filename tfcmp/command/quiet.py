"""TensorFlow and Keras imported: in silence, and as this package needs them."""

import gc
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tfcmp.errors import CallError


@contextmanager
def without_native_output() -> Iterator[None]:
    """Silences what native code writes to stderr inside the block.

    TensorFlow's libraries greet with lines about oneDNN and CUDA before any log level is read, so
    the file descriptor itself is turned away. Python's errors still come through as exceptions.
    """
    if sys.stderr is not None:
        sys.stderr.flush()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        kept = os.dup(2)
    except OSError:
        # Closed: its number must not go to the next file, which native code would write into.
        kept = os.dup(nowhere)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        if nowhere != 2:
            os.close(nowhere)


@contextmanager
def without_collector() -> Iterator[None]:
    """Pauses Python's garbage collector, which walks over all that is imported time and again."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def import_tensorflow() -> None:
    """Imports TensorFlow and finds its devices, in silence; later imports are at once.

    Raises:
        CallError: Keras is imported already, with another backend than TensorFlow; or its file of
            settings is damaged.
    """
    # Read by TensorFlow when it is imported: only what ends the process is logged.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    _choose_backend()
    with without_collector(), without_native_output(), _keras_settings_told():
        import tensorflow

        tensorflow.config.list_physical_devices()
        _settle_keras()


@contextmanager
def _keras_settings_told() -> Iterator[None]:
    """Names the file of settings if it is what keeps Keras and TensorFlow from being imported."""
    home = os.environ.get("KERAS_HOME", "~/.keras")
    file = Path(os.path.expanduser(home), "keras.json")  # noqa: PTH111
    try:
        yield
    except (AssertionError, AttributeError, ValueError, PermissionError):
        if not file.exists():
            raise
        raise CallError(
            f"{file}: expected settings that Keras takes, got others; correct the file or remove it"
        ) from None


def _choose_backend() -> None:
    """Keras on TensorFlow, whatever KERAS_BACKEND or ~/.keras/keras.json say for other programs.

    Raises:
        CallError: Keras is imported already, with another backend: it cannot be changed any more.
    """
    if "keras" not in sys.modules:
        os.environ["KERAS_BACKEND"] = "tensorflow"
        if os.path.expanduser("~") == "~":  # noqa: PTH111
            # No home is known. Keras would make a folder called ~ in the working directory.
            os.environ.setdefault("KERAS_HOME", str(Path(tempfile.gettempdir(), ".keras")))
        return
    import keras

    if keras.config.backend() != "tensorflow":
        raise CallError(
            f"Keras was imported with the backend {keras.config.backend()}, and tfcmp computes with "
            'TensorFlow; unset KERAS_BACKEND and the "backend" of ~/.keras/keras.json, or call '
            "tfcmp.load before anything imports Keras"
        )


def _settle_keras() -> None:
    """Keras' own defaults in place of those of ~/.keras/keras.json, which change a model's numbers.

    `floatx` would also decide in what precision variables are made, whatever --precision says.
    """
    import keras

    keras.config.set_floatx("float32")
    keras.config.set_epsilon(1e-7)
    keras.config.set_image_data_format("channels_last")
