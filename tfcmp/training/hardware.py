"""Device, precision, threads and determinism: set once, before the first tensor is made."""

import os
import subprocess
from pathlib import Path
from typing import Any

from tfcmp.config.fields import Configuration
from tfcmp.errors import CallError, WorkError
from tfcmp.runs.timing import processors

# Below this compute capability (Ampere) a GPU has no bfloat16 units.
BFLOAT16_CAPABILITY = (8, 0)
# What Linux calls bfloat16 products of x86 processors.
BFLOAT16_FLAGS = {"avx512_bf16", "amx_bf16"}


def set_up_hardware(configuration: Configuration) -> dict[str, str | int | list[str]]:
    """Applies the settings to TensorFlow and Keras.

    Returns:
        What `auto` became: device, devices, precision and threads, for environment.json.

    Raises:
        CallError: a GPU is asked for and there is none.
        WorkError: the driver shows a GPU that TensorFlow does not use.
    """
    import keras
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    device = choose_device(configuration.device, len(gpus))
    if device == "cpu":
        tf.config.set_visible_devices([], "GPU")
    set_up_devices(configuration, gpus if device == "gpu" else [])
    for gpu in gpus if device == "gpu" else []:
        tf.config.experimental.set_memory_growth(gpu, True)
    if configuration.threads is not None:
        tf.config.threading.set_intra_op_parallelism_threads(configuration.threads)
        tf.config.threading.set_inter_op_parallelism_threads(configuration.threads)
    keras.utils.set_random_seed(configuration.seed)
    if configuration.deterministic:
        tf.config.experimental.enable_op_determinism()
    details = [tf.config.experimental.get_device_details(gpu) for gpu in gpus]
    capability = min((d.get("compute_capability", (0, 0)) for d in details), default=(0, 0))
    precision = choose_precision(configuration, device, capability)
    keras.config.set_dtype_policy(precision)
    # TensorFlow rounds float32 products to 19 bits on newer GPUs unless told not to: what is called
    # float32 is float32.
    tf.config.experimental.enable_tensor_float_32_execution(precision != "float32")
    names = [d.get("device_name", "GPU") for d in details] if device == "gpu" else []
    return {
        "device": device,
        "device_names": names or [processor_name()],
        "precision": precision,
        "threads": configuration.threads or processors(),
    }


def set_up_devices(configuration: Configuration, gpus: list[Any]) -> None:
    """Makes as many devices visible as the strategy is to have replicas in this process.

    Raises:
        CallError: there are fewer GPUs, or a processor is to hold several of a cluster's replicas.
    """
    import tensorflow as tf

    wanted = configuration.replicas
    if configuration.strategy == "none" or wanted is None:
        return
    if gpus:
        if wanted > len(gpus):
            raise CallError(
                f"--replicas {wanted}: TensorFlow sees {len(gpus)} GPU(s) here; expected at most "
                "as many"
            )
        tf.config.set_visible_devices(gpus[:wanted], "GPU")
    elif configuration.strategy == "multi_worker" and wanted > 1:
        raise CallError(
            f"--replicas {wanted}: without GPUs a worker has one replica; start more workers instead"
        )
    elif wanted > 1:
        # Logical devices of the one processor; before anything is computed, or it is too late.
        processor = tf.config.list_physical_devices("CPU")[0]
        devices = [tf.config.LogicalDeviceConfiguration()] * wanted
        tf.config.set_logical_device_configuration(processor, devices)


def choose_precision(configuration: Configuration, device: str, capability: tuple[int, int]) -> str:
    """What `auto` stands for, a fixed table: bfloat16 where it pays, else float32.

    On a GPU that has bfloat16 units it pays for every transformer; on a processor that has them,
    for pretrained ones, whose matrices are large enough (docs/results/benchmarks.md). Recurrent
    models keep float32: their cuDNN kernels and long sums gain little from less. A SavedModel
    computes in the types it was saved with.
    """
    if configuration.precision != "auto":
        return configuration.precision
    from tfcmp.models.catalogue import find_model

    family = find_model(configuration.model).family
    if device == "gpu":
        pays = family in ("transformer", "pretrained") and capability >= BFLOAT16_CAPABILITY
    else:
        pays = family == "pretrained" and processor_has_bfloat16()
    return "mixed_bfloat16" if pays else "float32"


def processor_has_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 matrices itself; False where it does not tell."""
    try:
        flags = Path("/proc/cpuinfo").read_text().split()
    except OSError:
        return False
    return not BFLOAT16_FLAGS.isdisjoint(flags)


def choose_device(wanted: str, gpus: int) -> str:
    """Where to compute: "cpu" or "gpu".

    Args:
        wanted: "auto", "cpu" or "gpu".
        gpus: how many TensorFlow sees.

    Raises:
        CallError: a GPU is wanted and there is none.
        WorkError: the driver shows a GPU that TensorFlow does not use.
    """
    if wanted == "cpu":
        return "cpu"
    if gpus:
        return "gpu"
    shown = gpus_of_driver()
    if shown and not are_gpus_hidden():
        raise WorkError(
            f"the driver shows {shown} GPU(s) and TensorFlow uses none; install the CUDA libraries "
            "(pip install 'tfcmp[gpu]'), or train on the processor with --device cpu"
        )
    if wanted == "gpu":
        raise CallError("--device gpu: TensorFlow sees no GPU here; expected at least one")
    return "cpu"


def are_gpus_hidden() -> bool:
    """Whether CUDA_VISIBLE_DEVICES says that no GPU is to be used; "0" or "0,1" do not."""
    value = os.environ.get("CUDA_VISIBLE_DEVICES")
    return value is not None and value.split(",")[0].strip() in ("", "-1", "NoDevFiles")


def gpus_of_driver() -> int:
    """Number of NVIDIA GPUs that the driver shows, whatever TensorFlow sees."""
    folder = Path("/proc/driver/nvidia/gpus")
    if folder.is_dir():
        return len(list(folder.iterdir()))
    try:
        listing = subprocess.run(
            ["nvidia-smi", "--list-gpus"], capture_output=True, text=True, timeout=10, check=False
        )
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return 0
    return listing.stdout.count("GPU ") if listing.returncode == 0 else 0


def processor_name() -> str:
    """Model name of the processor."""
    import platform

    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
