import pytest

from tfcmp.command.checking import add_checks, chosen_check
from tfcmp.command.parser import CommandParser
from tfcmp.errors import CallError


def choose(*arguments):
    parser = CommandParser()
    parser.add_argument("run", type=str)
    parser.add_argument("--text", action="append", type=str, default=[])
    add_checks(parser)
    return chosen_check(parser.parse(["run", *arguments]))


@pytest.mark.parametrize(
    ("arguments", "check"),
    [
        ([], None),
        (["--text", "fine"], None),
        (["--behaviour"], "behaviour"),
        (["--behaviour", "--cases", "150", "--cases-seed", "0", "--parts"], "behaviour"),
        (["--contrast", "pairs.csv", "--original-column", "before"], "contrast"),
        (["--curves", "--figures", "folder"], "curves"),
        (["--label-errors", "--confidence", "0", "--compare", "one", "two"], "label_errors"),
        (["--calibrate", "--compare", "one"], "calibrate"),
    ],
)
def test_a_check_is_chosen_by_its_option(arguments, check):
    assert choose(*arguments) == check


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--behaviour", "--calibrate"], "expected one of --behaviour and --calibrate at a time"),
        (["--cases", "150"], "--cases goes with --behaviour"),
        (["--cases-seed", "0"], "--cases-seed goes with --behaviour"),
        (["--behaviour", "--cases", "99"], "--cases 99: expected at least 100"),
        (["--calibrate", "--positive", "5"], "--positive goes with --behaviour"),
        (["--behaviour", "--confidence", "0"], "--confidence goes with --label-errors"),
        (["--compare", "other"], "--compare goes with --behaviour or --contrast or"),
        (["--curves", "--text", "fine"], "--text and --curves contradict each other"),
        (["--label-errors", "--confidence", "1.5"], "expected a number from 0 to 1"),
    ],
)
def test_options_that_do_not_go_together_are_refused(arguments, told):
    with pytest.raises(CallError, match=told):
        choose(*arguments)
