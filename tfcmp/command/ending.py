"""How every command starts and ends: streams it can write to, a result or a sentence, an exit code."""

import contextlib
import errno
import io
import os
import signal
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from tfcmp.errors import TfcmpError

# Full or closed to us: the user can do something about it.
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
CLOSED = (errno.EACCES, errno.EPERM, errno.EROFS)
# The disk fails, or the machine that it belongs to is gone.
BROKEN = (errno.EIO, errno.ESTALE)
OF_THE_DISK = (*FULL, *CLOSED, *BROKEN)


class Terminated(KeyboardInterrupt):
    """SIGTERM, which schedulers, containers and `timeout` send: as clean an end as Ctrl-C."""


def run_command(main: Callable[[list[str]], None]) -> NoReturn:
    """Runs `main` on the command line and ends the process with code 0, 1 or 2.

    A mistake of the user shows its message alone. Anything else is a defect of ours and keeps its
    traceback.
    """
    prepare_streams()
    signal.signal(signal.SIGTERM, _terminate)
    if any(option.startswith("error") for option in sys.warnoptions):
        # Warnings of libraries are meant for programmers; as errors (PYTHONWARNINGS) they would end
        # a command that has nothing to do with them.
        warnings.simplefilter("ignore")
    try:
        main(sys.argv[1:])
        sys.stdout.flush()
    except TfcmpError as error:
        _end(str(error), error.exit_code)
    except Terminated:
        _end("terminated", 128 + signal.SIGTERM)
    except KeyboardInterrupt:
        _end("interrupted", 1)
    except BrokenPipeError:
        # The reader has closed the pipe (`| head`): nothing is wrong.
        give_up_stdout()
        sys.exit(0)
    except OSError as error:
        gone = _gone_folder(error)
        if gone is not None:
            _end(
                f"{gone} is gone: it was moved, renamed or removed while this was at work; what was "
                "written before lies where it went, start or --resume it there",
                1,
            )
        if error.errno not in OF_THE_DISK:
            raise
        _end(_told(error), 1)
    sys.exit(0)


def _terminate(*_: object) -> NoReturn:
    raise Terminated


def _gone_folder(error: OSError) -> Path | None:
    """The uppermost folder above a file that is not there; None for other mistakes."""
    if error.errno != errno.ENOENT or not isinstance(error.filename, str):
        return None
    above = Path(error.filename).absolute().parents
    return next((folder for folder in reversed(above) if not folder.exists()), None)


def _told(error: OSError) -> str:
    where = f" ({error.filename})" if error.filename else ""
    if error.errno in CLOSED:
        way = "expected permission to read and write there; change it"
    else:
        way = "what was being written is not complete; "
        way += "free some space" if error.errno in FULL else "look after the disk"
    return f"{error.strerror}{where}: {way}, or choose another folder, then start again"


def end_at_once(error: TfcmpError) -> NoReturn:
    """Tells the error and ends the process without the ends that libraries have in mind."""
    sys.stdout.flush()
    sys.stderr.write(f"error: {error}\n")
    sys.stderr.flush()
    os._exit(error.exit_code)


def _end(message: str, code: int) -> NoReturn:
    print(f"error: {message}", file=sys.stderr)  # noqa: T201
    sys.exit(code)


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
