"""Options that need no value, next to arguments that have no option."""

from jsonargparse import ArgumentParser

BOOLEANS = ("true", "false")


def add_switch(parser: ArgumentParser, option: str, told: str) -> None:
    """Adds an option that is given or not; with a value of its own it would swallow what follows."""
    parser.add_argument(option, action="store_true", help=told)


def switches_first(parser: ArgumentParser, arguments: list[str]) -> list[str]:
    """The same arguments with options in front, where others stand without an option.

    `--switch RUN` would take RUN for the switch's value, and no text is taken behind
    `RUN --switch` or `RUN --option VALUE`. Options that take several values stay where they are.
    """
    if all(action.option_strings for action in parser._actions):
        return arguments
    valued = [o for a in parser._actions if a.nargs == "?" and a.const for o in a.option_strings]
    plain = [o for a in parser._actions if a.nargs == 0 for o in a.option_strings]
    single = [o for a in parser._actions if a.nargs is None for o in a.option_strings]
    with_value = [*valued, *single]
    end = options_end(arguments)
    first: list[str] = []
    others: list[str] = []
    remaining = iter(zip(arguments[:end], [*arguments[1:end], None], strict=False))
    for argument, following in remaining:
        if argument in valued:
            is_given = following in BOOLEANS
            first.append(f"{argument}={following if is_given else 'true'}")
            if is_given:
                next(remaining)
        elif argument in single and following is not None:
            first += [argument, next(remaining)[0]]
        elif argument in plain or ("=" in argument and argument.split("=", 1)[0] in with_value):
            first.append(argument)
        else:
            others.append(argument)
    return first + others + arguments[end:]


def options_end(arguments: list[str]) -> int:
    """Where options end: behind a lone "--" everything is taken as it is."""
    return arguments.index("--") if "--" in arguments else len(arguments)
