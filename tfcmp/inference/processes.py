"""The process whose threads compute: a fork of it has none of them, and would wait for them for ever."""

import os

from tfcmp.errors import CallError

# Of the process in which the first model was loaded; a forked child inherits its parent's.
_loaded_in: list[int] = []


def require_own_process() -> None:
    """Returns in the process that has loaded models, or that has loaded none yet.

    Raises:
        CallError: in a process forked from it, for loading and answering alike: TensorFlow, ONNX
            Runtime and OpenVINO compute in threads, which a fork does not take along.
    """
    if not _loaded_in:
        _loaded_in.append(os.getpid())
    elif _loaded_in[0] != os.getpid():
        raise CallError(
            "this process was forked from one that had loaded a model, and the threads that compute "
            "answers do not live on in a fork; start the process by spawn instead "
            '(multiprocessing.get_context("spawn")), or load the model in the child only'
        )
