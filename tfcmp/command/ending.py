"""How every command ends: with its result, or with one sentence and an exit code."""

import errno
import os
import sys
from collections.abc import Callable
from typing import NoReturn

from tfcmp.errors import TfcmpError

# Full or closed to us: the user can do something about it.
FULL = (errno.ENOSPC, errno.EDQUOT)
OF_THE_DISK = (*FULL, errno.EACCES, errno.EPERM, errno.EROFS)


def run_command(main: Callable[[list[str]], None]) -> NoReturn:
    """Runs `main` on the command line and ends the process with code 0, 1 or 2.

    A mistake of the user shows its message alone. Anything else is a defect of ours and keeps its
    traceback.
    """
    try:
        main(sys.argv[1:])
        sys.stdout.flush()
    except TfcmpError as error:
        _end(str(error), error.exit_code)
    except KeyboardInterrupt:
        _end("interrupted", 1)
    except BrokenPipeError:
        # The reader has closed the pipe (`| head`): nothing is wrong, and Python's own attempt to
        # flush at exit would complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        if error.errno not in OF_THE_DISK:
            raise
        where = f" ({error.filename})" if error.filename else ""
        way = (
            "what was being written is not complete; free some space"
            if error.errno in FULL
            else "expected permission to read and write there; change it"
        )
        _end(
            f"{error.strerror}{where}: {way}, or choose another folder with --runs or --cache, "
            "then start again",
            1,
        )
    sys.exit(0)


def end_at_once(error: TfcmpError) -> NoReturn:
    """Tells the error and ends the process without the ends that libraries have in mind."""
    sys.stdout.flush()
    sys.stderr.write(f"error: {error}\n")
    sys.stderr.flush()
    os._exit(error.exit_code)


def _end(message: str, code: int) -> NoReturn:
    print(f"error: {message}", file=sys.stderr)  # noqa: T201
    sys.exit(code)
