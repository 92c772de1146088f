"""Options that need no value, beside arguments that have no option."""

from jsonargparse import ArgumentParser

BOOLEANS = ("true", "false")


def switches_first(parser: ArgumentParser, arguments: list[str]) -> list[str]:
    """The same arguments with switches in front, where others stand without an option.

    `--switch RUN` would take RUN for the switch's value, and no text is taken behind
    `RUN --switch`.
    """
    if all(action.option_strings for action in parser._actions):
        return arguments
    valued = [o for a in parser._actions if a.nargs == "?" and a.const for o in a.option_strings]
    plain = [o for a in parser._actions if a.nargs == 0 for o in a.option_strings]
    end = options_end(arguments)
    first: list[str] = []
    others: list[str] = []
    is_value = False
    for argument, following in zip(arguments[:end], [*arguments[1:end], ""], strict=False):
        if is_value:
            is_value = False
        elif argument in valued:
            is_value = following in BOOLEANS
            first.append(f"{argument}={following if is_value else 'true'}")
        elif argument in plain or argument.split("=", 1)[0] in valued:
            first.append(argument)
        else:
            others.append(argument)
    return first + others + arguments[end:]


def options_end(arguments: list[str]) -> int:
    """Where options end: behind a lone "--" everything is taken as it is."""
    return arguments.index("--") if "--" in arguments else len(arguments)
