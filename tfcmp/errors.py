"""What a user can get wrong, told in one sentence instead of a traceback.

Every command prints the message of these errors to stderr and ends with their exit code
(see `tfcmp.command.ending`). A message says what was expected, what came, and what to do.
"""


class TfcmpError(Exception):
    """Base of all errors whose message is meant for the user."""

    exit_code = 1


class WorkError(TfcmpError):
    """The call was right, the work failed: damaged file, full disk, no network, bad data."""

    exit_code = 1


class CallError(TfcmpError):
    """The call was wrong: unknown model or setting, wrong type, settings that contradict."""

    exit_code = 2
