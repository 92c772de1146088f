"""Which kernels a model can use, and under which settings it was timed."""

import contextlib
import resource
import sys
from collections.abc import Iterator
from pathlib import Path

import keras
import tensorflow as tf

from tfcmp.errors import WorkError
from tfcmp.records.bench import Audit, RecurrentKernel
from tfcmp.training.replicas import XLA

MEGABYTE = 1e6
STATUS, FORGET = Path("/proc/self/status"), Path("/proc/self/clear_refs")
FORGET_PEAK = "5"


def audit_model(core: keras.Model) -> Audit:
    """What the times of a model depend on, apart from its size.

    Returns:
        Per recurrent layer whether cuDNN can compute it and if not why; XLA; precision policy;
        threads of TensorFlow's pools (0 is one per processor).
    """
    has_gpu = bool(tf.config.list_logical_devices("GPU"))
    layers = [layer for layer in core.layers if isinstance(layer, keras.layers.RNN)]
    return {
        "recurrent_layers": {layer.name: _kernel(layer, has_gpu) for layer in layers},
        "jit_compile": XLA,
        "policy": core.layers[-2].dtype_policy.name if len(core.layers) > 1 else None,
        "intra_op_threads": tf.config.threading.get_intra_op_parallelism_threads(),
        "inter_op_threads": tf.config.threading.get_inter_op_parallelism_threads(),
    }


def _kernel(layer: keras.layers.RNN, has_gpu: bool) -> RecurrentKernel:
    reasons = why_no_cudnn(layer)
    if not has_gpu:
        reasons = [*reasons, "there is no GPU"]
    return {"cudnn": not reasons, "why_not": reasons}


def why_no_cudnn(layer: keras.layers.RNN) -> list[str]:
    """What keeps a recurrent layer from cuDNN on a GPU; nothing where it can use it.

    The conditions are those of Keras (documentation of `keras.layers.LSTM` and `GRU`).
    """
    if not isinstance(layer, keras.layers.LSTM | keras.layers.GRU):
        return [f"cuDNN has no kernel that Keras uses for {type(layer).__name__}"]
    found = []
    if layer.activation is not keras.activations.tanh:
        found.append("its activation is not tanh")
    if layer.recurrent_activation is not keras.activations.sigmoid:
        found.append("its recurrent activation is not sigmoid")
    if layer.recurrent_dropout:
        found.append("it has recurrent dropout")
    if layer.unroll:
        found.append("it is unrolled")
    if not layer.use_bias:
        found.append("it has no bias")
    if isinstance(layer, keras.layers.GRU) and not layer.reset_after:
        found.append("reset_after is off")
    if layer.use_cudnn is False:
        found.append("use_cudnn is off")
    return found


def forget_peaks() -> None:
    """Starts the peaks anew from what is held now (`man 5 proc`, clear_refs), where that goes."""
    with contextlib.suppress(OSError):
        FORGET.write_text(FORGET_PEAK)
    for gpu in tf.config.list_logical_devices("GPU"):
        tf.config.experimental.reset_memory_stats(gpu.name)


@contextlib.contextmanager
def explain_exhaustion(message: str) -> Iterator[None]:
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
    return float(max(peaks)) / MEGABYTE
