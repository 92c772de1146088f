"""Lists on a command line: values of one option, separated by commas."""

from collections.abc import Iterator, Sequence

from tfcmp.errors import CallError


def split_list(text: str | None) -> Iterator[str]:
    """The values, without blanks and empty ones; none of an option that is not given."""
    return filter(None, map(str.strip, (text or "").split(",")))


def whole_numbers(text: str | None, option: str) -> list[int]:
    """The values as numbers above 0.

    Raises:
        CallError: one is none.
    """
    return [_whole(word, option) for word in split_list(text)]


def known_words(text: str | None, option: str, known: Sequence[str]) -> list[str]:
    """The values, each one of `known`.

    Raises:
        CallError: one is not.
    """
    words = list(split_list(text))
    for word in words:
        if word not in known:
            raise CallError(f"{option}: expected {' or '.join(known)}, got {word}")
    return words


def take_option(arguments: list[str], option: str) -> tuple[str | None, list[str]]:
    """The value of an option, and the arguments without it."""
    for place, argument in enumerate(arguments):
        if argument == option and place + 1 < len(arguments):
            return arguments[place + 1], arguments[:place] + arguments[place + 2 :]
        if argument.startswith(f"{option}="):
            return argument.split("=", 1)[1], arguments[:place] + arguments[place + 1 :]
    return None, arguments


def _whole(word: str, option: str) -> int:
    if not word.isdecimal() or int(word) < 1:
        raise CallError(
            f"{option}: expected whole numbers above 0, separated by commas, got {word}"
        )
    return int(word)
