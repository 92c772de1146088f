import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfcmp.command.lists import known_words, split_list, take_option, whole_numbers
from tfcmp.errors import CallError


@given(st.lists(st.integers(1, 10**6)))
def test_numbers_are_read_as_they_are_written(numbers):
    assert whole_numbers(", ".join(map(str, numbers)), "--x") == numbers


@given(st.text(alphabet="ab, "))
def test_no_value_is_empty_or_has_blanks_around(text):
    assert all(value and value == value.strip() for value in split_list(text))


def test_an_option_that_is_not_given_has_no_values():
    assert list(split_list(None)) == []


@pytest.mark.parametrize("text", ["8,x", "0", "-1", "1.5"])
def test_what_is_no_whole_number_above_zero_is_told(text):
    with pytest.raises(CallError, match="--x: expected whole numbers above 0"):
        whole_numbers(text, "--x")


def test_an_unknown_word_is_told_with_those_that_are_known():
    assert known_words("a,b", "--x", ("a", "b")) == ["a", "b"]
    with pytest.raises(CallError, match="--x: expected a or b, got c"):
        known_words("a,c", "--x", ("a", "b"))


@pytest.mark.parametrize(
    ("arguments", "value", "rest"),
    [
        (["--x", "1", "--y"], "1", ["--y"]),
        (["--y", "--x=1"], "1", ["--y"]),
        (["--y", "--x"], None, ["--y", "--x"]),
    ],
)
def test_an_option_is_taken_out_of_a_command_line(arguments, value, rest):
    assert take_option(arguments, "--x") == (value, rest)
