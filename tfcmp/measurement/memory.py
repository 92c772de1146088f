"""Peak memory of this process and of a GPU."""

import contextlib
import resource
import sys
from collections.abc import Iterator
from pathlib import Path

import tensorflow as tf

from tfcmp.errors import WorkError

MEGABYTE = 1e6
STATUS, FORGET = Path("/proc/self/status"), Path("/proc/self/clear_refs")
FORGET_PEAK = "5"


def forget_peaks() -> None:
    """Starts the peaks anew from what is held now (`man 5 proc`, clear_refs), where that goes."""
    with contextlib.suppress(OSError):
        FORGET.write_text(FORGET_PEAK)
    for gpu in tf.config.list_logical_devices("GPU"):
        tf.config.experimental.reset_memory_stats(gpu.name)


@contextlib.contextmanager
def exhaustion_told(message: str) -> Iterator[None]:
    """Turns TensorFlow's error about a device without memory into `message`.

    Raises:
        WorkError: the memory of a device does not suffice.
    """
    try:
        yield
    except tf.errors.ResourceExhaustedError:
        raise WorkError(message) from None


def peak_resident() -> float:
    """Most memory that the process held at once since then, in megabytes, libraries included."""
    try:
        lines = STATUS.read_text().splitlines()
        kilobytes = next(line.split()[1] for line in lines if line.startswith("VmHWM:"))
        return int(kilobytes) * 1024 / MEGABYTE
    except (OSError, StopIteration):
        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / MEGABYTE


def peak_of_gpus() -> float | None:
    """Most memory that the process held on any GPU, in megabytes; None without one."""
    gpus = tf.config.list_logical_devices("GPU")
    if not gpus:
        return None
    peaks = [tf.config.experimental.get_memory_info(gpu.name)["peak"] for gpu in gpus]
    return max(peaks) / MEGABYTE
