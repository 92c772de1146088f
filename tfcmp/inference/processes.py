"""The process whose threads compute: a fork of it has none of them, and would wait for them for ever."""

import ctypes
import os
import weakref
from collections.abc import Hashable

from tfcmp.errors import CallError

# Of the process in which the first model was loaded; a forked child inherits its parent's.
_loaded_in: list[int] = []
# Objects that hold threads.
_threaded: weakref.WeakSet[Hashable] = weakref.WeakSet()


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


def keep_in_forks(threaded: Hashable) -> None:
    """Lets forked children end: in them `threaded` is not taken down, which would join its threads."""
    _threaded.add(threaded)


def _skip_joining() -> None:
    """In a forked child: nothing that its end takes down waits for threads that it does not have.

    ONNX Runtime joins them with its last session, and again with the library itself
    (microsoft/onnxruntime#31961).
    """
    if not _threaded:
        return
    for threaded in _threaded:
        # A reference that nothing gives back, not even the end of the interpreter.
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(threaded))
    libc = ctypes.CDLL(None)
    # What is registered last is called first, with the exit code: behind Python's own end and before
    # those of the libraries. Of glibc alone; elsewhere the end may still wait.
    if hasattr(libc, "on_exit"):
        libc.on_exit(libc._exit, None)


os.register_at_fork(after_in_child=_skip_joining)
