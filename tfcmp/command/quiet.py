"""TensorFlow's start-up notices kept off the terminal."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_native_output() -> Iterator[None]:
    """Silences what native code writes to stderr inside the block.

    TensorFlow's libraries greet with lines about oneDNN and CUDA before any log level is read, so
    the file descriptor itself is turned away. Python's errors still come through as exceptions.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def import_tensorflow() -> None:
    """Imports TensorFlow and finds its devices, in silence; later imports are at once."""
    # Read by TensorFlow when it is imported: only what ends the process is logged.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with without_native_output():
        import tensorflow

        tensorflow.config.list_physical_devices()
