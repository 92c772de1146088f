"""The gate in front of every SavedModel: it is a program, and runs only where it is trusted."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from tfcmp.errors import CallError

_is_trusted: ContextVar[bool] = ContextVar("is_trusted", default=False)


@contextmanager
def trusting_saved_models(is_trusted: bool = True) -> Iterator[None]:
    """Lets SavedModels run inside the block; with False, what held outside it holds."""
    token = _is_trusted.set(is_trusted or _is_trusted.get())
    try:
        yield
    finally:
        _is_trusted.reset(token)


def require_trust(source: str, sha256: str) -> None:
    """Returns inside `trusting_saved_models`.

    Args:
        source: where the SavedModel comes from.
        sha256: of its program, see `fingerprint`.

    Raises:
        CallError: anywhere else.
    """
    if not _is_trusted.get():
        raise CallError(
            f"{source} is a SavedModel (sha256 of its program {sha256}): a program that runs "
            "with your rights; if you trust it, give --trust-saved-model, or "
            "tfcmp.load(run, trust=True) in Python"
        )


def fingerprint(folder: Path) -> str:
    """SHA-256 of the program of the SavedModel in `folder`, which is binary or text."""
    binary, text = folder / "saved_model.pb", folder / "saved_model.pbtxt"
    return hashlib.sha256((binary if binary.is_file() else text).read_bytes()).hexdigest()
