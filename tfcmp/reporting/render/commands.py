"""A command line as it can be shown to anybody: without the places of one machine."""

import shlex
from pathlib import PurePath

# Options that say where files lie; the command works without them.
PLACES = ("--runs", "--cache", "--out")


def portable(command: str) -> str:
    """The command, absolute paths reduced to their last part, without the options of places.

    A command that cannot be taken apart gives nothing.
    """
    try:
        arguments = shlex.split(command)
    except ValueError:
        return ""
    kept, is_place = [], False
    for argument in arguments:
        name, equals, value = argument.partition("=")
        if is_place:
            is_place = False
        elif argument in PLACES:
            is_place = True
        elif name not in PLACES:
            kept.append(f"{name}={_last(value)}" if equals else _last(argument))
    return shlex.join(kept)


def _last(argument: str) -> str:
    is_absolute = argument.startswith(("/", "~")) or argument[1:3] in (":\\", ":/")
    return PurePath(argument.replace("\\", "/")).name if is_absolute else argument
