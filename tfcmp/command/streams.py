"""stdin, stdout and stderr as a command finds them: closed, in another encoding, or given up."""

import contextlib
import io
import os
import sys


class _Forgiving(io.TextIOWrapper):
    """A stderr whose reader may go (`2>&1 | head`): what is told there ends no work."""

    def write(self, text: str) -> int:
        try:
            return super().write(text)
        except OSError:
            return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            super().flush()


def prepare_streams() -> None:
    """Makes writing to stdout and stderr safe, whatever they are connected to.

    A closed one leads nowhere from here on: its number would else be given to the next file that
    is opened, and native code would write its notices into that. Characters that the encoding
    lacks are written as escapes.
    """
    _fill_closed_descriptors()
    if sys.stdout is None:
        sys.stdout = _opened(1, io.TextIOWrapper)
    if sys.stderr is None or sys.stderr is sys.__stderr__:
        sys.stderr = _opened(2, _Forgiving, sys.stderr)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def give_up_stdout() -> None:
    """Lets stdout lead nowhere: Python's own attempt to write the rest at exit would complain."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fill_closed_descriptors() -> None:
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # The lowest free number is taken, which is this one.
            os.open(os.devnull, os.O_RDWR)


def _opened(number: int, kind: type[io.TextIOWrapper], like: object = None) -> io.TextIOWrapper:
    buffer = io.BufferedWriter(io.FileIO(number, "w", closefd=False))
    encoding = getattr(like, "encoding", None) or "utf-8"
    return kind(buffer, encoding=encoding, line_buffering=True)
