"""Command lines of settings, taken and refused."""

import pytest

from tfcmp.command.options import parse_configuration
from tfcmp.errors import CallError


def parse(*arguments):
    """The configuration of a command line that is typed with blanks between its parts."""
    words = [str(word) for argument in arguments for word in str(argument).split(" ")]
    return parse_configuration(words, "program", "description", lambda parser: None)[0]


def refusal(*arguments):
    """The message of a call that is refused: a single line."""
    with pytest.raises(CallError) as refused:
        parse(*arguments)
    message = str(refused.value)
    assert refused.value.exit_code == 2
    assert message
    assert "\n" not in message
    return message
