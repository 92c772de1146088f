import pytest

from tfcmp.command.options import add_trust, is_trusting
from tfcmp.command.parser import CommandParser
from tfcmp.errors import CallError


@pytest.fixture
def parser():
    parser = CommandParser()
    parser.add_argument("run", type=str)
    parser.add_argument("texts", nargs="*", default=[])
    parser.add_argument("--calibrated", action="store_true")
    parser.add_argument("--engine", type=str, default="keras")
    parser.add_argument("--compare", nargs="+", default=[])
    add_trust(parser)
    return parser


@pytest.mark.parametrize(
    "line",
    [
        "--trust-saved-model RUN a b",
        "RUN --trust-saved-model a b",
        "RUN a b --trust-saved-model",
        "RUN a --trust-saved-model true b",
        "RUN --trust-saved-model=true a b",
        "RUN --calibrated --trust-saved-model a b",
        "--trust-saved-model RUN --calibrated a b",
    ],
)
def test_a_switch_swallows_nothing_wherever_it_stands(parser, line):
    options = parser.parse(line.split())
    assert (options.run, options.texts) == ("RUN", ["a", "b"])
    assert is_trusting(options)
    assert options.calibrated == ("--calibrated" in line)


@pytest.mark.parametrize(
    "line",
    [
        "RUN --engine onnx a b",
        "--engine onnx RUN a b",
        "RUN a --engine=onnx b",
        "RUN a b --engine onnx",
    ],
)
def test_texts_may_stand_behind_an_option_with_its_value(parser, line):
    options = parser.parse(line.split())
    assert (options.run, options.texts, options.engine) == ("RUN", ["a", "b"], "onnx")


def test_options_with_several_values_keep_them(parser):
    options = parser.parse(["RUN", "--engine", "onnx", "--compare", "a", "b", "--calibrated"])
    assert (options.run, options.texts, options.compare) == ("RUN", [], ["a", "b"])


def test_an_option_without_its_value_is_told(parser):
    with pytest.raises(CallError, match="engine"):
        parser.parse(["RUN", "a", "--engine"])


@pytest.mark.parametrize("line", ["RUN a b", "RUN a --trust-saved-model false b"])
def test_no_trust_is_given_without_it_or_by_false(parser, line):
    options = parser.parse(line.split())
    assert options.texts == ["a", "b"]
    assert not is_trusting(options)


def test_behind_two_dashes_a_switch_is_a_text(parser):
    options = parser.parse(["RUN", "a", "--", "--calibrated"])
    assert options.texts == ["a", "--calibrated"]
    assert not options.calibrated


@pytest.mark.parametrize(
    "text", ["\u2013", "\u2014 a film", "\u201340 degrees", "-5", "\u22121 out of 10"]
)
def test_a_text_may_begin_with_a_dash(parser, text):
    assert parser.parse(["RUN", text]).texts == [text]
